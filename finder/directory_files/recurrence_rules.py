"""The body of an RRULE -> its first dates, or a refusal where it has none worth searching for."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, Self

from dateutil.rrule import rrule

from finder.directory_files.british_dates import UnreadableError
from finder.domain.surgery import parse_recurrence

_PARTS: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_LONGEST_INTERVAL: Final = 60
# Whatever people plan comes round within eight years: even 29 February, over the year 2100.
_HORIZON: Final = timedelta(days=8 * 366)


def first_two(rule: str, starts_at: datetime) -> list[datetime]:
    """The first dates of a rule, in order: none, one or two of them.

    Raises UnreadableError for what is no rule, goes on without a date for eight years, or is no use for a surgery.
    """
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    _refuse_beyond_us(parts)
    try:
        pattern = _Pattern.of(parts, starts_at.date())
        series = parse_recurrence(rule, starts_at)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:  # as dateutil raises them
        raise UnreadableError("it cannot be read.") from error
    # dateutil looks for a first date up to the year 9999, for seconds: so it is asked only where there is one.
    if not isinstance(series, rrule) or not pattern.has_day():
        raise UnreadableError("it gives no date within eight years.")
    dates = list(islice(series.replace(count=None, until=_end(parts, starts_at)), 2))
    if dates == [starts_at] and not parts.keys() & {"COUNT", "UNTIL"}:
        raise UnreadableError("it gives no second date within eight years.")
    return dates


def _refuse_beyond_us(parts: Mapping[str, str]) -> None:
    if parts.get("FREQ") not in _FREQUENCIES or not parts.keys() <= _PARTS:
        raise UnreadableError("it is not by day, week, month or year.")
    if _number(parts.get("COUNT", "1")) < 1:
        raise UnreadableError("COUNT is at least 1.")
    # Positions are taken where each of them surely exists: every month has four of each weekday.
    days = parts.get("BYDAY", "").split(",")
    positions = parts.get("BYSETPOS", "1").split(",")
    if "BYSETPOS" in parts and (parts["FREQ"] != "MONTHLY" or parts.keys() & {"BYMONTHDAY", "BYMONTH"}):
        raise UnreadableError("BYSETPOS is taken with FREQ=MONTHLY and BYDAY alone.")
    if any(not 1 <= abs(_number(position)) <= 4 * len(days) for position in positions):
        raise UnreadableError("not every month has that BYSETPOS.")


def _end(parts: Mapping[str, str], starts_at: datetime) -> datetime:
    """Until when it is worth searching; raises UnreadableError for an UNTIL that is not on wall clocks."""
    horizon = starts_at + _HORIZON
    if "UNTIL" not in parts:
        return horizon
    try:
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall-clock by definition
    except ValueError as error:
        raise UnreadableError("UNTIL is a date like 20261231, without a Z.") from error
    return min(until, horizon)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The days that a rule can name, from its start on; more than it does name where it has a BYSETPOS or an end."""

    start: date
    frequency: str
    interval: int
    months: frozenset[int]
    month_days: frozenset[int]  # negative ones count from the end of the month
    weekdays: frozenset[tuple[int, int]]  # which of the month or year, 0 for each, and the weekday

    @classmethod
    def of(cls, parts: Mapping[str, str], start: date) -> Self:
        """Read the parts; what they leave open is as the start has it (RFC 5545, 3.3.10)."""
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
        """Whether any day within the horizon is one of them."""
        days = (self.start + timedelta(days=n) for n in range(_HORIZON.days))
        return any(self._names(day) and self._is_in_turn(day) for day in days)

    def _is_in_turn(self, day: date) -> bool:
        match self.frequency:
            case "DAILY":
                turn = (day - self.start).days
            case "WEEKLY":
                turn = (day.toordinal() - 1) // 7 - (self.start.toordinal() - 1) // 7  # day 1 was a Monday
            case "MONTHLY":
                turn = 12 * (day.year - self.start.year) + day.month - self.start.month
            case _:
                turn = day.year - self.start.year
        return turn % self.interval == 0

    def _names(self, day: date) -> bool:
        length = monthrange(day.year, day.month)[1]
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or not self.month_days.isdisjoint({day.day, day.day - length - 1}))
            and (not self.weekdays or not self.weekdays.isdisjoint(self._places(day, length)))
        )

    def _places(self, day: date, length: int) -> Iterable[tuple[int, int]]:
        """A day as each weekday, as the nth of its month or year, and as the nth from the end."""
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
