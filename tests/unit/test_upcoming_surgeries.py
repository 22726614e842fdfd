"""Which surgeries of a team are listed as its next ones, and until when that list is correct."""

from datetime import datetime, timedelta

import pytest

from finder.domain.surgery import LONDON, Status
from finder.domain.upcoming_surgeries import next_surgeries
from tests.support.builders import (
    NOW,
    make_change,
    make_directory,
    make_snapshot,
    make_surgery,
    utc,
    wall,
)


def test_the_next_five_surgeries_are_listed_by_start() -> None:
    surgeries = (
        make_surgery("2026-11-05 18:00", recurrence="FREQ=WEEKLY"),
        make_surgery("2026-11-10 10:00", id="ladywood-church", recurrence="FREQ=WEEKLY"),
    )
    snapshot = make_snapshot(directory=make_directory(surgeries=surgeries))

    found = next_surgeries(snapshot.series_of("ladywood"), NOW).occurrences

    assert [f"{each.starts_at:%d %H}" for each in found] == ["05 18", "10 10", "12 18", "17 10", "19 18"]


def test_a_surgery_that_is_on_now_is_listed_until_it_ends() -> None:
    snapshot = make_snapshot(directory=make_directory(surgeries=(make_surgery("2026-11-05 18:00"),)))

    on_now = next_surgeries(snapshot.series_of("ladywood"), utc("2026-11-05 18:59:59"))
    over = next_surgeries(snapshot.series_of("ladywood"), utc("2026-11-05 19:00"))

    assert (len(on_now.occurrences), over.occurrences) == (1, ())


def test_a_cancelled_surgery_is_among_the_next() -> None:
    directory = make_directory(
        surgeries=(make_surgery("2026-11-05 18:00"),), changes=(make_change("2026-11-05 18:00"),)
    )

    found = next_surgeries(make_snapshot(directory=directory).series_of("ladywood"), NOW).occurrences

    assert [each.status for each in found] == [Status.CANCELLED]


@pytest.mark.parametrize(("days", "count"), [(90, 1), (91, 0)])
def test_surgeries_within_90_days_are_listed(days: int, count: int) -> None:
    snapshot = make_snapshot(directory=make_directory(surgeries=(make_surgery("2026-11-05 18:00"),)))

    found = next_surgeries(snapshot.series_of("ladywood"), utc("2026-11-05 18:00") - timedelta(days=days)).occurrences

    assert len(found) == count


def test_90_days_are_counted_alike_in_every_time_zone() -> None:
    snapshot = make_snapshot(directory=make_directory(surgeries=(make_surgery("2026-11-05 18:00"),)))
    now = utc("2026-11-05 18:00") - timedelta(days=90, minutes=30)

    found = [
        next_surgeries(snapshot.series_of("ladywood"), moment).occurrences for moment in (now, now.astimezone(LONDON))
    ]

    assert found == [(), ()]


def test_surgeries_of_other_teams_are_not_listed() -> None:
    directory = make_directory("ladywood", "sparkbrook", surgeries=(make_surgery(team_id="sparkbrook"),))

    found = next_surgeries(make_snapshot(directory=directory).series_of("ladywood"), NOW).occurrences

    assert found == ()


def test_a_list_is_correct_until_its_first_surgery_ends() -> None:
    surgeries = (make_surgery("2026-11-05 18:00", "2026-11-05 19:30"), make_surgery("2026-11-04 10:00", id="other"))
    snapshot = make_snapshot(directory=make_directory(surgeries=surgeries))

    upcoming = next_surgeries(snapshot.series_of("ladywood"), NOW)

    assert upcoming.until == utc("2026-11-04 11:00")


@pytest.mark.parametrize(
    ("starts_at", "until"),
    [
        ("2027-02-10 18:00", datetime.fromisoformat("2026-11-12T18:00:00+00:00")),
        ("2027-04-20 18:00", datetime.fromisoformat("2027-01-20T17:00:00+00:00")),
    ],
)
def test_an_empty_list_is_correct_until_a_surgery_is_90_days_away(starts_at: str, until: datetime) -> None:
    snapshot = make_snapshot(directory=make_directory(surgeries=(make_surgery(starts_at),)))

    upcoming = next_surgeries(snapshot.series_of("ladywood"), NOW)

    assert (upcoming.occurrences, upcoming.until) == ((), until)


def test_the_end_of_a_surgery_that_is_not_listed_does_not_matter() -> None:
    long = tuple(make_surgery("2026-11-05 09:00", "2026-11-05 17:00", id=f"long-{number}") for number in range(5))
    short = make_surgery("2026-11-05 10:00", "2026-11-05 11:00", id="short")
    snapshot = make_snapshot(directory=make_directory(surgeries=(*long, short)))

    upcoming = next_surgeries(snapshot.series_of("ladywood"), NOW)

    assert upcoming.until == utc("2026-11-05 17:00")


def test_a_list_expires_before_more_surgeries_could_be_within_90_days() -> None:
    very_long = make_surgery("2026-11-01 09:00", "2027-12-01 09:00")
    snapshot = make_snapshot(directory=make_directory(surgeries=(very_long,)))

    upcoming = next_surgeries(snapshot.series_of("ladywood"), NOW)

    assert upcoming.until <= NOW + timedelta(days=90)


def test_a_moved_surgery_is_listed_by_its_new_date() -> None:
    moved = make_change("2026-11-05 18:00", Status.MOVED, starts_at=wall("2026-11-20 10:00"))
    directory = make_directory(surgeries=(make_surgery("2026-11-05 18:00"),), changes=(moved,))

    found = next_surgeries(
        make_snapshot(directory=directory).series_of("ladywood"), utc("2026-11-10 00:00")
    ).occurrences

    assert [each.id for each in found] == ["ladywood-library-20261105T1800"]
