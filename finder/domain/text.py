"""Texts for people: which characters they may hold, and how many of a thing there are."""

import unicodedata
from typing import Final

from geodata.plurals import count_of

__all__ = ["count_of", "unreadable_in"]

_LAID_OUT: Final = frozenset("\t\r\n")
# They turn the direction of what follows, in the next person's text too, and nobody sees that they are there.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def unreadable_in(text: str) -> str:
    """The first character that nobody can read, as U+0007; empty where there is none.

    HTML and iCalendar forbid control characters, and a terminal obeys them.
    """
    first = next((each for each in text if each not in _LAID_OUT and _is_unreadable(each)), "")
    return f"U+{ord(first):04X}" if first else ""


def _is_unreadable(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) == "Cc"
