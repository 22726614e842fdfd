"""Merging the rows of a file into a directory."""

from typing import Final

import pytest

from finder.directory_files.read_directory_file import Numbered, Record
from finder.domain.directory import Coverage, Directory
from finder.domain.release import Part
from finder.domain.surgery import Status
from finder.services.loading.directory_checks.refused_rows import team_of
from finder.services.loading.merge_directory import Replacement, merge
from geodata.check_report import Report
from tests.support.builders import (
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
    """Returns the directory after merging a file without faults."""
    report = Report(f"{part}.csv")
    made = merge(base, Replacement(part, numbered(*records), frozenset(teams)), PLACES, report)
    assert report.errors == 0
    return made


def test_a_file_replaces_its_whole_part() -> None:
    made = merged(Part.OFFICERS, make_officer("ladywood", "New Example"))

    assert made.officers == (make_officer("ladywood", "New Example"),)


@pytest.mark.parametrize("part", [Part.COVERAGE, Part.OFFICERS, Part.PRIORITIES, Part.SURGERIES])
def test_a_file_leaves_the_other_parts_unchanged(part: Part) -> None:
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


def test_the_rows_of_a_removed_team_are_removed_too() -> None:
    made = merged(Part.TEAMS, make_record("sparkbrook"))

    left: list[Record] = [*made.coverage, *made.officers, *made.priorities, *made.surgeries]
    assert ({team_of(each) for each in left}, {each.surgery_id for each in made.changes}) == (
        {"sparkbrook"},
        {"sparkbrook-hall"},
    )


def test_a_removed_team_is_warned_about() -> None:
    report = Report("teams.csv")

    merge(BASE, Replacement(Part.TEAMS, numbered(make_record("sparkbrook"))), PLACES, report)

    assert [(each.severity.value, each.value) for each in report.findings] == [("warning", "ladywood")]


def test_a_ward_that_is_not_live_may_be_covered() -> None:
    made = merged(Part.COVERAGE, Coverage("E05099999", "ladywood"))

    assert made.coverage == (Coverage("E05099999", "ladywood"),)


def test_a_ward_may_pass_from_one_named_team_to_another() -> None:
    made = merged(
        Part.COVERAGE,
        Coverage(SPARKBROOK, "ladywood"),
        Coverage(LADYWOOD, "sparkbrook"),
        teams=("ladywood", "sparkbrook"),
    )

    assert made.coverage == (Coverage(SPARKBROOK, "ladywood"), Coverage(LADYWOOD, "sparkbrook"))
