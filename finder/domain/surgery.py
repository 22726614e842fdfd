"""Surgeries: dated public drop-ins that recur, their cancellations and moves, and which of them are upcoming."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

LONDON: Final = ZoneInfo("Europe/London")
OCCURRENCE_FORMAT: Final = "%Y%m%dT%H%M"
LONGEST_ACCESS: Final = 300
LONGEST_REASON: Final = 300
"""Characters: a few short sentences, to be read on a telephone and beside a door."""


def is_on_the_clock(wall: datetime) -> bool:
    """Whether clocks in London show a wall-clock time at all: when they go forward they leave an hour out."""
    return _in_london(wall).replace(tzinfo=None) == wall


def _in_london(wall_clock: datetime) -> datetime:
    """The moment of a wall-clock time; going through UTC takes one that the clocks skip in March an hour later."""
    return wall_clock.replace(tzinfo=LONDON).astimezone(UTC).astimezone(LONDON)


class Status(StrEnum):
    """Whether an occurrence takes place as its series says."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a surgery is held; `access` says how to get in, in words for residents, empty where nobody noted it."""

    name: str
    address: str
    postcode: str
    access: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about one occurrence. Times are wall-clock in Europe/London, without a zone.

    `occurrence` is the start that the series gives. A move without a time, a venue or an address keeps the series'.
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
    """A surgery with its changes, ready to be asked for dates."""

    def __init__(self, surgery: Surgery, changes: tuple[Change, ...]) -> None:
        self.surgery = surgery
        self.changes = changes
        self._changed = {change.occurrence for change in changes}
        self._rule = parse_recurrence(surgery.recurrence, surgery.starts_at) if surgery.recurrence else None

    def between(self, start: datetime, end: datetime) -> list[Occurrence]:
        """Occurrences, cancelled ones included, that end after `start` and begin before `end`; by start."""
        found = [*self._unchanged(start, end), *(self._apply(change) for change in self.changes)]
        inside = (each for each in found if each.ends_at > start and each.starts_at < end)
        return sorted(inside, key=lambda each: (each.starts_at, each.id))

    def has(self, occurrence: datetime) -> bool:
        """Whether the series, left alone, has an occurrence that starts just then (wall-clock)."""
        if self._rule is None:
            return occurrence == self.surgery.starts_at
        return bool(self._rule.between(occurrence, occurrence, inc=True))

    def _unchanged(self, start: datetime, end: datetime) -> Iterator[Occurrence]:
        length = self.surgery.ends_at - self.surgery.starts_at
        # A day more at each end: wall-clock and elapsed time differ by the hour that the clocks change.
        first = start.astimezone(LONDON).replace(tzinfo=None) - length - timedelta(days=1)
        last = end.astimezone(LONDON).replace(tzinfo=None) + timedelta(days=1)
        for starts_at in self._starts(first, last):
            if starts_at not in self._changed:
                yield self._plain(starts_at)

    def _starts(self, first: datetime, last: datetime) -> list[datetime]:
        if self._rule is None:
            return [self.surgery.starts_at]
        return self._rule.between(first, last, inc=True)

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


def parse_recurrence(recurrence: str, starts_at: datetime) -> rrule | rruleset:
    """The rule that a recurrence spells, from a first wall-clock start; raises ValueError where it spells none."""
    return rrulestr(f"RRULE:{recurrence}", dtstart=starts_at)
