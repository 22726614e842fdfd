"""The bank holidays of England and Wales, reckoned: no list to fetch, and none that goes out of date.

The rules are those of the Banking and Financial Dealings Act 1971 and of the proclamations made every year under it.
A day proclaimed for one occasion (a coronation) or moved for one (May 2020) is not foreseen.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from dateutil.easter import easter
from dateutil.relativedelta import MO, relativedelta

_SATURDAY: Final = 5
_FIRST_MONDAY: Final = relativedelta(weekday=MO(1))
_LAST_MONDAY: Final = relativedelta(day=31, weekday=MO(-1))


def bank_holidays(start: date, end: date) -> Mapping[date, str]:
    """Names by day, in order, from `start` up to but not on `end`.

    Christmas Day, Boxing Day and New Year's Day are named on a weekend too, beside the day that stands in for them.
    """
    days = (each for year in range(start.year, end.year + 1) for each in _of_year(year))
    return dict(sorted((day, name) for day, name in days if start <= day < end))


def _of_year(year: int) -> Iterator[tuple[date, str]]:
    yield from _with_substitutes([(date(year, 1, 1), "New Year's Day")])
    yield easter(year) - timedelta(days=2), "Good Friday"
    yield easter(year) + timedelta(days=1), "Easter Monday"
    yield date(year, 5, 1) + _FIRST_MONDAY, "the early May bank holiday"
    yield date(year, 5, 1) + _LAST_MONDAY, "the spring bank holiday"
    yield date(year, 8, 1) + _LAST_MONDAY, "the summer bank holiday"
    yield from _with_substitutes([(date(year, 12, 25), "Christmas Day"), (date(year, 12, 26), "Boxing Day")])


def _with_substitutes(days: list[tuple[date, str]]) -> Iterator[tuple[date, str]]:
    """Days in a row, and for each on a weekend the next weekday that is not taken."""
    yield from days
    taken = {day for day, _ in days}
    for day, name in days:
        substitute = day
        while day.weekday() >= _SATURDAY and (substitute.weekday() >= _SATURDAY or substitute in taken):
            substitute += timedelta(days=1)
        if substitute != day:
            taken.add(substitute)
            yield substitute, f"the substitute day for {name}"
