"""How many of a thing there are, in words."""

import re
from typing import Final

_ENDS_IN_IES: Final = re.compile(r"[^aeiou]y")


def count_of(number: int, thing: str) -> str:
    """How many of a thing there are: 1 warning, 2,000 warnings, 2 surgeries."""
    return one_or_more(number, thing, f"{thing[:-1]}ies" if _ENDS_IN_IES.fullmatch(thing[-2:]) else f"{thing}s")


def one_or_more(number: int, one: str, more: str) -> str:
    """A number followed by `one` if it is 1, else by `more`."""
    return f"{number:,} {one if number == 1 else more}"
