"""CSV files as spreadsheet programs and people make them: encodings, separators, titles, empty columns, blocks."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.read_directory_file import Record, read_part
from finder.directory_files.reading_options import ReadingOptions
from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.team import Officer
from geodata.check_report import Finding, Report, Severity
from geodata.errors import SourceError
from tests.support.builders import wall
from tests.support.workbook_files import save_workbook

SAM: Final = Officer("ladywood", "Sam Example", "PCSO")
ZOE: Final = Officer("ladywood", "Zoë O\u2019Neill", "PCSO")
LINES: Final = ("team_id,name,rank", "ladywood,Sam Example,PCSO", "ladywood,Zoë O\u2019Neill,PCSO")

Read = Callable[..., tuple[list[Record], list[Finding]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Returns a function that reads lines, or the bytes of a file, as a part, and returns records and findings."""

    def _read(
        *lines: str,
        part: Part = Part.OFFICERS,
        encoding: str = "utf-8",
        content: bytes = b"",
        **options: frozenset[str],
    ) -> tuple[list[Record], list[Finding]]:
        path = tmp_path / f"{part}.txt"
        path.write_bytes(content or "".join(f"{line}\r\n" for line in lines).encode(encoding))
        report = Report(path.name)
        found = read_part(part, path, report, ReadingOptions(ignored_columns=options.get("ignored", frozenset())))
        return [numbered.record for numbered in found], report.findings

    return _read


# Encodings


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff"), ("utf-16-le", "")],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_utf_8_and_utf_16_are_read_with_each_separator(read: Read, encoding: str, mark: str, separator: str) -> None:
    first, *others = (line.replace(",", separator) for line in LINES)

    found, findings = read(mark + first, *others, encoding=encoding)

    assert found == [SAM, ZOE]
    assert [each.severity for each in findings if each.severity is not Severity.NOTE] == []


def test_windows_1252_is_read_and_noted_with_the_first_letter_that_depends_on_it(read: Read) -> None:
    found, (note,) = read(*LINES, encoding="cp1252")

    assert found == [SAM, ZOE]
    assert (note.severity, note.row, note.value) == (Severity.NOTE, 3, "Zoë O\u2019Neill")
    assert note.problem.startswith("the text is Windows-1252, not UTF-8.")


@pytest.mark.parametrize(
    "name",
    [
        "Zo\u00eb".encode("utf-8") + b" \xeb",  # two encodings in one file
        "Siobh\u00e1n".encode("mac-roman"),
        "O\u2019Neill".encode("mac-roman"),
        b"Zo\x81",  # no character of Windows-1252
    ],
)
@pytest.mark.parametrize("sound", [0, 20_000])
def test_text_in_no_certain_encoding_is_reported_with_its_row(read: Read, name: bytes, sound: int) -> None:
    content = b"team_id,name,rank\n" + b"ladywood,Sam,PCSO\n" * sound + b"ladywood," + name + b",PCSO\n"

    found, (finding,) = read(content=content)

    assert len(found) == sound
    assert (finding.row, finding.column, finding.problem) == (sound + 2, "name", "a character is not UTF-8 text.")
    assert "CSV UTF-8" in finding.remedy


def test_a_heading_in_no_certain_encoding_is_refused_as_such(read: Read) -> None:
    with pytest.raises(
        SourceError, match=r"^officers\.txt: the heading is not UTF-8 text\. Save the file as CSV UTF-8"
    ):
        read(content=b"team_id,name,rank\x81\nladywood,Sam,PCSO\n")


# Separators


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "upright lines")])
def test_another_separator_is_found_and_noted(read: Read, separator: str, name: str) -> None:
    found, (note,) = read(*(line.replace(",", separator) for line in LINES[:2]))

    assert (found, note.severity, note.row, note.value) == ([SAM], Severity.NOTE, 1, "team_id, name, rank")
    assert note.problem == f"the columns are separated by {name}."


def test_commas_within_the_cells_of_another_separator_do_not_count(read: Read) -> None:
    lines = (
        "Our priorities, as of 1 December, 2026",
        "team_id;issue;issued_on",
        "ladywood;Noise, bins, bags;2026-11-01",
    )

    found, _ = read(*lines, part=Part.PRIORITIES)

    assert [getattr(each, "issue", "") for each in found] == ["Noise, bins, bags"]


@pytest.mark.parametrize("separator", [";", "\t", ",", "^"])
def test_the_line_that_names_the_separator_for_excel_is_obeyed(read: Read, separator: str) -> None:
    lines = [line.replace(",", separator) for line in (*LINES[:2], "ladywood,,PCSO")]

    found, findings = read(f"sep={separator}", *lines)

    assert found == [SAM]
    assert [(each.row, each.column) for each in findings if each.severity is Severity.ERROR] == [(4, "name")]


# Titles


@pytest.mark.parametrize(
    "above", [["Our officers"], ["Our officers,,"], ["Our officers", "", "Printed,1 December 2026"]]
)
def test_rows_above_the_headings_are_left_out_and_noted(read: Read, above: list[str]) -> None:
    found, (note,) = read(*above, *LINES[:2])

    assert found == [SAM]
    assert (note.severity, note.row, note.value) == (Severity.NOTE, 1, "Our officers")
    assert "above the headings" in note.problem


def test_a_row_above_the_headings_that_may_be_data_is_refused(read: Read) -> None:
    _, (finding,) = read("abbey,Jo Example,PCSO", *LINES[:2])

    assert (finding.severity, finding.row, finding.value) == (Severity.ERROR, 1, "abbey, Jo Example, PCSO")


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
def test_a_title_above_the_table_of_a_workbook_is_left_out(tmp_path: Path, suffix: str) -> None:
    rows: list[list[object]] = [
        ["Our officers", None, None],
        [],
        ["team_id", "name", "rank"],
        ["ladywood", "Sam Example", "PCSO"],
    ]
    path = save_workbook(tmp_path / f"officers{suffix}", {"Sheet1": rows})
    report = Report(path.name)

    found = read_part(Part.OFFICERS, path, report)

    assert [(each.row, each.record) for each in found] == [(4, SAM)]
    assert [(each.severity, each.row, each.value) for each in report.findings] == [(Severity.NOTE, 1, "Our officers")]


def test_a_file_of_another_part_is_recognised_under_its_title(read: Read) -> None:
    with pytest.raises(SourceError, match="finder load priorities"):
        read("Our priorities", "Team;Issue;Date issued", "ladywood;Parcels;1 December 2026")


# Columns


def test_empty_columns_at_the_end_do_not_count(read: Read) -> None:
    assert read("team_id,name,rank,,,", "ladywood,Sam Example,PCSO,,,") == ([SAM], [])
    assert read("team_id,name,rank", "ladywood,Sam Example,PCSO,,,") == ([SAM], [])


@pytest.mark.parametrize("name", ["Collar no", "collar NO.", "collar_no"])
def test_an_unknown_column_is_left_out_by_name_and_noted(read: Read, name: str) -> None:
    lines = ("team_id,Collar No,name,rank", "ladywood,1234,Sam Example,PCSO")

    found, (note,) = read(*lines, ignored=frozenset({name}))

    assert (found, note.severity, note.column) == ([SAM], Severity.NOTE, "Collar No")


def test_one_of_two_columns_that_mean_the_same_can_be_left_out(read: Read) -> None:
    lines = ("Team,Team ID,name,rank", "Ladywood,ladywood,Sam Example,PCSO")

    found, _ = read(*lines, ignored=frozenset({"Team"}))

    assert found == [SAM]


def test_a_required_column_that_is_left_out_is_missing(read: Read) -> None:
    _, findings = read(*LINES[:2], ignored=frozenset({"rank"}))

    assert [each.problem for each in findings if each.severity is Severity.ERROR] == ["a column is missing."]


def test_rows_that_excel_ends_early_are_whole(read: Read) -> None:
    heading = "id,team_id,title,starts_at,ends_at,recurrence,venue_name,status,reason"

    found, findings = read(heading, "tea,ladywood,Tea,2026-12-01 18:00,19:00,,Library", part=Part.SURGERIES)

    assert ([getattr(each, "starts_at", None) for each in found], findings) == ([wall("2026-12-01 18:00")], [])


def test_a_last_row_that_ends_early_without_a_line_end_may_be_cut_short(read: Read) -> None:
    _, (finding,) = read(content=b"gss_code,team_id,note\nE05011151,ladywood", part=Part.COVERAGE)

    assert finding.remedy == "If it is the last row, the file was cut short."


def test_rows_of_another_width_are_told_once(read: Read) -> None:
    _, findings = read("team_id,name,rank", *["ladywood,Example, Sam,PCSO"] * 3, *["ladywood"] * 2)

    assert [(each.row, each.problem) for each in findings] == [
        (2, "3 rows have more columns than the 3 headings: rows 2 to 4."),
        (5, "2 rows have fewer columns than the 3 headings: rows 5 to 6."),
    ]


# Blocks of rows under one team


BLOCKS: Final = ("team_id,name,rank", "ladywood,Sam,PCSO", ",Jo,PCSO", ",Kim,PCSO", "abbey,Ann,PCSO", ",Bea,PCSO")


def test_rows_of_a_block_take_the_team_of_its_first_row(read: Read) -> None:
    found, (note,) = read(*BLOCKS)

    assert [getattr(each, "team_id", "") for each in found] == ["ladywood"] * 3 + ["abbey"] * 2
    assert (note.severity, note.row, note.column, note.value) == (Severity.NOTE, 3, "team_id", "ladywood")
    assert note.problem == "rows without a team take that of the row above: rows 3 to 4, 6."


def test_a_heading_that_ends_in_empty_columns_is_shown_without_them(read: Read) -> None:
    _, (note,) = read("team_id;name;rank;;", "ladywood;Sam Example;PCSO;;")

    assert note.value == "team_id, name, rank"


def test_a_team_in_a_row_of_its_own_is_that_of_the_rows_below(read: Read) -> None:
    found, (note,) = read("Team,Name,Rank", "ladywood,,", ",Sam,PCSO", ",Jo,PCSO", "", "abbey,,", ",Ann,PCSO")

    assert [getattr(each, "team_id", "") for each in found] == ["ladywood", "ladywood", "abbey"]
    assert note.severity is Severity.NOTE


@pytest.mark.parametrize(
    "lines",
    [
        [*BLOCKS, "ladywood,Pat,PCSO"],  # written twice: the others may be forgotten
        [BLOCKS[0], *BLOCKS[2:]],  # none above
        [*BLOCKS[:4], "", *BLOCKS[5:]],  # after a gap
        [*BLOCKS[:3], *(f"team-{n},Kim,PCSO" for n in range(9)), ",Pat,PCSO"],  # most rows have one
    ],
)
def test_rows_without_a_team_that_may_be_forgotten_are_told_once(read: Read, lines: list[str]) -> None:
    _, (finding,) = read(*lines)

    assert finding.severity is Severity.ERROR
    assert re.fullmatch(r"\d rows have no team: rows [\d to,]+\.", finding.problem)
    assert finding.remedy.startswith("Write the team in every row")


def test_the_wards_of_a_block_take_its_team(read: Read) -> None:
    found, _ = read("Team,Ward code", "abbey,E05011151", ",E05011152", part=Part.COVERAGE)

    assert found == [Coverage("E05011151", "abbey"), Coverage("E05011152", "abbey")]


def test_a_change_of_a_surgery_needs_no_team(read: Read) -> None:
    heading = "id,team_id,title,starts_at,ends_at,recurrence,venue_name,occurrence,status"
    change = "tea,,,,,,,2026-12-01 18:00,cancelled"

    _, findings = read(
        heading, "tea,ladywood,Tea,2026-12-01 18:00,19:00,,Library,,", change, change, part=Part.SURGERIES
    )

    assert findings == []


# What is no text with columns


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<html><table><tr><td>team_id</td><td>name</td><td>rank</td></tr></table></html>", "a web page (HTML)"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html>", "a web page (HTML)"),
        ("\ufeff<table border=1><tr>".encode("utf-16-le"), "a web page (HTML)"),
        (b'<style>td{}</style>\n<div><table border="1">', "a web page (HTML)"),
        (b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"', "a web page in one file (MHTML)"),
        (
            b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "a workbook in the XML format of 2003",
        ),
    ],
)
def test_what_is_named_like_a_workbook_and_is_none_is_refused_with_the_step_that_helps(
    read: Read, content: bytes, what: str
) -> None:
    with pytest.raises(SourceError) as refusal:
        read(content=content)

    assert str(refusal.value).startswith(f"officers.txt is {what}")
    assert "save it as an Excel workbook (.xlsx), and load that." in str(refusal.value)


def test_a_text_named_like_a_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "officers.xls"
    path.write_text("\n".join(LINES).replace(",", "\t"), encoding="utf-8")

    assert [each.record for each in read_part(Part.OFFICERS, path, Report(path.name))] == [SAM, ZOE]
