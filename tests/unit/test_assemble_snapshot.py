"""Joining a publication: wards to teams, teams to their officers, priorities and surgeries."""

from finder.domain.directory import Coverage
from finder.snapshot.assemble_snapshot import replace_directory
from tests.support.builders import (
    LADYWOOD,
    NOW,
    SPARKBROOK,
    WEST_MIDLANDS,
    make_directory,
    make_officer,
    make_priority,
    make_publication,
    make_snapshot,
    make_ward,
    square,
)


def test_a_team_is_joined_with_its_officers_priorities_wards_and_force() -> None:
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


def test_officers_keep_the_order_of_the_file() -> None:
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


def test_the_wards_of_a_team_are_found_without_searching_all_wards() -> None:
    snapshot = make_snapshot()
    snapshot.wards.wards = ()

    assert [ward.gss_code for ward in snapshot.wards_of(snapshot.teams["ladywood"])] == [LADYWOOD]


def test_a_new_directory_is_joined_with_the_previous_postcodes_and_wards_as_if_from_scratch() -> None:
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
