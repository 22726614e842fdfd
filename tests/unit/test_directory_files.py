"""Directory files: the records read from them, and the findings on what is wrong."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.read_directory_file import Record, read_part
from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.surgery import Change, Status, Surgery, Venue
from finder.domain.team import Officer, Priority, TeamRecord
from geodata.check_report import Finding, Report
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.builders import wall

TEAMS: Final = "id,name,force_id,area"
SURGERIES: Final = "id,team_id,title,starts_at,ends_at,recurrence,venue_name,venue_address,venue_postcode,online_url"
CHANGES: Final = "id,team_id,title,starts_at,ends_at,recurrence,occurrence,status,venue_name,online_url,reason"
DROP_IN: Final = "drop-in,ladywood,Drop-in,2026-11-05 18:00,2026-11-05 19:00,{recurrence},Library,,,"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[list[Record], list[Finding]]]:
    """Returns a function that writes lines to a file, reads it as a part, and returns records and findings."""

    def _read(part: Part, *lines: str, end: str = "\n") -> tuple[list[Record], list[Finding]]:
        path = tmp_path / f"{part}.csv"
        path.write_bytes("".join(line + end for line in lines).encode())
        report = Report(path.name)
        return [numbered.record for numbered in read_part(part, path, report)], report.findings

    return _read


Read = Callable[..., tuple[list[Record], list[Finding]]]


# What ships


@pytest.mark.parametrize("part", [part for part in Part if part not in {Part.POSTCODES, Part.WARDS}])
def test_every_shipped_file_is_read_without_a_finding(part: Part) -> None:
    path = SHIPPED_FOLDER / "directory" / f"{part}.csv"
    report = Report(path.name)

    found = read_part(part, path, report)

    assert (report.findings, len(found)) == ([], len(path.read_text(encoding="utf-8").splitlines()) - 1)


def test_the_shipped_file_cut_short_is_refused_with_its_last_row(tmp_path: Path) -> None:
    whole = (SHIPPED_FOLDER / "directory" / "coverage.csv").read_bytes()
    path = tmp_path / "coverage.csv"
    path.write_bytes(whole[: whole.index(b",", 2000)])
    report = Report(path.name)

    found = read_part(Part.COVERAGE, path, report)

    assert [(each.row, each.remedy) for each in report.findings] == [
        (len(found) + 2, "If it is the last row, the file was cut short.")
    ]


# Each kind of row


def test_a_team_is_read_with_only_the_contacts_that_it_has(read: Read) -> None:
    found, _ = read(
        Part.TEAMS,
        f"{TEAMS},description,email,telephone,e-messaging",
        "abbey,Abbey,west-midlands,Sandwell,Hello.,,101,",
    )

    assert found == [TeamRecord("abbey", "Abbey", "west-midlands", "Sandwell", "Hello.", {"telephone": "101"})]


def test_a_team_may_not_have_the_id_that_is_reserved_for_the_list_of_teams(read: Read) -> None:
    found, (finding,) = read(Part.TEAMS, TEAMS, "neighbourhoods,Abbey,west-midlands,Sandwell")

    assert found == []
    assert (finding.row, finding.column) == (2, "id")


def test_coverage_is_read(read: Read) -> None:
    found, _ = read(Part.COVERAGE, "gss_code,team_id", "E05011151,ladywood")

    assert found == [Coverage("E05011151", "ladywood")]


@pytest.mark.parametrize(
    ("rank", "is_pcso"),
    [("PCSO", True), ("pcso", True), ("Police Community Support Officer", True), ("Sergeant", False)],
)
def test_an_officer_is_a_pcso_by_rank(read: Read, rank: str, is_pcso: bool) -> None:  # noqa: FBT001
    (officer,), _ = read(Part.OFFICERS, "team_id,name,rank", f"ladywood,Sam Example,{rank}")

    assert isinstance(officer, Officer)
    assert officer.is_pcso is is_pcso


def test_a_priority_may_have_no_action_yet(read: Read) -> None:
    found, _ = read(Part.PRIORITIES, "team_id,issue,issued_on,action,action_on", "ladywood,Parcels,2026-10-01,,")

    assert found == [Priority("ladywood", "Parcels", date(2026, 10, 1), "", None)]


def test_a_series_is_read_with_its_recurrence_and_venue(read: Read) -> None:
    found, _ = read(
        Part.SURGERIES,
        SURGERIES,
        "drop-in,ladywood,Drop-in,2026-11-05 18:00,2026-11-05T19:00,RRULE:freq=monthly;byday=1th,Hall,1 Road,B1 1AA,",
    )

    assert found == [
        Surgery(
            "drop-in", "ladywood", "Drop-in", wall("2026-11-05 18:00"), wall("2026-11-05 19:00"),
            "FREQ=MONTHLY;BYDAY=1TH", Venue("Hall", "1 Road", "B1 1AA"), "",
        )
    ]  # fmt: skip


def test_a_cancellation_is_read(read: Read) -> None:
    found, _ = read(Part.SURGERIES, CHANGES, "drop-in,,,,,,2026-11-05 18:00,cancelled,,,Flood")

    assert found == [Change("drop-in", wall("2026-11-05 18:00"), Status.CANCELLED, reason="Flood")]


def test_a_move_is_read(read: Read) -> None:
    found, _ = read(
        Part.SURGERIES, CHANGES, "drop-in,,,2026-11-06 18:00,2026-11-06 20:00,,2026-11-05 18:00,moved,Church,,"
    )

    assert found == [
        Change(
            "drop-in", wall("2026-11-05 18:00"), Status.MOVED, wall("2026-11-06 18:00"), wall("2026-11-06 20:00"),
            Venue("Church", "", ""),
        )
    ]  # fmt: skip


# Harmless differences


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_both_line_ends_and_a_byte_order_mark_are_accepted(read: Read, end: str, mark: str) -> None:
    found, findings = read(Part.COVERAGE, f"{mark}gss_code,team_id", "E05011151,ladywood", end=end)

    assert (found, findings) == ([Coverage("E05011151", "ladywood")], [])


def test_order_case_and_spaces_of_the_heading_and_spaces_in_cells_do_not_matter(read: Read) -> None:
    found, findings = read(Part.COVERAGE, " Team_ID ,GSS_code", " ladywood , E05011151 ")

    assert (found, findings) == ([Coverage("E05011151", "ladywood")], [])


def test_empty_rows_are_skipped_but_counted(read: Read) -> None:
    _, findings = read(Part.COVERAGE, "gss_code,team_id", "", " , ", "E05011151,")

    assert [each.row for each in findings] == [4]


def test_the_row_of_a_finding_is_the_line_that_an_editor_shows(read: Read) -> None:
    rows = ('E05011151,ladywood,"one\r\ntwo\nthree"', "E05011151,,")

    _, findings = read(Part.COVERAGE, "gss_code,team_id,note", *rows)

    assert [each.row for each in findings] == [5]


# Faults, each with its place


@pytest.mark.parametrize(
    ("part", "column"),
    [
        (Part.TEAMS, "force_id"),
        (Part.COVERAGE, "gss_code"),
        (Part.OFFICERS, "rank"),
        (Part.PRIORITIES, "issued_on"),
        (Part.SURGERIES, "recurrence"),
    ],
)
def test_a_missing_column_is_named_and_no_row_is_read(tmp_path: Path, part: Part, column: str) -> None:
    lines = (SHIPPED_FOLDER / "directory" / f"{part}.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / f"{part}.csv"
    path.write_text("\n".join([lines[0].replace(column, "description"), *lines[1:]]), encoding="utf-8")
    report = Report(path.name)

    found = read_part(part, path, report)

    assert found == []
    assert (f"{part}.csv", 1, column, f"Add the column {column}.") in [
        (each.file, each.row, each.column, each.remedy) for each in report.findings
    ]


def test_an_unknown_column_is_refused_by_name_with_the_option_that_leaves_it_out(read: Read) -> None:
    _, (finding,) = read(Part.COVERAGE, "gss_code,team_id,Colour no", "E05011151,ladywood,red")

    assert (finding.row, finding.column, finding.problem) == (1, "Colour no", "no such column is known.")
    assert finding.remedy.startswith("Leave it out with --ignore-column 'Colour no', or rename it to one of gss_code,")


def test_text_in_a_column_without_a_heading_is_told_once_with_the_first_row(read: Read) -> None:
    found, (finding,) = read(Part.COVERAGE, "gss_code,,team_id", "E05011151,,ladywood", *["E05011151,red,abbey"] * 3)

    assert len(found) == 1
    assert (finding.row, finding.value) == (3, "red")
    assert finding.problem == "a column without a heading has text, in 3 rows."


def test_a_column_that_appears_twice_is_refused(read: Read) -> None:
    _, findings = read(Part.COVERAGE, "gss_code,team_id,team_id", "E05011151,ladywood,abbey")

    assert {(each.column, each.problem) for each in findings} == {("team_id", "a column stands there twice.")}


@pytest.mark.parametrize(
    ("part", "heading", "row", "column"),
    [
        (Part.TEAMS, TEAMS, "Abbey,Abbey,west-midlands,Sandwell", "id"),
        (Part.TEAMS, TEAMS, f"{'a' * 65},Abbey,west-midlands,Sandwell", "id"),
        (Part.TEAMS, TEAMS, "abbey,,west-midlands,Sandwell", "name"),
        (Part.TEAMS, TEAMS, "abbey,Abbey,,Sandwell", "force_id"),
        (Part.COVERAGE, "gss_code,team_id", "Ladywood,ladywood", "gss_code"),
        (Part.COVERAGE, "gss_code,team_id", "E05011151,", "team_id"),
        (Part.OFFICERS, "team_id,name,rank", "ladywood,Sam Example,", "rank"),
        (Part.PRIORITIES, "team_id,issue,issued_on", "ladywood,Parcels,1 Octember 2026", "issued_on"),
        (Part.PRIORITIES, "team_id,issue,issued_on", "ladywood,,2026-10-01", "issue"),
        (Part.PRIORITIES, "team_id,issue,issued_on,action_on", "ladywood,Parcels,2026-10-01,2026-02-30", "action_on"),
        (Part.SURGERIES, SURGERIES, "drop-in,ladywood,Drop-in,6 pm,2026-11-05 19:00,,Library,,,", "starts_at"),
        (Part.SURGERIES, SURGERIES, "drop-in,ladywood,Drop-in,2026-11-05 18:00,2026-11-05 18:00,,Hall,,,", "ends_at"),
        (Part.SURGERIES, SURGERIES, "drop-in,ladywood,,2026-11-05 18:00,2026-11-05 19:00,,Library,,,", "title"),
        (Part.SURGERIES, SURGERIES, "drop-in,ladywood,Drop-in,2026-11-05 18:00,2026-11-05 19:00,,,,,", "venue_name"),
        (Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="every now and then"), "recurrence"),
        (Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="FREQ=HOURLY"), "recurrence"),
        (Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="FREQ=WEEKLY;BYDAY=XX"), "recurrence"),
        (Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="FREQ=WEEKLY;BYDAY"), "recurrence"),
        (Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="FREQ=WEEKLY;UNTIL=20261231T000000Z"), "recurrence"),
        (Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="FREQ=WEEKLY;BYDAY=FR"), "starts_at"),
        (Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="FREQ=WEEKLY;UNTIL=20261001T000000"), "starts_at"),
        (Part.SURGERIES, CHANGES, "drop-in,,,,,,2026-11-05 18:00,postponed,,,", "status"),
        (Part.SURGERIES, CHANGES, "drop-in,,,,,,2026-11-05 18:00,,,,", "status"),
        (Part.SURGERIES, CHANGES, "drop-in,,,,,,,cancelled,,,", "occurrence"),
        (Part.SURGERIES, CHANGES, "drop-in,,,,,,first Thursday,cancelled,,,", "occurrence"),
    ],
)
def test_a_faulty_cell_is_reported_with_row_column_and_remedy(
    read: Read, part: Part, heading: str, row: str, column: str
) -> None:
    found, findings = read(part, heading, row)

    assert found == []
    assert (findings[0].file, findings[0].row, findings[0].column, bool(findings[0].remedy)) == (
        f"{part}.csv",
        2,
        column,
        True,
    )


def test_the_value_of_a_faulty_cell_is_shown(read: Read) -> None:
    _, findings = read(Part.PRIORITIES, "team_id,issue,issued_on", "ladywood,Parcels,1 Octember 2026")

    assert findings[0].value == "1 Octember 2026"


def test_a_series_that_does_not_start_by_its_rule_is_reported_with_the_rule_s_first_date(read: Read) -> None:
    _, findings = read(Part.SURGERIES, SURGERIES, DROP_IN.format(recurrence="FREQ=WEEKLY;BYDAY=FR"))

    assert "The first would be 2026-11-06 18:00." in findings[0].remedy


def test_the_other_rows_are_checked_after_a_faulty_one(read: Read) -> None:
    found, findings = read(Part.COVERAGE, "gss_code,team_id", "x,ladywood", "E05011151,ladywood", "y,abbey")

    assert (len(found), [each.row for each in findings]) == (1, [2, 4])


def test_an_empty_file_is_refused(read: Read) -> None:
    _, findings = read(Part.COVERAGE)

    assert [(each.problem, each.remedy) for each in findings] == [
        ("the file is empty.", "Put headings above the rows: gss_code, team_id.")
    ]


def test_a_file_without_headings_is_told_so_once(read: Read) -> None:
    _, findings = read(Part.COVERAGE, "E05011151,ladywood", "E05011152,abbey")

    assert [(each.row, each.value, each.problem) for each in findings] == [
        (1, "E05011151, ladywood", "no heading is known.")
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("E05011151,lady\0wood", "U+0000"),
        ('E05011151,"ladywood', "never closed"),
        ('"E05011151"x,ladywood', "quotation mark"),
        ("E05011151,ladywood," + "x" * 100_001, "100,000 characters"),
        ("E05011151,ladywood," + "x" * 1_000_001, "1,000,000 characters"),
        ("E05011151", "1 column instead of 2"),
    ],
    ids=["NUL", "open", "within", "cell", "line", "width"],
)
def test_an_unreadable_row_is_reported_with_its_line_and_the_others_are_read(read: Read, row: str, says: str) -> None:
    found, findings = read(Part.COVERAGE, "gss_code,team_id", row, "E05011152,abbey", "x,abbey")

    assert found == [Coverage("E05011152", "abbey")]
    assert [each.row for each in findings] == [2, 4]
    assert says in findings[0].problem
    assert findings[0].remedy


def test_a_control_character_is_refused_with_its_cell(read: Read) -> None:
    _, findings = read(Part.OFFICERS, "team_id,name,rank", "ladywood,Sam \x1b[31mExample,PCSO")

    assert [(each.row, each.column, "U+001B" in each.problem) for each in findings] == [(2, "name", True)]
