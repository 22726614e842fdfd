"""Finds characters in a text that nobody can read: control characters, and those that change its direction."""

import unicodedata
from typing import Final

_LAID_OUT: Final = frozenset("\t\r\n")
# These invisible characters change the direction of the text after them, even of other texts on the page.
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def unreadable_in(text: str) -> str:
    """The first unreadable character, written like U+0007; empty if there is none.

    HTML and iCalendar forbid control characters, and a terminal obeys them.
    """
    first = next((each for each in text if each not in _LAID_OUT and _is_unreadable(each)), "")
    return f"U+{ord(first):04X}" if first else ""


def _is_unreadable(character: str) -> bool:
    return character in _DIRECTION or unicodedata.category(character) == "Cc"
