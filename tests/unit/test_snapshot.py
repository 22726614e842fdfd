"""A publication joined in memory: postcodes to wards, wards to teams, teams to people and surgeries."""

from datetime import datetime, timedelta

import pytest

from finder.domain.directory import Coverage
from finder.domain.surgery import LONDON, Status
from finder.domain.upcoming_surgeries import next_surgeries
from finder.snapshot.join import replace_directory
from geodata.postcode import Postcode
from tests.support.builders import (
    LADYWOOD,
    NOW,
    SPARKBROOK,
    WEST_MIDLANDS,
    make_change,
    make_directory,
    make_location,
    make_officer,
    make_priority,
    make_publication,
    make_snapshot,
    make_surgery,
    make_table,
    make_ward,
    square,
    utc,
    wall,
)

# The postcode table


@pytest.mark.parametrize("text", ["B1 1AA", "B10 0AB", "B2 4QA", "CV1 2AA", "WV10 0AA"])
def test_every_postcode_of_a_table_is_found(text: str) -> None:
    table = make_table(*(make_location(each) for each in ("WV10 0AA", "B2 4QA", "CV1 2AA", "B10 0AB", "B1 1AA")))

    found = table.find(Postcode.parse(text))

    assert found is not None


@pytest.mark.parametrize("text", ["AB1 1AA", "B1 1AB", "B24 1QA", "ZE1 0AA", "WV10 0AB"])
def test_a_postcode_that_is_not_in_the_table_is_not_found(text: str) -> None:
    table = make_table(*(make_location(each) for each in ("WV10 0AA", "B2 4QA", "B1 1AA")))

    found = table.find(Postcode.parse(text))

    assert found is None


def test_nothing_is_found_in_an_empty_table() -> None:
    table = make_table(wards=[make_ward()])

    found = table.find(Postcode.parse("B2 4QA"))

    assert (found, len(table), table.areas) == (None, 0, frozenset())


def test_a_row_keeps_all_that_the_supplier_says() -> None:
    table = make_table(
        make_location("B2 4QA", 407_024, 286_642, positional_quality=50, retired_on=202103, district="E08000025")
    )

    found = table.find(Postcode.parse("B2 4QA"))

    assert found is not None
    assert (found.point, found.positional_quality, found.retired_on, found.district) == (
        (407_024, 286_642),
        50,
        202103,
        "E08000025",
    )


def test_a_postcode_falls_in_the_ward_that_holds_its_point_whatever_the_supplier_says() -> None:
    table = make_table(make_location(ward="E05099999"), wards=[make_ward(LADYWOOD)])

    found = table.find(Postcode.parse("B2 4QA"))

    assert found is not None
    assert found.ward is not None
    assert found.ward.gss_code == LADYWOOD


def test_a_postcode_in_no_ward_has_none() -> None:
    table = make_table(make_location(district=""), wards=[make_ward(polygon=square(500_000, 200_000))])

    found = table.find(Postcode.parse("B2 4QA"))

    assert found is not None
    assert (found.ward, found.district) == (None, "")


def test_a_table_lists_its_postcodes_in_order() -> None:
    table = make_table(make_location("WV10 0AA"), make_location("B10 0AB"), make_location("B1 1AA"))

    assert [str(postcode) for postcode in table] == ["B10 0AB", "B1 1AA", "WV10 0AA"]


def test_a_table_knows_which_areas_it_holds() -> None:
    table = make_table(*(make_location(each) for each in ("B1 1AA", "B99 1AA", "BS1 1AA", "WV1 1AA", "W1A 0AX")))

    assert table.areas == {"B", "BS", "WV", "W"}


@pytest.mark.parametrize(("metres", "district"), [(100, "E07000236"), (99, None)])
def test_the_nearest_postcode_s_district_is_told_within_a_distance(metres: float, district: str | None) -> None:
    table = make_table(
        make_location("B97 4AA", 404_000, 267_000, district="E07000236"), make_location("B1 1AA", 406_000, 286_000)
    )

    found = table.nearest_district(make_location(easting=404_100, northing=267_000).point, metres)

    assert found == district


# Joining


def test_a_team_is_joined_with_its_people_promises_wards_and_force() -> None:
    directory = make_directory(
        "ladywood", "sparkbrook",
        officers=(make_officer("sparkbrook"), make_officer("ladywood")),
        priorities=(make_priority("ladywood"),),
    )  # fmt: skip

    team = make_snapshot(directory=directory).teams["ladywood"]

    assert (team.officers, team.priorities, team.ward_codes, team.force) == (
        (make_officer("ladywood"),),
        (make_priority("ladywood"),),
        (LADYWOOD,),
        WEST_MIDLANDS,
    )


def test_people_keep_the_order_of_the_file() -> None:
    officers = tuple(make_officer(name=name) for name in ("Zoe Example", "Adam Example", "Mia Example"))

    team = make_snapshot(directory=make_directory(officers=officers)).teams["ladywood"]

    assert team.officers == officers


def test_coverage_of_a_ward_that_is_not_live_is_kept_and_ignored() -> None:
    directory = make_directory(coverage=(Coverage(LADYWOOD, "ladywood"), Coverage("E05099999", "ladywood")))
    snapshot = make_snapshot(directory=directory)

    wards = snapshot.wards_of(snapshot.teams["ladywood"])

    assert [ward.gss_code for ward in wards] == [LADYWOOD]


def test_the_wards_of_a_team_come_by_name() -> None:
    coverage = (Coverage(LADYWOOD, "ladywood"), Coverage(SPARKBROOK, "ladywood"))
    wards = (make_ward(LADYWOOD, name="Ladywood"), make_ward(SPARKBROOK, square(500_000, 200_000), "Acocks Green"))
    snapshot = make_snapshot(wards=wards, directory=make_directory(coverage=coverage))

    found = snapshot.wards_of(snapshot.teams["ladywood"])

    assert [ward.name for ward in found] == ["Acocks Green", "Ladywood"]


def test_the_wards_of_a_team_are_found_without_a_walk_through_all_wards() -> None:
    snapshot = make_snapshot()
    snapshot.wards.wards = ()

    assert [ward.gss_code for ward in snapshot.wards_of(snapshot.teams["ladywood"])] == [LADYWOOD]


# The next surgeries


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
def test_surgeries_are_looked_for_90_days_ahead(days: int, count: int) -> None:
    snapshot = make_snapshot(directory=make_directory(surgeries=(make_surgery("2026-11-05 18:00"),)))

    found = next_surgeries(snapshot.series_of("ladywood"), utc("2026-11-05 18:00") - timedelta(days=days)).occurrences

    assert len(found) == count


def test_90_days_are_as_long_whatever_the_zone_of_the_question() -> None:
    snapshot = make_snapshot(directory=make_directory(surgeries=(make_surgery("2026-11-05 18:00"),)))
    now = utc("2026-11-05 18:00") - timedelta(days=90, minutes=30)

    asked = [
        next_surgeries(snapshot.series_of("ladywood"), moment).occurrences for moment in (now, now.astimezone(LONDON))
    ]

    assert asked == [(), ()]


def test_surgeries_of_other_teams_are_not_listed() -> None:
    directory = make_directory("ladywood", "sparkbrook", surgeries=(make_surgery(team_id="sparkbrook"),))

    found = next_surgeries(make_snapshot(directory=directory).series_of("ladywood"), NOW).occurrences

    assert found == ()


def test_a_list_stands_until_its_first_surgery_ends() -> None:
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
def test_an_empty_list_stands_until_a_surgery_is_90_days_away(starts_at: str, until: datetime) -> None:
    snapshot = make_snapshot(directory=make_directory(surgeries=(make_surgery(starts_at),)))

    upcoming = next_surgeries(snapshot.series_of("ladywood"), NOW)

    assert (upcoming.occurrences, upcoming.until) == ((), until)


def test_a_list_does_not_wait_for_a_surgery_that_is_not_on_it() -> None:
    long = tuple(make_surgery("2026-11-05 09:00", "2026-11-05 17:00", id=f"long-{number}") for number in range(5))
    short = make_surgery("2026-11-05 10:00", "2026-11-05 11:00", id="short")
    snapshot = make_snapshot(directory=make_directory(surgeries=(*long, short)))

    upcoming = next_surgeries(snapshot.series_of("ladywood"), NOW)

    assert upcoming.until == utc("2026-11-05 17:00")


def test_a_list_is_looked_at_again_before_more_could_be_within_90_days() -> None:
    very_long = make_surgery("2026-11-01 09:00", "2027-12-01 09:00")
    snapshot = make_snapshot(directory=make_directory(surgeries=(very_long,)))

    upcoming = next_surgeries(snapshot.series_of("ladywood"), NOW)

    assert upcoming.until <= NOW + timedelta(days=90)


def test_a_moved_surgery_is_listed_when_it_is_now_held() -> None:
    moved = make_change("2026-11-05 18:00", Status.MOVED, starts_at=wall("2026-11-20 10:00"))
    directory = make_directory(surgeries=(make_surgery("2026-11-05 18:00"),), changes=(moved,))

    found = next_surgeries(
        make_snapshot(directory=directory).series_of("ladywood"), utc("2026-11-10 00:00")
    ).occurrences

    assert [each.id for each in found] == ["ladywood-library-20261105T1800"]


def test_another_directory_on_the_same_ground_is_joined_as_if_from_scratch() -> None:
    before = make_snapshot(directory=make_directory("ladywood"))
    before.postcodes.distances.store(0, 12.0)
    directory = make_directory("other")

    joined = replace_directory(before, make_publication(2), directory, {}, NOW)

    whole = make_snapshot(directory=directory)
    assert joined.team_of_ward == whole.team_of_ward
    assert joined.series == whole.series
    assert joined.teams.keys() == {"other"}
    assert joined.publication.number == 2
    assert joined.postcodes.distances.find(0) is None
    assert before.postcodes.distances.find(0) == 12.0
