"""What nobody can mean by the times of a surgery or by moving one, for commands and files alike."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from finder.domain.surgery import Change, Status, Surgery, is_on_the_clock

_FARTHEST_MOVE: Final = timedelta(days=366)


class Unsound(NamedTuple):
    """What is wrong, where it stands in a file, and what to do about it."""

    column: str
    problem: str
    remedy: str

    @property
    def sentence(self) -> str:
        """Problem and remedy, to stand alone."""
        return f"{self.problem[0].upper()}{self.problem[1:]} {self.remedy}"


def unsound_times(begins: datetime | None, ends: datetime | None) -> Iterator[Unsound]:
    """Faults of wall-clock times, each of which may be open: an end before the start, an hour that clocks leave out."""
    if begins and ends and ends <= begins:
        problem = f"the surgery ends before it starts: {ends:%Y-%m-%d %H:%M} is not after {begins:%Y-%m-%d %H:%M}."
        yield Unsound("ends_at", problem, "Mend one of them.")
    for column, moment in (("starts_at", begins), ("ends_at", ends)):
        if moment and not is_on_the_clock(moment):
            problem = f"there is no {moment:%H:%M} on {moment:%Y-%m-%d}: clocks go forward over it."
            yield Unsound(column, problem, "Choose another time.")


def too_far(planned: datetime, begins: datetime) -> Unsound | None:
    """What is wrong with a move by years, which is a slip of the pen; there may not even be a date at its end."""
    if abs(begins - planned) <= _FARTHEST_MOVE:
        return None
    problem = f"{begins:%Y-%m-%d} is more than a year from {planned:%Y-%m-%d}."
    return Unsound("starts_at", problem, "Mend the year, or cancel instead.")


def unsound_move(surgery: Surgery, change: Change, now: datetime | None) -> Iterator[Unsound]:
    """Faults of a date that is moved; `now` is wall-clock in London, and None where past dates are to be let be."""
    if change.status is not Status.MOVED:
        return
    planned, usual = change.occurrence, surgery.ends_at - surgery.starts_at
    begins = change.starts_at or planned
    if far := too_far(planned, begins):
        yield far
        return
    ends = change.ends_at or begins + usual
    yield from unsound_times(begins, ends)
    if now and ends <= now:
        # It would vanish without a word from page, API and calendars.
        yield Unsound("ends_at", f"{ends:%Y-%m-%d %H:%M} is over.", "Mend the date, or cancel the surgery instead.")
    elsewhere = change.venue not in {None, surgery.venue} or change.online_url not in {"", surgery.online_url}
    if (begins, ends) == (planned, planned + usual) and not elsewhere:
        problem = "that is where and when it takes place anyway."
        yield Unsound("starts_at", problem, "Say another time or place, or leave it as planned.")
