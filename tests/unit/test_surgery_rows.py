"""Rows of a surgeries file: recurrences, times, venues and access notes."""

from pathlib import Path

import pytest

from finder.directory_files.read_directory_file import Record, read_part
from finder.domain.release import Part
from finder.domain.surgery import LONGEST_ACCESS, Change, Status, Surgery, Venue
from geodata.check_report import Finding, Report
from tests.support.builders import wall


def surgeries(folder: Path, recurrence: str) -> tuple[list[Record], list[Finding]]:
    """Returns the records and findings of a file with one surgery, first held on Tuesday 1 December 2026."""
    path = folder / "supplied.csv"
    row = f'tea,ladywood,Tea,1/12/2026 6pm,7pm,"{recurrence}",Hall'
    path.write_text(f"id,team_id,title,starts_at,ends_at,recurrence,venue_name\n{row}\n", encoding="utf-8")
    report = Report(path.name)
    return [numbered.record for numbered in read_part(Part.SURGERIES, path, report)], report.findings


def test_start_and_end_in_the_cell_of_the_start_are_read_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "supplied.csv"
    headings = "id,team_id,title,date,starts_at,ends_at,recurrence,venue_name"
    path.write_text(f"{headings}\ntea,ladywood,Tea,1/12/2026,6-7pm,,,Hall\n", encoding="utf-8")
    report = Report(path.name)

    [found] = [each.record for each in read_part(Part.SURGERIES, path, report)]

    assert isinstance(found, Surgery)
    assert (found.starts_at, found.ends_at) == (wall("2026-12-01 18:00"), wall("2026-12-01 19:00"))
    assert [(each.column, each.value, each.problem) for each in report.findings] == [
        ("starts_at", "6-7pm", "read as from 18:00 to 19:00.")
    ]


def test_an_exception_in_words_is_read_as_a_cancellation(tmp_path: Path) -> None:
    found, _ = surgeries(tmp_path, "first Tuesday monthly; except 5 Jan 2027")

    assert found[1:] == [Change("tea", wall("2027-01-05 18:00"), Status.CANCELLED)]


def test_an_exception_on_a_day_without_an_occurrence_is_refused(tmp_path: Path) -> None:
    found, findings = surgeries(tmp_path, "first Tuesday monthly; except 12 Jan 2027")

    assert found == []
    assert [(each.column, each.problem) for each in findings] == [
        ("recurrence", "it leaves out 12 January 2027, on which there is none anyway.")
    ]


@pytest.mark.parametrize(
    ("recurrence", "column"),
    [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "recurrence"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=11", "recurrence"),
        ("FREQ=YEARLY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=29", "recurrence"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=5", "recurrence"),
        ("FREQ=YEARLY;BYDAY=TU;BYSETPOS=1", "recurrence"),
        ("FREQ=MONTHLY;BYDAY=6TU", "recurrence"),
        ("FREQ=MONTHLY;BYMONTHDAY=", "recurrence"),
        ("FREQ=YEARLY;INTERVAL=9", "recurrence"),
        ("FREQ=DAILY;BYMONTH=12;BYMONTHDAY=1;INTERVAL=61", "recurrence"),
        ("FREQ=DAILY;BYMONTH=12;BYMONTHDAY=1;INTERVAL=60", "recurrence"),
        ("FREQ=YEARLY;BYEASTER=0", "recurrence"),
        ("FREQ=DAILY;BYHOUR=1", "recurrence"),
        ("FREQ=DAILY;INTERVAL=0", "recurrence"),
        ("FREQ=DAILY;COUNT=0", "recurrence"),
        ("FREQ=WEEKLY;COUNT=501", "recurrence"),
        ("first Wednesday monthly", "starts_at"),
        ("every blue moon", "recurrence"),
    ],
)
def test_a_recurrence_without_a_date_within_eight_years_is_refused(
    tmp_path: Path, recurrence: str, column: str
) -> None:
    found, findings = surgeries(tmp_path, recurrence)

    assert found == []
    assert [each.column for each in findings] == [column]


@pytest.mark.parametrize(
    "recurrence",
    [
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=DAILY;UNTIL=20261201",
        "FREQ=DAILY;COUNT=1",
        "FREQ=WEEKLY;COUNT=500",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=-31",
        "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=1TU;BYMONTH=3,6,9,12",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYDAY=48TU",
        "FREQ=YEARLY;BYMONTH=12;BYDAY=1TU",
        "once",
    ],
)
def test_a_recurrence_that_starts_on_its_first_date_is_accepted(tmp_path: Path, recurrence: str) -> None:
    found, findings = surgeries(tmp_path, recurrence)

    assert (len(found), findings) == (1, [])


@pytest.mark.parametrize(
    ("day", "start", "end", "column"),
    [
        ("1/12/2026", "2/12/2026 6pm", "7pm", "date"),
        ("32/12/2026", "6pm", "7pm", "date"),
        ("", "6pm", "7pm", "starts_at"),
        ("1/12/2026", "6", "7pm", "starts_at"),
        ("1/12/2026", "6pm", "5pm", "ends_at"),
        ("1/12/2026", "6pm", "", "ends_at"),
        ("1/12/2026", "", "7pm", "starts_at"),
        ("Monday 1/12/2026", "6pm", "7pm", "date"),
    ],
)
def test_an_impossible_start_or_end_is_reported(tmp_path: Path, day: str, start: str, end: str, column: str) -> None:
    path = tmp_path / "supplied.csv"
    heading = "id,team_id,title,date,starts_at,ends_at,recurrence,venue_name"
    path.write_text(f"{heading}\ntea,ladywood,Tea,{day},{start},{end},,Hall\n", encoding="utf-8")
    report = Report(path.name)

    found = read_part(Part.SURGERIES, path, report)

    assert found == []
    assert column in {each.column for each in report.findings}
    assert all(each.row == 2 and each.remedy for each in report.findings)


def test_an_invalid_postcode_of_a_venue_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "supplied.csv"
    heading = "id,team_id,title,starts_at,ends_at,recurrence,venue_name,venue_postcode"
    path.write_text(f"{heading}\ntea,ladywood,Tea,1/12/2026 6pm,7pm,,Hall,Birmingham\n", encoding="utf-8")
    report = Report(path.name)

    read_part(Part.SURGERIES, path, report)

    assert [(each.column, each.problem) for each in report.findings] == [("venue_postcode", "not a postcode.")]


def test_an_unreadable_date_is_not_reported_for_its_times_too(tmp_path: Path) -> None:
    path = tmp_path / "supplied.csv"
    heading = "id,team_id,title,date,starts_at,ends_at,recurrence,venue_name"
    path.write_text(f"{heading}\ntea,ladywood,Tea,12/15/2026,18:00,19:00,,Hall\n", encoding="utf-8")
    report = Report(path.name)

    assert read_part(Part.SURGERIES, path, report) == []

    assert [(each.column, each.value) for each in report.findings] == [("date", "12/15/2026")]


# Access notes


def with_note(folder: Path, note: str, *, heading: str = "Access", venue: str = "Hall") -> tuple[list[Record], Report]:
    """Reads a surgery with an access note, and one occurrence that is moved to a venue with the same note."""
    path = folder / "supplied.csv"
    lines = (
        f"id,team_id,title,starts_at,ends_at,recurrence,occurrence,status,venue,{heading}",
        f'tea,ladywood,Tea,1/12/2026 6pm,7pm,,,,{venue},"{note}"',
        f'tea,,,,,,1/12/2026 6pm,moved,{venue},"{note}"',
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = Report(path.name)
    return [numbered.record for numbered in read_part(Part.SURGERIES, path, report)], report


@pytest.mark.parametrize("heading", ["Access", "Accessibility", "Access notes", "Venue access", "venue_access"])
def test_an_access_note_belongs_to_its_venue_under_any_of_its_headings(tmp_path: Path, heading: str) -> None:
    (surgery, change), report = with_note(tmp_path, "Step-free, by the side door.", heading=heading)

    assert isinstance(surgery, Surgery)
    assert isinstance(change, Change)
    assert surgery.venue == change.venue == Venue("Hall", "", "", "Step-free, by the side door.")
    assert report.findings == []


def test_an_access_note_longer_than_the_limit_is_refused(tmp_path: Path) -> None:
    found, report = with_note(tmp_path, "x" * LONGEST_ACCESS)
    assert (len(found), report.findings) == (2, [])

    found, report = with_note(tmp_path, "x" * (LONGEST_ACCESS + 1))
    assert found == []
    assert [(each.row, each.column, each.problem, each.remedy) for each in report.findings] == [
        (row, "Access", "the text has 301 characters.", "Say it in 300 characters at most.") for row in (2, 3)
    ]


def test_an_access_note_without_a_venue_is_reported(tmp_path: Path) -> None:
    found, report = with_note(tmp_path, "Step-free.", venue="")

    assert found == []
    assert ("venue", "a venue needs a name.") in {(each.column, each.problem) for each in report.findings}


@pytest.mark.parametrize(
    ("times", "column"),
    [("28/3/2027 1.30am,2.30am", "starts_at"), ("28/3/2027 12.30am,1.30am", "ends_at")],
)
def test_a_time_that_clocks_skip_is_refused(tmp_path: Path, times: str, column: str) -> None:
    path = tmp_path / "supplied.csv"
    path.write_text(
        f"id,team_id,title,starts_at,ends_at,recurrence,venue_name\ntea,ladywood,Tea,{times},,Hall\n", encoding="utf-8"
    )
    report = Report(path.name)

    assert read_part(Part.SURGERIES, path, report) == []
    assert [(each.row, each.column) for each in report.findings] == [(2, column)]
    assert "clocks go forward over it" in report.findings[0].problem


@pytest.mark.parametrize("start", ["Friday 1 December 2026 6pm", "12/31/2026 6pm", "1/12/2026 6.30"])
def test_an_unreadable_start_is_not_reported_for_the_end_too(tmp_path: Path, start: str) -> None:
    path = tmp_path / "supplied.csv"
    heading = "id,team_id,title,starts_at,ends_at,recurrence,venue_name"
    path.write_text(f"{heading}\ntea,ladywood,Tea,{start},7pm,,Hall\n", encoding="utf-8")
    report = Report(path.name)

    assert read_part(Part.SURGERIES, path, report) == []

    assert [each.column for each in report.findings] == ["starts_at"]
