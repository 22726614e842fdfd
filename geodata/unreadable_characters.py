"""Finds characters in a text that nobody can read: control characters, and those that change its direction."""

import unicodedata
from typing import Final

_LAID_OUT: Final = frozenset("\t\r\n")
# These invisible characters change the direction of the text after them, even of other texts on the page.
_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CATEGORIES: Final = frozenset(("Cc", "Cs"))
"""Control characters; and surrogates, as which Python reads the bytes of a file name that are no text."""

_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def unreadable_in(text: str) -> str:
    """The first unreadable character, written like U+0007; empty if there is none.

    HTML and iCalendar forbid control characters, and a terminal obeys them.
    """
    if text.isprintable():
        return ""
    first = next(filter(_is_unreadable, text), "")
    return f"U+{ord(first):04X}" if first else ""


def without_unreadable(text: str) -> str:
    """The text with a replacement for each unreadable character."""
    if text.isprintable():
        return text
    return "".join(_REPLACEMENT if _is_unreadable(each) else each for each in text)


def _is_unreadable(character: str) -> bool:
    if character in _LAID_OUT:
        return False
    return character in _DIRECTION or unicodedata.category(character) in _CATEGORIES
