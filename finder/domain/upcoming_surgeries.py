"""Which of a team's surgeries are upcoming, and until when such a list stays correct. Pure: no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from finder.domain.surgery import Occurrence, Series

NEXT_SURGERIES: Final = 5
SOON: Final = timedelta(days=90)
"""How far ahead an answer looks for a team's next surgeries."""
_YEAR: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A team's surgeries, correct before `until`: none of them has ended then."""

    occurrences: tuple[Occurrence, ...]
    until: datetime


def next_surgeries(series: Iterable[Series], now: datetime) -> Upcoming:
    """The next five surgeries within 90 days, correct until one of them ends or another comes within 90 days.

    The list expires after about 90 days even if neither is known to happen.
    """
    # Days are counted in UTC: 90 days in London are an hour more or less if the clocks change in between.
    now = now.astimezone(UTC)
    ahead = surgeries_between(series, now, now + 2 * SOON)
    listed = [each for each in ahead if each.starts_at <= now + SOON][:NEXT_SURGERIES]
    moments = [each.ends_at for each in listed]
    if len(listed) < NEXT_SURGERIES:
        moments += [each.starts_at.astimezone(UTC) - SOON for each in ahead if each.starts_at > now + SOON]
    # Later than this, a surgery that is not in `ahead` could be within 90 days.
    midnight = (now + SOON).replace(hour=0, minute=0, second=0, microsecond=0)
    return Upcoming(tuple(listed), min([*moments, midnight]))


def year_of_surgeries(series: Iterable[Series], now: datetime) -> Upcoming:
    """Every surgery of the twelve months from today, correct until one ends or the day (UTC) does."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = surgeries_between(series, now, today + _YEAR)
    return Upcoming(tuple(found), min([*(each.ends_at for each in found), today + timedelta(days=1)]))


def surgeries_between(series: Iterable[Series], start: datetime, end: datetime) -> list[Occurrence]:
    """The surgeries that end after `start` and start before `end`, including cancelled ones, by start."""
    found = [occurrence for each in series for occurrence in each.between(start, end)]
    return sorted(found, key=lambda each: (each.starts_at, each.id))
