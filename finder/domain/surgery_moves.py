"""Checks the times and moves of surgeries, both those in files and those by command."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from finder.domain.surgery import Change, Status, Surgery, is_on_the_clock

_FARTHEST_MOVE: Final = timedelta(days=366)


class MoveFault(NamedTuple):
    """What is wrong, in which column of a file, and what to do about it."""

    column: str
    problem: str
    remedy: str

    @property
    def sentence(self) -> str:
        """Problem and remedy as a whole text."""
        return f"{self.problem[0].upper()}{self.problem[1:]} {self.remedy}"


def faults_of_times(starts: datetime | None, ends: datetime | None) -> Iterator[MoveFault]:
    """Faults of wall-clock times, which may be unknown: an end before the start, or an hour that clocks skip."""
    if starts and ends and ends <= starts:
        problem = f"the surgery ends before it starts: {ends:%Y-%m-%d %H:%M} is not after {starts:%Y-%m-%d %H:%M}."
        yield MoveFault("ends_at", problem, "Mend one of them.")
    for column, moment in (("starts_at", starts), ("ends_at", ends)):
        if moment and not is_on_the_clock(moment):
            problem = f"there is no {moment:%H:%M} on {moment:%Y-%m-%d}: clocks go forward over it."
            yield MoveFault(column, problem, "Choose another time.")


def too_far(planned: datetime, starts: datetime) -> MoveFault | None:
    """The fault of a move by more than a year, which is a typing error and may even leave the calendar."""
    if abs(starts - planned) <= _FARTHEST_MOVE:
        return None
    problem = f"{starts:%Y-%m-%d} is more than a year from {planned:%Y-%m-%d}."
    return MoveFault("starts_at", problem, "Mend the year, or cancel instead.")


def faults_of_move(surgery: Surgery, change: Change, now: datetime | None) -> Iterator[MoveFault]:
    """Faults of a moved date; `now` is wall-clock time in London, or None to accept dates in the past."""
    if change.status is not Status.MOVED:
        return
    planned, usual = change.occurrence, surgery.ends_at - surgery.starts_at
    starts = change.starts_at or planned
    if fault := too_far(planned, starts):
        yield fault
        return
    ends = change.ends_at or starts + usual
    yield from faults_of_times(starts, ends)
    if now and ends <= now:
        # It would disappear without notice from the page, the API and calendars.
        yield MoveFault("ends_at", f"{ends:%Y-%m-%d %H:%M} is over.", "Mend the date, or cancel the surgery instead.")
    elsewhere = change.venue not in {None, surgery.venue} or change.online_url not in {"", surgery.online_url}
    if (starts, ends) == (planned, planned + usual) and not elsewhere:
        problem = "that is where and when it takes place anyway."
        yield MoveFault("starts_at", problem, "Say another time or place, or leave it as planned.")
