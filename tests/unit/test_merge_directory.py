"""A directory with one part replaced, checked against the rest."""

from datetime import datetime
from typing import Any, Final

import pytest

from finder.directory_files.read_part import Numbered, Record
from finder.domain.directory import Coverage, Directory
from finder.domain.release import Part
from finder.domain.surgery import Status
from finder.services.loading.merge_directory import Replacement, merge, team_of
from geodata.findings import Report
from tests.support.build import (
    LADYWOOD,
    PLACES,
    SPARKBROOK,
    make_change,
    make_directory,
    make_officer,
    make_priority,
    make_record,
    make_surgery,
    wall,
)

WEEKLY: Final = make_surgery("2026-11-05 18:00", recurrence="FREQ=WEEKLY;BYDAY=TH")
MOVED: Final = make_change("2026-11-12 18:00", Status.MOVED, starts_at=wall("2026-11-13 18:00"))
BASE: Final = make_directory(
    "ladywood",
    "sparkbrook",
    officers=(make_officer("ladywood"), make_officer("sparkbrook")),
    priorities=(make_priority("ladywood"), make_priority("sparkbrook")),
    surgeries=(WEEKLY, make_surgery(id="sparkbrook-hall", team_id="sparkbrook")),
    changes=(make_change("2026-11-12 18:00"), make_change("2026-11-05 18:00", surgery_id="sparkbrook-hall")),
)


def numbered(*records: Record) -> list[Numbered]:
    return [Numbered(row, record) for row, record in enumerate(records, start=2)]


def merged(part: Part, *records: Record, teams: tuple[str, ...] = (), base: Directory = BASE) -> Directory:
    """The directory that a faultless file gives."""
    report = Report(f"{part}.csv")
    made = merge(base, Replacement(part, numbered(*records), frozenset(teams)), PLACES, report)
    assert report.errors == 0
    return made


def faults(
    part: Part,
    *records: Record,
    teams: tuple[str, ...] = (),
    base: Directory = BASE,
    now: datetime | None = None,
) -> list[Any]:
    """Row, column and value of every fault of a file."""
    report = Report(f"{part}.csv")
    merge(base, Replacement(part, numbered(*records), frozenset(teams), now), PLACES, report)
    assert all(each.remedy for each in report.findings)
    return [(each.row, each.column, each.value) for each in report.findings if each.severity == "error"]


# What is replaced


def test_a_file_replaces_the_whole_of_its_kind() -> None:
    made = merged(Part.OFFICERS, make_officer("ladywood", "New Example"))

    assert made.officers == (make_officer("ladywood", "New Example"),)


@pytest.mark.parametrize("part", [Part.COVERAGE, Part.OFFICERS, Part.PRIORITIES, Part.SURGERIES])
def test_a_file_leaves_the_other_kinds_as_they_are(part: Part) -> None:
    made = merged(part)

    others = {"teams", "coverage", "officers", "priorities", "surgeries"} - {part.value}
    assert [name for name in others if getattr(made, name) != getattr(BASE, name)] == []


def test_naming_a_team_replaces_only_its_rows() -> None:
    made = merged(Part.OFFICERS, make_officer("ladywood", "New Example"), teams=("ladywood",))

    assert made.officers == (make_officer("sparkbrook"), make_officer("ladywood", "New Example"))


def test_surgeries_are_replaced_with_their_changes() -> None:
    moved = make_change("2026-11-19 18:00", Status.MOVED, starts_at=wall("2026-11-20 18:00"))

    made = merged(Part.SURGERIES, WEEKLY, moved)

    assert (made.surgeries, made.changes) == ((WEEKLY,), (moved,))


def test_naming_a_team_keeps_the_other_teams_surgeries_and_changes() -> None:
    made = merged(Part.SURGERIES, WEEKLY, teams=("ladywood",))

    assert {each.surgery_id for each in made.changes} == {"sparkbrook-hall"}
    assert {each.id for each in made.surgeries} == {"ladywood-library", "sparkbrook-hall"}


def test_what_belonged_to_a_team_that_is_gone_goes_with_it() -> None:
    made = merged(Part.TEAMS, make_record("sparkbrook"))

    left: list[Record] = [*made.coverage, *made.officers, *made.priorities, *made.surgeries]
    assert ({team_of(each) for each in left}, {each.surgery_id for each in made.changes}) == (
        {"sparkbrook"},
        {"sparkbrook-hall"},
    )


def test_a_team_that_is_gone_is_warned_about() -> None:
    report = Report("teams.csv")

    merge(BASE, Replacement(Part.TEAMS, numbered(make_record("sparkbrook"))), PLACES, report)

    assert [(each.severity.value, each.value) for each in report.findings] == [("warning", "ladywood")]


def test_a_ward_that_is_not_live_may_be_covered() -> None:
    made = merged(Part.COVERAGE, Coverage("E05099999", "ladywood"))

    assert made.coverage == (Coverage("E05099999", "ladywood"),)


# What is refused


def test_a_team_that_stands_twice_is_refused() -> None:
    found = faults(
        Part.TEAMS, make_record("ladywood"), make_record("sparkbrook"), make_record("ladywood", name="Again")
    )

    assert found == [(4, "id", "ladywood")]


def test_a_ward_that_is_given_to_two_teams_is_refused() -> None:
    found = faults(Part.COVERAGE, Coverage(LADYWOOD, "ladywood"), Coverage(LADYWOOD, "sparkbrook"))

    assert found == [(3, "gss_code", LADYWOOD)]


def test_a_series_that_stands_twice_is_refused() -> None:
    found = faults(Part.SURGERIES, WEEKLY, WEEKLY)

    assert found == [(3, "id", "ladywood-library")]


def test_two_changes_of_one_occurrence_are_refused() -> None:
    found = faults(Part.SURGERIES, WEEKLY, make_change("2026-11-12 18:00"), MOVED)

    assert [(row, column) for row, column, _ in found] == [(4, "occurrence")]


def test_an_officer_who_stands_twice_is_refused() -> None:
    found = faults(Part.OFFICERS, make_officer(), make_officer())

    assert [(row, column) for row, column, _ in found] == [(3, "name")]


@pytest.mark.parametrize(
    ("part", "record"),
    [
        (Part.COVERAGE, Coverage(LADYWOOD, "nobody")),
        (Part.OFFICERS, make_officer("nobody")),
        (Part.PRIORITIES, make_priority("nobody")),
        (Part.SURGERIES, make_surgery(team_id="nobody")),
    ],
)
def test_a_row_of_a_team_that_is_not_there_is_refused(part: Part, record: Record) -> None:
    found = faults(part, record)

    assert found == [(2, "team_id", "nobody")]


def test_a_team_of_a_force_that_does_not_exist_is_refused() -> None:
    found = faults(Part.TEAMS, make_record(force_id="atlantis"))

    assert found == [(2, "force_id", "atlantis")]


def test_a_change_of_a_series_that_is_not_in_the_file_is_refused() -> None:
    found = faults(Part.SURGERIES, make_change("2026-11-12 18:00"))

    assert found == [(2, "id", "ladywood-library")]


def test_a_change_of_an_occurrence_that_the_series_does_not_have_is_refused() -> None:
    found = faults(Part.SURGERIES, WEEKLY, make_change("2026-11-13 18:00"))

    assert found == [(3, "occurrence", "2026-11-13 18:00")]


@pytest.mark.parametrize(
    ("moved", "column"),
    [
        pytest.param({}, "starts_at", id="to where it is anyway"),
        pytest.param({"venue": WEEKLY.venue}, "starts_at", id="to the place where it is anyway"),
        pytest.param({"starts_at": wall("2028-11-12 18:00")}, "starts_at", id="too far"),
        pytest.param({"ends_at": wall("2026-11-12 18:00")}, "ends_at", id="to no length at all"),
        pytest.param({"starts_at": wall("2027-03-28 01:30")}, "starts_at", id="to an hour that clocks leave out"),
        pytest.param({"starts_at": wall("2026-11-01 18:00")}, "ends_at", id="into the past"),
    ],
)
def test_a_move_that_the_command_would_refuse_is_refused(moved: dict[str, Any], column: str) -> None:
    change = make_change("2026-11-12 18:00", status=Status.MOVED, **moved)

    found = faults(Part.SURGERIES, WEEKLY, change, now=wall("2026-11-02 00:00"))

    assert found == [(3, column, "ladywood-library, 2026-11-12 18:00")]


def test_a_move_that_is_history_is_kept() -> None:
    assert faults(Part.SURGERIES, WEEKLY, MOVED, now=wall("2027-11-02 00:00")) == []


def test_a_row_of_a_team_that_was_not_named_is_refused() -> None:
    found = faults(Part.OFFICERS, make_officer("ladywood"), make_officer("sparkbrook"), teams=("ladywood",))

    assert found == [(3, "team_id", "sparkbrook")]


def test_a_ward_of_a_team_that_was_not_named_is_not_taken_from_it() -> None:
    found = faults(Part.COVERAGE, Coverage(SPARKBROOK, "ladywood"), teams=("ladywood",))

    assert found == [(2, "gss_code", SPARKBROOK)]


def test_the_id_of_another_team_s_series_is_not_taken_from_it() -> None:
    found = faults(Part.SURGERIES, make_surgery(id="sparkbrook-hall"), teams=("ladywood",))

    assert found == [(2, "id", "sparkbrook-hall")]


def test_a_change_of_another_team_s_series_is_refused() -> None:
    found = faults(Part.SURGERIES, make_change("2026-11-05 18:00", surgery_id="sparkbrook-hall"), teams=("ladywood",))

    assert found == [(2, "id", "sparkbrook-hall")]


def test_a_ward_may_pass_from_one_named_team_to_another() -> None:
    made = merged(
        Part.COVERAGE,
        Coverage(SPARKBROOK, "ladywood"),
        Coverage(LADYWOOD, "sparkbrook"),
        teams=("ladywood", "sparkbrook"),
    )

    assert made.coverage == (Coverage(SPARKBROOK, "ladywood"), Coverage(LADYWOOD, "sparkbrook"))
