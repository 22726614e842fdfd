"""Converts between moments and the wall-clock time of London."""

from datetime import UTC, datetime

from finder.domain.surgery import LONDON
from finder.errors import OperatorError


def london_moment(wall_clock: datetime) -> datetime:
    """The moment of a wall-clock time without a zone.

    Raises OperatorError for a time that the clocks skip in March, and for one that they show twice in October.
    """
    earlier, later = (wall_clock.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier.astimezone(UTC)
    shown = earlier.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None)
    why = "the clocks show it twice" if shown == wall_clock else "the clocks skip it"
    message = f"{wall_clock:%Y-%m-%d %H:%M} is no time to publish at: {why} that night in London. Choose another."
    raise OperatorError(message)


def show_moment(moment: datetime) -> str:
    """A moment in London's wall-clock time, for a sentence."""
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"
