"""Finds the first dates of an RRULE, and refuses rules that would take too long to search."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, Self

from dateutil.rrule import rrule

from finder.directory_files.british_dates import UnreadableError
from finder.domain.recurrence_rule import parse_recurrence

_PARTS: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_LONGEST_INTERVAL: Final = 60
_LARGEST_COUNT: Final = 500  # each search for dates of such a rule begins with its first one
# Every plan of people has a date within eight years: even 29 February, across the year 2100.
_HORIZON: Final = timedelta(days=8 * 366)


def first_two(rule: str, starts_at: datetime) -> list[datetime]:
    """Returns the first dates of a rule, in order: none, one or two.

    Raises UnreadableError if the text is not a rule, has no date within eight years, or does not suit a surgery.
    """
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    _refuse_unsupported(parts)
    try:
        pattern = _Pattern.of(parts, starts_at.date())
        series = parse_recurrence(rule, starts_at)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:  # dateutil raises all of these
        raise UnreadableError("it cannot be read.") from error
    # dateutil searches for a first date up to the year 9999, for seconds: so make sure first that there is one.
    if not isinstance(series, rrule) or not pattern.has_day():
        raise UnreadableError("it gives no date within eight years.")
    dates = list(islice(series.replace(count=None, until=_end(parts, starts_at)), 2))
    if dates == [starts_at] and not parts.keys() & {"COUNT", "UNTIL"}:
        raise UnreadableError("it gives no second date within eight years.")
    return dates


def _refuse_unsupported(parts: Mapping[str, str]) -> None:
    if parts.get("FREQ") not in _FREQUENCIES or not parts.keys() <= _PARTS:
        raise UnreadableError("it is not by day, week, month or year.")
    if not 1 <= _number(parts.get("COUNT", "1")) <= _LARGEST_COUNT:
        raise UnreadableError(f"COUNT is from 1 to {_LARGEST_COUNT:,}; for more, say until when.")
    # A position is accepted only if every month has it: each month has at least four of each weekday.
    days = parts.get("BYDAY", "").split(",")
    positions = parts.get("BYSETPOS", "1").split(",")
    if "BYSETPOS" in parts and (parts["FREQ"] != "MONTHLY" or parts.keys() & {"BYMONTHDAY", "BYMONTH"}):
        raise UnreadableError("BYSETPOS is taken with FREQ=MONTHLY and BYDAY alone.")
    if any(not 1 <= abs(_number(position)) <= 4 * len(days) for position in positions):
        raise UnreadableError("not every month has that BYSETPOS.")


def _end(parts: Mapping[str, str], starts_at: datetime) -> datetime:
    """Returns where the search ends. Raises UnreadableError if UNTIL is not in wall-clock time."""
    horizon = starts_at + _HORIZON
    if "UNTIL" not in parts:
        return horizon
    try:
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall-clock time
    except ValueError as error:
        raise UnreadableError("UNTIL is a date like 20261231, without a Z.") from error
    return min(until, horizon)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The days on which a rule may fall, from its start on; its BYSETPOS or end may rule out some of them."""

    start: date
    frequency: str
    interval: int
    months: frozenset[int]
    month_days: frozenset[int]  # negative ones count from the end of the month
    weekdays: frozenset[tuple[int, int]]  # its position in the month or year, or 0 for all, and the weekday

    @classmethod
    def of(cls, parts: Mapping[str, str], start: date) -> Self:
        """Reads the parts. What they do not give is taken from the start (RFC 5545, 3.3.10)."""
        frequency, interval = parts["FREQ"], _number(parts.get("INTERVAL", "1"))
        if not 1 <= interval <= _LONGEST_INTERVAL:
            raise UnreadableError(f"an interval is from 1 to {_LONGEST_INTERVAL}.")
        months, month_days = _numbers(parts, "BYMONTH"), _numbers(parts, "BYMONTHDAY")
        weekdays = frozenset(_weekday(each) for each in parts["BYDAY"].split(",")) if "BYDAY" in parts else frozenset()
        if not month_days and not weekdays and frequency == "WEEKLY":
            weekdays = frozenset({(0, start.weekday())})
        elif not month_days and not weekdays and frequency in {"MONTHLY", "YEARLY"}:
            month_days = frozenset({start.day})
            months = months or (frozenset({start.month}) if frequency == "YEARLY" else months)
        return cls(start, frequency, interval, months, month_days, weekdays)

    def has_day(self) -> bool:
        """Returns whether the rule may fall on any day within eight years."""
        return any(day >= self.start and self._matches(day) and self._fits_interval(day) for day in self._candidates())

    def _candidates(self) -> Iterator[date]:
        """Yields days within eight years, without most of those that the interval and the parts rule out."""
        if self.frequency == "DAILY":
            yield from (self.start + timedelta(days=n) for n in range(0, _HORIZON.days, self.interval))
            return
        for months in range(_HORIZON.days * 12 // 365):
            year, month = divmod(12 * self.start.year + self.start.month - 1 + months, 12)
            first = date(year, month + 1, 1)
            if (not self.months or first.month in self.months) and self._may_hold_days(first):
                length = monthrange(first.year, first.month)[1]
                days = self.month_days or range(1, length + 1)
                numbers = {day if day > 0 else length + 1 + day for day in days}
                yield from (first.replace(day=number) for number in sorted(numbers) if 1 <= number <= length)

    def _may_hold_days(self, first_of_month: date) -> bool:
        return self.frequency == "WEEKLY" or self._fits_interval(first_of_month)

    def _fits_interval(self, day: date) -> bool:
        match self.frequency:
            case "DAILY":
                periods = (day - self.start).days
            case "WEEKLY":
                periods = (day.toordinal() - 1) // 7 - (self.start.toordinal() - 1) // 7  # day 1 was a Monday
            case "MONTHLY":
                periods = 12 * (day.year - self.start.year) + day.month - self.start.month
            case _:
                periods = day.year - self.start.year
        return periods % self.interval == 0

    def _matches(self, day: date) -> bool:
        length = monthrange(day.year, day.month)[1]
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or not self.month_days.isdisjoint({day.day, day.day - length - 1}))
            and (not self.weekdays or not self.weekdays.isdisjoint(self._positions(day, length)))
        )

    def _positions(self, day: date, length: int) -> Iterable[tuple[int, int]]:
        """Returns the day's weekday with each position: any, the nth of its month or year, and the nth from the end."""
        number = day.day
        if self.frequency == "YEARLY" and not self.months:
            number, length = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
        weekday = day.weekday()
        return (0, weekday), ((number - 1) // 7 + 1, weekday), (-((length - number) // 7) - 1, weekday)


def _weekday(text: str) -> tuple[int, int]:
    match = _BY_DAY.fullmatch(text)
    if match is None:
        raise UnreadableError(f"{text!r} is no BYDAY; write MO or, of a month, 1MO or -1MO.")
    return int(match[1] or 0), _WEEKDAYS.index(match[2])


def _numbers(parts: Mapping[str, str], name: str) -> frozenset[int]:
    return frozenset(_number(each) for each in parts[name].split(",")) if name in parts else frozenset()


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UnreadableError(f"{text!r} is no number.") from error
