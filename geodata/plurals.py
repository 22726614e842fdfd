"""How many of a thing there are, and which numbers, in words."""

import re
from collections.abc import Iterable
from itertools import count, groupby
from typing import Final

_MAX_RANGES: Final = 8
_ENDS_IN_IES: Final = re.compile(r"[^aeiou]y")


def count_of(number: int, thing: str) -> str:
    """How many of a thing there are: 1 warning, 2,000 warnings, 2 surgeries."""
    return one_or_more(number, thing, f"{thing[:-1]}ies" if _ENDS_IN_IES.fullmatch(thing[-2:]) else f"{thing}s")


def one_or_more(number: int, one: str, more: str) -> str:
    """A number followed by `one` if it is 1, else by `more`."""
    return f"{number:,} {one if number == 1 else more}"


def listed_rows(numbers: Iterable[int]) -> str:
    """Ascending numbers of rows in words, consecutive ones together: rows 2 to 399, 405. Of many, only the first."""
    counter = count()
    groups = [list(group) for _, group in groupby(numbers, key=lambda number: number - next(counter))]
    words = [f"{group[0]}" if len(group) == 1 else f"{group[0]} to {group[-1]}" for group in groups[:_MAX_RANGES]]
    more = sum(map(len, groups[_MAX_RANGES:]))
    rows = "row" if words == [word for word in words[:1] if word.isdigit()] else "rows"
    return f"{rows} {', '.join(words)}" + (f" and {more:,} more" if more else "")
