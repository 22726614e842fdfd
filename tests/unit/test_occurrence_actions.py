"""Cancelling, moving and restoring one occurrence: what is kept of an earlier change, and what is refused."""

from typing import Final

import pytest

from finder.domain.directory import Directory
from finder.domain.surgery import LONGEST_REASON, Status, Venue
from finder.errors import PublishRefusedError
from finder.services.publishing.occurrence_actions import Cancel, Move, Restore, apply
from tests.support.builders import TOWN_HALL, make_directory, make_surgery, wall

ID: Final = "ladywood-library-20261105T1800"
DIRECTORY: Final = make_directory(surgeries=(make_surgery("2026-11-05 18:00", ends_at="2026-11-05 19:30"),))
HALL: Final = Venue("New Hall", "1 New Street", "B2 4QA")


def changed(*actions: Cancel | Move | Restore, directory: Directory = DIRECTORY) -> Directory:
    """The directory after some actions on the one surgery, one after the other."""
    for action in actions:
        directory = apply(directory, ID, action)
    return directory


def test_a_second_move_keeps_what_it_does_not_name() -> None:
    first = Move(starts_at=wall("2026-11-06 19:00"), reason="Hall booked.")

    (change,) = changed(first, Move(venue=HALL)).changes

    assert (change.starts_at, change.ends_at) == (wall("2026-11-06 19:00"), wall("2026-11-06 20:30"))
    assert (change.venue, change.reason) == (HALL, "Hall booked.")


def test_a_second_move_in_time_keeps_place_and_length() -> None:
    first = Move(starts_at=wall("2026-11-06 19:00"), ends_at=wall("2026-11-06 19:45"), venue=HALL)

    (change,) = changed(first, Move(starts_at=wall("2026-11-07 10:00"))).changes

    assert (change.starts_at, change.ends_at) == (wall("2026-11-07 10:00"), wall("2026-11-07 10:45"))
    assert change.venue == HALL


def test_a_move_after_a_cancellation_starts_from_the_original_plan() -> None:
    (change,) = changed(Cancel("Snow."), Move(venue=HALL)).changes

    assert (change.status, change.starts_at, change.reason) == (Status.MOVED, wall("2026-11-05 18:00"), "")


def test_a_moved_surgery_can_be_restored() -> None:
    assert changed(Move(venue=HALL), Restore()).changes == ()


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (Move(starts_at=wall("2026-11-05 18:00")), "takes place anyway"),
        (Move(starts_at=wall("2027-03-28 01:30")), "There is no 01:30 on 2027-03-28"),
        (Move(starts_at=wall("2027-03-28 00:15")), "There is no 01:45 on 2027-03-28"),
        (Move(starts_at=wall("2028-11-05 18:00")), "more than a year"),
        (Move(venue=TOWN_HALL, reason="x" * (LONGEST_REASON + 1)), "300 at most"),
        (Cancel("x" * (LONGEST_REASON + 1)), "300 at most"),
    ],
)
def test_a_meaningless_change_is_refused(action: Cancel | Move, why: str) -> None:
    with pytest.raises(PublishRefusedError, match=why):
        changed(action)
