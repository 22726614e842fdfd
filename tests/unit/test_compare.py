"""What a publication would change, computed from two snapshots."""

from dataclasses import replace

import pytest
from shapely import MultiPolygon
from shapely.affinity import translate

from finder.domain.directory import Coverage
from finder.domain.publication_difference import Flow, TeamCount
from finder.domain.release import Part
from finder.services.publishing.compare import compare
from finder.snapshot.model import Snapshot
from tests.support.builders import (
    LADYWOOD,
    SPARKBROOK,
    TOWN_HALL,
    make_change,
    make_directory,
    make_location,
    make_officer,
    make_priority,
    make_record,
    make_snapshot,
    make_surgery,
    make_ward,
    square,
)

_NEW_CODE = "E05016398"
WEST = make_ward()
EAST = make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook")
IN_WEST = make_location("B2 4QA")
IN_EAST = make_location("B11 1AA", 407_500)
BEYOND = make_location("WR1 1AA", 300_000)
BOTH_TEAMS = make_directory("ladywood", "sparkbrook")


def two_wards(**changes: object) -> Snapshot:
    """Two wards with a team and a postcode each, and a postcode in no ward."""
    given = {"wards": (WEST, EAST), "directory": BOTH_TEAMS} | changes
    return make_snapshot(IN_WEST, IN_EAST, BEYOND, **given)  # type: ignore[arg-type]


def test_a_snapshot_does_not_differ_from_itself() -> None:
    found = compare(two_wards(), two_wards())

    assert not any((found.wards.new, found.wards.gone, found.wards.renamed, found.wards.reshaped))
    assert (found.postcodes.change_ward, found.postcodes.change_team, len(found.postcodes.moves)) == (0, 0, 0)
    assert not any(found.directory.values())


def test_before_the_first_publication_everything_is_new() -> None:
    found = compare(None, two_wards())

    assert [ward.gss_code for ward in found.wards.new] == [LADYWOOD, SPARKBROOK]
    assert (found.postcodes.before, found.postcodes.after, found.postcodes.new) == (0, 3, 3)
    assert found.directory[Part.TEAMS].added == ("ladywood", "sparkbrook")


def test_a_ward_with_another_code_takes_its_postcodes_with_it() -> None:
    new_west = replace(WEST, gss_code=_NEW_CODE)
    covered = replace(BOTH_TEAMS, coverage=(Coverage(_NEW_CODE, "ladywood"), Coverage(SPARKBROOK, "sparkbrook")))

    found = compare(two_wards(), two_wards(wards=(new_west, EAST), directory=covered))

    assert [ward.gss_code for ward in found.wards.new] == [_NEW_CODE]
    assert [ward.gss_code for ward in found.wards.gone] == [LADYWOOD]
    assert (found.postcodes.change_ward, found.postcodes.change_team) == (1, 0)
    assert [tuple(move) for move in found.postcodes.moves] == [
        ("B2 4QA", LADYWOOD, _NEW_CODE, "ladywood", "ladywood", "both")
    ]


def test_postcodes_that_change_team_are_counted_by_team() -> None:
    swapped = replace(BOTH_TEAMS, coverage=(Coverage(LADYWOOD, "sparkbrook"), Coverage(SPARKBROOK, "sparkbrook")))

    found = compare(two_wards(), two_wards(directory=swapped)).postcodes

    assert (found.change_ward, found.change_team) == (0, 1)
    assert found.flows == (Flow("ladywood", "sparkbrook", 1),)
    assert found.teams == (TeamCount("ladywood", 1, 0, 0, 1), TeamCount("sparkbrook", 1, 2, 1, 0))


def test_a_ward_left_without_a_team_sends_its_postcodes_to_none() -> None:
    found = compare(two_wards(), two_wards(directory=replace(BOTH_TEAMS, coverage=(Coverage(LADYWOOD, "ladywood"),))))

    assert found.postcodes.flows == (Flow("sparkbrook", "", 1),)


def test_postcodes_that_come_and_go_are_listed_separately_from_those_that_move() -> None:
    after = make_snapshot(IN_EAST, make_location("B2 4QB"), BEYOND, wards=(WEST, EAST), directory=BOTH_TEAMS)

    found = compare(two_wards(), after).postcodes

    assert (found.new, found.gone, found.change_ward, found.change_team) == (1, 1, 0, 0)
    assert [tuple(move) for move in found.moves] == [
        ("B2 4QA", LADYWOOD, "", "ladywood", "", "gone"),
        ("B2 4QB", "", LADYWOOD, "", "ladywood", "new"),
    ]


def test_a_new_name_is_a_ward_renamed_and_nothing_else() -> None:
    found = compare(two_wards(), two_wards(wards=(replace(WEST, name="Lady Wood"), EAST))).wards

    assert [(before.name, after.name) for before, after in found.renamed] == [("Ladywood", "Lady Wood")]
    assert (found.new, found.gone, found.reshaped) == ((), (), ())


@pytest.mark.parametrize(("moved", "reshaped"), [(1.75, 0), (3.0, 2)], ids=["the datum shift", "more than that"])
def test_a_boundary_is_moved_only_beyond_the_shift_between_vintages(moved: float, reshaped: int) -> None:
    shifted = tuple(replace(ward, polygon=translate(ward.polygon, 0.25 * moved, 0.97 * moved)) for ward in (WEST, EAST))

    found = compare(two_wards(), two_wards(wards=shifted)).wards

    assert len(found.reshaped) == reshaped


def test_the_area_that_moved_is_that_gained_and_that_lost() -> None:
    wider = replace(WEST, polygon=MultiPolygon([square(406_000, 286_000), square(407_500, 286_500, 100)]))

    found = compare(two_wards(), two_wards(wards=(wider, EAST))).wards

    assert [round(each.moved_m2, -2) for each in found.reshaped] == [10_000]


def test_officers_priorities_and_surgeries_are_compared_by_their_keys() -> None:
    before = replace(
        BOTH_TEAMS,
        officers=(make_officer(name="Ann Example"), make_officer(name="Bob Example")),
        priorities=(make_priority(),),
        surgeries=(make_surgery(),),
    )
    after = replace(
        BOTH_TEAMS,
        officers=(make_officer(name="Ann Example", rank="Inspector"), make_officer(name="Cid Example")),
        priorities=(make_priority(action="Patrols at dusk"),),
        surgeries=(make_surgery(),),
        changes=(make_change("2026-11-05 18:00"),),
    )

    found = compare(two_wards(directory=before), two_wards(directory=after)).directory

    assert found[Part.OFFICERS].added == ("ladywood: Cid Example",)
    assert found[Part.OFFICERS].changed == ("ladywood: Ann Example",)
    assert found[Part.OFFICERS].gone == ("ladywood: Bob Example",)
    assert found[Part.PRIORITIES].changed == ("ladywood: Parcels taken from doorsteps",)
    assert found[Part.SURGERIES].added == ("ladywood: ladywood-library, 2026-11-05 18:00",)


def test_a_surgery_with_another_access_note_is_changed() -> None:
    before = replace(BOTH_TEAMS, surgeries=(make_surgery(),))
    after = replace(BOTH_TEAMS, surgeries=(make_surgery(venue=replace(TOWN_HALL, access="Step-free.")),))

    found = compare(two_wards(directory=before), two_wards(directory=after)).directory

    assert found[Part.SURGERIES].changed == ("ladywood: ladywood-library",)


def test_a_team_with_another_telephone_is_changed() -> None:
    other = replace(BOTH_TEAMS, teams=(make_record("ladywood", contact={"telephone": "0121"}), BOTH_TEAMS.teams[1]))

    found = compare(two_wards(), two_wards(directory=other)).directory

    assert found[Part.TEAMS].changed == ("ladywood",)
    assert not found[Part.COVERAGE]
