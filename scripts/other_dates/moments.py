"""The moments at which the tests have to pass, and why each one is in the list."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

_LONDON: Final = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the clocks of London, as "2027-01-01 00:30", and why the tests run at it."""

    local_time: str
    why: str

    @property
    def instant(self) -> datetime:
        """The moment in UTC; the first of the two where the clocks show the time twice."""
        return datetime.fromisoformat(self.local_time).replace(tzinfo=_LONDON).astimezone(UTC)


MOMENTS: Final = (
    Moment("2026-10-24 23:59", "a minute before the day on which the clocks go back"),
    Moment("2026-10-25 01:30", "the hour that the clocks show twice"),
    Moment("2026-11-30 12:00", "an ordinary day in winter"),
    Moment("2026-12-31 23:59", "a minute before New Year"),
    Moment("2027-01-01 00:30", "New Year's Day, a bank holiday"),
    Moment("2027-03-28 00:30", "Easter Sunday, half an hour before the clocks go forward"),
    Moment("2027-03-29 12:00", "Easter Monday, a bank holiday, the day after the clocks went forward"),
    Moment("2027-07-15 00:30", "a summer's night, still the day before in UTC"),
    Moment("2027-08-31 23:59", "the last minute of a month, in British Summer Time"),
    Moment("2027-10-31 12:00", "the day on which the clocks went back"),
    Moment("2028-02-29 12:00", "29 February"),
    Moment("2031-05-05 12:00", "a bank holiday, after the last change in the example data"),
)
SHORT_MOMENTS: Final = tuple(each for each in MOMENTS if each.local_time[:10] == "2027-03-28")
