"""Rows of a file that are refused because they do not fit each other or the directory."""

from datetime import datetime
from typing import Any, Final

import pytest

from finder.directory_files.read_directory_file import Numbered, Record
from finder.domain.directory import Coverage, Directory
from finder.domain.release import Part
from finder.domain.surgery import Status
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


def faults(
    part: Part,
    *records: Record,
    teams: tuple[str, ...] = (),
    base: Directory = BASE,
    now: datetime | None = None,
) -> list[Any]:
    """Returns row, column and value of every error about a file."""
    report = Report(f"{part}.csv")
    merge(base, Replacement(part, numbered(*records), frozenset(teams), now), PLACES, report)
    assert all(each.remedy for each in report.findings)
    return [(each.row, each.column, each.value) for each in report.findings if each.severity == "error"]


def test_a_team_that_is_listed_twice_is_refused() -> None:
    found = faults(
        Part.TEAMS, make_record("ladywood"), make_record("sparkbrook"), make_record("ladywood", name="Again")
    )

    assert found == [(4, "id", "ladywood")]


def test_a_ward_that_is_given_to_two_teams_is_refused() -> None:
    found = faults(Part.COVERAGE, Coverage(LADYWOOD, "ladywood"), Coverage(LADYWOOD, "sparkbrook"))

    assert found == [(3, "gss_code", LADYWOOD)]


def test_a_series_that_is_listed_twice_is_refused() -> None:
    found = faults(Part.SURGERIES, WEEKLY, WEEKLY)

    assert found == [(3, "id", "ladywood-library")]


def test_two_changes_of_one_occurrence_are_refused() -> None:
    found = faults(Part.SURGERIES, WEEKLY, make_change("2026-11-12 18:00"), MOVED)

    assert [(row, column) for row, column, _ in found] == [(4, "occurrence")]


def test_an_officer_who_is_listed_twice_is_refused() -> None:
    found = faults(Part.OFFICERS, make_officer(), make_officer())

    assert [(row, column) for row, column, _ in found] == [(3, "name")]


@pytest.mark.parametrize(
    ("part", "record"),
    [
        (Part.COVERAGE, Coverage(LADYWOOD, "unknown")),
        (Part.OFFICERS, make_officer("unknown")),
        (Part.PRIORITIES, make_priority("unknown")),
        (Part.SURGERIES, make_surgery(team_id="unknown")),
    ],
)
def test_a_row_about_an_unknown_team_is_refused(part: Part, record: Record) -> None:
    found = faults(part, record)

    assert found == [(2, "team_id", "unknown")]


def test_a_team_of_an_unknown_force_is_refused() -> None:
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
        pytest.param({}, "starts_at", id="to its planned time and place"),
        pytest.param({"venue": WEEKLY.venue}, "starts_at", id="to its planned place"),
        pytest.param({"starts_at": wall("2028-11-12 18:00")}, "starts_at", id="too far"),
        pytest.param({"ends_at": wall("2026-11-12 18:00")}, "ends_at", id="to an end at its start"),
        pytest.param({"starts_at": wall("2027-03-28 01:30")}, "starts_at", id="to an hour that the clocks skip"),
        pytest.param({"starts_at": wall("2026-11-01 18:00")}, "ends_at", id="into the past"),
    ],
)
def test_a_move_that_the_command_would_refuse_is_refused(moved: dict[str, Any], column: str) -> None:
    change = make_change("2026-11-12 18:00", status=Status.MOVED, **moved)

    found = faults(Part.SURGERIES, WEEKLY, change, now=wall("2026-11-02 00:00"))

    assert found == [(3, column, "ladywood-library, 2026-11-12 18:00")]


def test_a_move_in_the_past_is_accepted() -> None:
    assert faults(Part.SURGERIES, WEEKLY, MOVED, now=wall("2027-11-02 00:00")) == []


def test_a_row_about_a_team_that_was_not_named_is_refused() -> None:
    found = faults(Part.OFFICERS, make_officer("ladywood"), make_officer("sparkbrook"), teams=("ladywood",))

    assert found == [(3, "team_id", "sparkbrook")]


def test_a_ward_of_a_team_that_was_not_named_is_refused() -> None:
    found = faults(Part.COVERAGE, Coverage(SPARKBROOK, "ladywood"), teams=("ladywood",))

    assert found == [(2, "gss_code", SPARKBROOK)]


def test_the_series_id_of_a_team_that_was_not_named_is_refused() -> None:
    found = faults(Part.SURGERIES, make_surgery(id="sparkbrook-hall"), teams=("ladywood",))

    assert found == [(2, "id", "sparkbrook-hall")]


def test_a_change_of_another_team_s_series_is_refused() -> None:
    found = faults(Part.SURGERIES, make_change("2026-11-05 18:00", surgery_id="sparkbrook-hall"), teams=("ladywood",))

    assert found == [(2, "id", "sparkbrook-hall")]
