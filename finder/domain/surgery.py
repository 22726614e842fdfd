"""Surgeries: dated public drop-ins that may recur, with the cancellations and moves of single dates."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from finder.domain.recurrence_rule import RecurrenceRule

LONDON: Final = ZoneInfo("Europe/London")
OCCURRENCE_FORMAT: Final = "%Y%m%dT%H%M"
LONGEST_ACCESS: Final = 300
LONGEST_REASON: Final = 300
"""In characters: a few short sentences, which fit a telephone and a notice on a door."""


def is_on_the_clock(wall: datetime) -> bool:
    """Whether London's clocks ever show a wall-clock time: in March they skip an hour."""
    return _in_london(wall).replace(tzinfo=None) == wall


def _in_london(wall_clock: datetime) -> datetime:
    """The moment of a wall-clock time. A time that the clocks skip in March becomes one hour later."""
    return wall_clock.replace(tzinfo=LONDON).astimezone(UTC).astimezone(LONDON)


class Status(StrEnum):
    """Whether an occurrence takes place as its series says."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a surgery is held; `access` tells residents how to get in, and is empty if that is not known."""

    name: str
    address: str
    postcode: str
    access: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about one occurrence. Times are wall-clock in Europe/London, without a zone.

    `occurrence` is the start by the series. Fields that a move does not set are those of the series.
    """

    surgery_id: str
    occurrence: datetime
    status: Status
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: Venue | None = None
    online_url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Surgery:
    """A series of surgeries (or one, without a recurrence). Times are wall-clock in Europe/London, without a zone.

    `recurrence` is the body of an RFC 5545 RRULE, empty for a single date.
    """

    id: str
    team_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    recurrence: str
    venue: Venue | None
    online_url: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One dated surgery, in Europe/London. `id` is the series' id and original start, kept when it is moved."""

    id: str
    surgery: Surgery
    starts_at: datetime
    ends_at: datetime
    status: Status
    moved_from: datetime | None
    venue: Venue | None
    online_url: str
    reason: str


class Series:
    """A surgery with its changes; finds its occurrences."""

    def __init__(self, surgery: Surgery, changes: tuple[Change, ...]) -> None:
        self.surgery = surgery
        self.changes = changes
        self._changed = {change.occurrence for change in changes}
        self._rule = RecurrenceRule(surgery.recurrence, surgery.starts_at) if surgery.recurrence else None

    def between(self, start: datetime, end: datetime, *, on: Collection[date] | None = None) -> list[Occurrence]:
        """Occurrences, including cancelled ones, that end after `start` and start before `end`, by start.

        With `on`, only those that start on one of these days.
        """
        unchanged = (self._plain(each) for each in self._unchanged(start, end) if on is None or each.date() in on)
        found = (*unchanged, *(self._apply(change) for change in self.changes))
        inside = (each for each in found if each.ends_at > start and each.starts_at < end)
        if on is not None:
            inside = (each for each in inside if each.starts_at.date() in on)
        return sorted(inside, key=lambda each: (each.starts_at, each.id))

    def has(self, occurrence: datetime) -> bool:
        """Whether the series, without its changes, has an occurrence that starts at this wall-clock time."""
        if self._rule is None:
            return occurrence == self.surgery.starts_at
        return bool(self._rule.between(occurrence, occurrence))

    def _unchanged(self, start: datetime, end: datetime) -> Iterator[datetime]:
        length = self.surgery.ends_at - self.surgery.starts_at
        # One more day at each end, because wall-clock and elapsed time differ when the clocks change.
        first = start.astimezone(LONDON).replace(tzinfo=None) - length - timedelta(days=1)
        last = end.astimezone(LONDON).replace(tzinfo=None) + timedelta(days=1)
        for starts_at in self._starts(first, last):
            if starts_at not in self._changed:
                yield starts_at

    def _starts(self, first: datetime, last: datetime) -> list[datetime]:
        if self._rule is None:
            return [self.surgery.starts_at]
        return self._rule.between(first, last)

    def _plain(self, starts_at: datetime) -> Occurrence:
        return Occurrence(
            id=f"{self.surgery.id}-{starts_at:{OCCURRENCE_FORMAT}}",
            surgery=self.surgery,
            starts_at=_in_london(starts_at),
            ends_at=_in_london(starts_at + (self.surgery.ends_at - self.surgery.starts_at)),
            status=Status.CONFIRMED,
            moved_from=None,
            venue=self.surgery.venue,
            online_url=self.surgery.online_url,
            reason="",
        )

    def _apply(self, change: Change) -> Occurrence:
        plain = replace(self._plain(change.occurrence), status=change.status, reason=change.reason)
        if change.status is not Status.MOVED:
            return plain
        starts_at = change.starts_at or change.occurrence
        ends_at = change.ends_at or starts_at + (self.surgery.ends_at - self.surgery.starts_at)
        return replace(
            plain,
            starts_at=_in_london(starts_at),
            ends_at=_in_london(ends_at),
            moved_from=plain.starts_at,
            venue=change.venue or (None if change.online_url else plain.venue),
            online_url=change.online_url or ("" if change.venue else plain.online_url),
        )
