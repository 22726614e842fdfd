"""Workbooks and headings: what is read, and which workbooks are refused before they are opened."""

import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.columns import COLUMNS
from finder.directory_files.headings import folded
from finder.directory_files.read_directory_file import Record, read_part
from finder.directory_files.reading_options import ReadingOptions
from finder.directory_files.workbooks.read_workbook import read_workbook
from finder.domain.directory import Coverage
from finder.domain.release import Part
from finder.domain.surgery import Change, Status, Surgery, Venue
from finder.domain.team import Officer, Priority, TeamRecord
from geodata.check_report import Finding, Report, Severity
from geodata.errors import SourceError
from geodata.readers.source_limits import SourceLimits
from tests.support.builders import wall
from tests.support.workbook_files import (
    FailedFormula,
    ods_table,
    save_ods_tables,
    save_workbook,
    save_xls_stream,
    with_formula_result,
    with_replaced_xml,
    xls_workbook,
)

ODS_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"
OFFICERS: Final = [["team_id", "name", "rank"], ["ladywood", "Sam Example", "PCSO"]]
SAM: Final = Officer("ladywood", "Sam Example", "PCSO")
TEAM: Final[list[list[object]]] = [
    ["id", "name", "force", "area", "Phone"],
    ["abbey", "Abbey", "west-midlands", "Sandwell", 101.0],
]
SURGERY: Final = ["Ref", "Team", "Name", "Date", "Start time", "End time", "Repeats", "Venue", "Post code"]

Rows = list[list[object]]
Saved = Callable[..., Path]


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    """Saves sheets, given by title, as an .xlsx workbook."""
    return lambda **sheets: save_workbook(tmp_path / "supplied.xlsx", sheets)


@pytest.fixture(params=[".xlsx", ".xls", ".ods"])
def saved_in_each_format(request: pytest.FixtureRequest, tmp_path: Path) -> Saved:
    """Saves sheets, given by title, as a workbook of each format."""
    return lambda **sheets: save_workbook(tmp_path / f"supplied{request.param}", sheets)


def read(part: Part, path: Path) -> tuple[list[Record], list[Finding]]:
    """Returns the records of a file, and the findings."""
    report = Report(path.name)
    return [numbered.record for numbered in read_part(part, path, report)], report.findings


def refusal_of(path: Path) -> str:
    """Returns why a file is refused."""
    with pytest.raises(SourceError) as refusal:
        read(Part.OFFICERS, path)
    return str(refusal.value)


# Workbooks that are read


def test_a_workbook_is_read_like_a_csv_file(saved_in_each_format: Saved) -> None:
    assert read(Part.OFFICERS, saved_in_each_format(Sheet1=OFFICERS)) == ([SAM], [])


def test_the_sheet_named_after_the_part_is_read(saved_in_each_format: Saved) -> None:
    path = saved_in_each_format(Teams=[["id"]], Officers=OFFICERS)

    assert read(Part.OFFICERS, path) == ([SAM], [])


def test_a_fault_in_a_workbook_is_reported_with_its_row_and_the_heading_as_written(saved_in_each_format: Saved) -> None:
    path = saved_in_each_format(Sheet1=[[], ["Team ID", "Officer name", "Rank"], [], ["ladywood", "Sam Example", None]])

    _, findings = read(Part.OFFICERS, path)

    assert [(each.row, each.column, each.problem) for each in findings] == [(4, "Rank", "the cell has no rank.")]


def test_line_breaks_in_a_cell_of_a_workbook_do_not_count(saved_in_each_format: Saved) -> None:
    path = saved_in_each_format(
        Sheet1=[
            ["Team", "Priority", "Issued"],
            ["ladywood", "Parcels\nand bags", "2026-11-01"],
            ["ladywood", "Noise", None],
        ]
    )

    _, findings = read(Part.PRIORITIES, path)

    assert [each.row for each in findings] == [3]


@pytest.mark.parametrize("held", [date(2026, 12, 1), datetime(2026, 12, 1), "1/12/2026"])  # noqa: DTZ001 - as Excel
def test_a_date_is_read_the_same_whether_stored_as_a_date_or_as_text(saved_in_each_format: Saved, held: object) -> None:
    path = saved_in_each_format(Sheet1=[["Team", "Priority", "Date issued"], ["ladywood", "Parcels", held]])

    found, _ = read(Part.PRIORITIES, path)

    assert found == [Priority("ladywood", "Parcels", date(2026, 12, 1), "", None)]


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 12, 1), time(18), time(19, 30)),
        (None, datetime(2026, 12, 1, 18), datetime(2026, 12, 1, 19, 30)),  # noqa: DTZ001 - as Excel
        (None, datetime(2026, 12, 1, 17, 59, 59, 990000), timedelta(hours=19, minutes=30)),  # noqa: DTZ001 - as Excel
        ("Tuesday 1st December 2026", "6pm", "7.30pm"),
        (None, "1 Dec 2026 at 6pm", "19.30"),
    ],
)
def test_a_surgery_s_times_are_read_from_one_cell_or_from_several(
    saved_in_each_format: Saved, day: object, start: object, end: object
) -> None:
    path = saved_in_each_format(Sheet1=[SURGERY, ["tea", "ladywood", "Tea", day, start, end, None, "Library", "b24qa"]])

    found, findings = read(Part.SURGERIES, path)

    assert (found, findings) == (
        [
            Surgery(
                "tea", "ladywood", "Tea", wall("2026-12-01 18:00"), wall("2026-12-01 19:30"), "",
                Venue("Library", "", "B2 4QA"), "",
            )
        ],
        [],
    )  # fmt: skip


def test_a_number_is_read_without_a_decimal_point(saved_in_each_format: Saved) -> None:
    (team,), _ = read(Part.TEAMS, saved_in_each_format(Sheet1=TEAM))

    assert isinstance(team, TeamRecord)
    assert team.contact == {"telephone": "101"}


def test_a_telephone_number_stored_as_a_number_gets_its_first_0_again(saved_in_each_format: Saved) -> None:
    (team,), findings = read(Part.TEAMS, saved_in_each_format(Sheet1=[TEAM[0], [*TEAM[1][:4], 1214960000]]))

    assert isinstance(team, TeamRecord)
    assert team.contact == {"telephone": "0121 496 0000"}
    assert [(each.severity, each.column, each.problem) for each in findings] == [
        (Severity.NOTE, "Phone", "read as 0121 496 0000.")
    ]


def test_the_stored_result_of_a_formula_is_read(tmp_path: Path, saved: Saved) -> None:
    path = with_replaced_xml(saved(Sheet1=TEAM), tmp_path, "<v>101</v>", "<f>100+1</f><v>101</v>")

    (team,), _ = read(Part.TEAMS, path)

    assert isinstance(team, TeamRecord)
    assert team.contact == {"telephone": "101"}


def test_a_failed_formula_is_reported(saved_in_each_format: Saved) -> None:
    path = saved_in_each_format(Sheet1=[OFFICERS[0], ["ladywood", FailedFormula("#N/A"), "PCSO"]])

    _, findings = read(Part.OFFICERS, path)

    assert [(each.column, each.value) for each in findings] == [("name", "#N/A")]


def test_a_cell_beyond_the_last_heading_is_reported(saved_in_each_format: Saved) -> None:
    path = saved_in_each_format(Sheet1=[OFFICERS[0], ["ladywood", "Sam Example", "PCSO", "on leave"]])

    _, findings = read(Part.OFFICERS, path)

    assert [each.problem for each in findings] == ["the row has 4 columns instead of 3."]


@pytest.mark.parametrize("suffix", [".xls", ".ods"])
def test_a_workbook_is_read_by_what_it_is_and_not_by_its_name(tmp_path: Path, suffix: str) -> None:
    path = save_workbook(tmp_path / f"supplied{suffix}", {"Sheet1": OFFICERS}).rename(tmp_path / "supplied.xlsx")

    assert read(Part.OFFICERS, path) == ([SAM], [])


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!"])
def test_a_failed_formula_is_reported_even_where_a_cell_may_be_empty(saved_in_each_format: Saved, error: str) -> None:
    path = saved_in_each_format(Teams=[[*TEAM[0], "E-mail"], [*TEAM[1], FailedFormula(error)]])

    _, findings = read(Part.TEAMS, path)

    assert [(each.row, each.column, each.value) for each in findings] == [(2, "E-mail", error)]


def test_failed_formulas_of_other_sheets_do_not_count(saved_in_each_format: Saved) -> None:
    path = saved_in_each_format(Rota=[[FailedFormula("#REF!")]], Officers=OFFICERS)

    assert read(Part.OFFICERS, path) == ([SAM], [])


def test_a_failed_formula_in_an_xls_is_found_by_its_result(tmp_path: Path) -> None:
    result = struct.pack("<HHHBxBxxxHHIH", 1, 1, 0, 2, 0x2A, 0xFFFF, 0, 0, 0)
    path = with_formula_result(tmp_path / "supplied.xls", result)

    _, findings = read(Part.OFFICERS, path)

    assert [(each.column, each.value) for each in findings] == [("name", "#N/A")]


def test_empty_rows_that_fill_an_ods_do_not_count(tmp_path: Path) -> None:
    path = save_workbook(tmp_path / "supplied.ods", {"Sheet1": OFFICERS})

    assert read_workbook(path, "officers").rows == OFFICERS


# Workbooks that are refused


def test_an_xls_with_a_password_is_refused(tmp_path: Path) -> None:
    stream = xls_workbook({"Sheet1": OFFICERS}).get_biff_data()
    first = 4 + struct.unpack_from("<HH", stream)[1]
    password = struct.pack("<HHHHH", 0x002F, 6, 1, 1, 1)
    path = save_xls_stream(tmp_path / "supplied.xls", stream[:first] + password + stream[first:])

    assert refusal_of(path) == "supplied.xls is locked with a password. Save a copy without one."


def test_an_ods_with_a_password_is_refused(tmp_path: Path) -> None:
    encrypted = (
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    )
    path = save_ods_tables(tmp_path / "supplied.ods", ods_table("officers", []), manifest=encrypted)

    assert refusal_of(path) == "supplied.ods is locked with a password. Save a copy without one."


@pytest.mark.slow
def test_an_ods_that_repeats_a_row_too_often_is_refused(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="600000">{cell}</table:table-row>'
    path = save_ods_tables(tmp_path / "supplied.ods", ods_table("officers", [row]))

    assert "more than 500,000 cells" in refusal_of(path)


def test_an_ods_too_large_for_memory_is_refused(tmp_path: Path) -> None:
    row = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
        * 20_000
        + '<table:table-row><table:table-cell table:number-columns-repeated="16000"/>'
        '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
    )
    path = save_ods_tables(tmp_path / "supplied.ods", ods_table("officers", [row]))

    assert "needs more than 700 MB of memory" in refusal_of(path)


def test_several_sheets_of_other_names_are_refused_by_name(saved_in_each_format: Saved) -> None:
    path = saved_in_each_format(North=OFFICERS, South=OFFICERS)

    assert refusal_of(path) == (
        f"{path.name} has several sheets (North, South). Name the one to be read officers, or keep only that."
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "not a whole workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
            "locked with a password. Save a copy without one",
        ),
        (b"PK\x03\x04 and no more", "not a whole zip file"),
    ],
)
def test_damaged_and_locked_files_are_refused_with_the_remedy(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "supplied.xlsx"
    path.write_bytes(content)

    assert why in refusal_of(path)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""}, "without a spreadsheet"),
        ({"mimetype": ODS_TYPE}, "without a spreadsheet"),
        ({"mimetype": ODS_TYPE, "content.xml": b"<a/>"}, "not a whole workbook"),
        ({"mimetype": ODS_TYPE, "content.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "declares entities"),
        ({"mimetype": ODS_TYPE, "content.xml": bytes((64 << 20) + 1)}, "unpacks to more than 64 MiB"),
        ({"officers.csv": b"team_id"}, "no workbook"),
        ({"[Content_Types].xml": b"<Types/>"}, "not a whole workbook"),
        (
            {"[Content_Types].xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"},
            "declares entities",
        ),
        (
            {"[Content_Types].xml": "\ufeff<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>".encode("utf-16-le")},
            "declares entities",
        ),
        ({"[Content_Types].xml": b"<Types/>", **{f"xl/{n}.xml": b"" for n in range(500)}}, "unpacks to more"),
        ({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": bytes((4 << 20) + 1)}, "unpacks to more"),
    ],
)
def test_dangerous_archives_and_those_without_a_workbook_are_refused(
    tmp_path: Path, members: dict[str, bytes], why: str
) -> None:
    path = tmp_path / "supplied.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)

    assert why in refusal_of(path)


def test_a_compression_that_unpacks_without_a_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "supplied.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")

    assert "packed in a way" in refusal_of(path)


def test_a_member_larger_than_it_declares_is_refused(tmp_path: Path, saved: Saved) -> None:
    path = saved(Sheet1=OFFICERS)
    size = next(each.file_size for each in zipfile.ZipFile(path).infolist() if each.filename.endswith("sheet1.xml"))
    lying = tmp_path / "lying.xlsx"
    lying.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (64).to_bytes(4, "little")))

    assert "lying.xlsx is not a whole" in refusal_of(lying)


@pytest.mark.slow
@pytest.mark.parametrize("reference", ["A2000000", "ZZZ500000"])
def test_a_cell_far_away_is_refused_before_the_cells_between_are_created(
    tmp_path: Path, saved: Saved, reference: str
) -> None:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    added = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'
    path = with_replaced_xml(saved(Sheet1=OFFICERS), tmp_path, "</sheetData>", added)

    assert "more than 500,000 cells" in refusal_of(path)


def test_a_declared_size_that_is_too_small_cuts_no_rows_off(tmp_path: Path, saved: Saved) -> None:
    path = with_replaced_xml(saved(Sheet1=OFFICERS), tmp_path, 'ref="A1:C2"', 'ref="A1"')

    assert read(Part.OFFICERS, path) == ([SAM], [])


def test_a_csv_file_with_too_many_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "supplied.csv"
    path.write_text("team_id,name,rank\n" + "\n" * 100_000, encoding="utf-8")

    assert "more than 100,000 rows" in refusal_of(path)


@pytest.mark.parametrize("row", [1, 3])
def test_a_text_with_thousands_of_columns_is_refused_with_the_row(tmp_path: Path, row: int) -> None:
    path = tmp_path / "supplied.csv"
    path.write_text("\n".join(["team_id,name,rank"] * (row - 1) + ["*" * 8_000]).replace("*", "a,"), encoding="utf-8")

    assert f"supplied.csv has 8,001 columns in row {row}, and no directory file needs more" in refusal_of(path)


def test_a_workbook_with_thousands_of_columns_is_refused_with_the_row(tmp_path: Path) -> None:
    path = save_workbook(tmp_path / "supplied.xlsx", {"Sheet1": [*OFFICERS, ["a"] * 8_000]})

    assert "supplied.xlsx has 8,000 columns in row 3" in refusal_of(path)


def test_rows_of_a_million_cells_are_refused_within_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "supplied.csv"
    path.write_text("team_id,name,rank\n" + ("a," * 499_000 + "\n") * 18, encoding="utf-8")
    report = Report(path.name)

    with pytest.raises(SourceError, match="499,001 columns in row 2"):
        read_part(Part.OFFICERS, path, report, ReadingOptions(SourceLimits(memory_mb=300)))


def test_a_file_with_too_many_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "supplied.csv"
    with path.open("wb") as stream:
        stream.truncate((20 << 20) + 1)

    assert "larger than 20 MiB" in refusal_of(path)


def test_a_workbook_without_a_sheet_is_refused(tmp_path: Path, saved: Saved) -> None:
    path = with_replaced_xml(saved(Sheet1=OFFICERS), tmp_path, ' r:id="rId1"', "", "workbook.xml")

    assert "no sheet with cells" in refusal_of(path)


def test_a_workbook_with_a_picture_is_read(saved: Saved) -> None:
    path = saved(Sheet1=OFFICERS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))

    assert read_workbook(path, "officers").rows == OFFICERS


# Headings


@pytest.mark.parametrize(
    ("part", "heading", "row", "record"),
    [
        (
            Part.TEAMS,
            "Team ID,Team name,Force,Borough,E-mail,Phone,Web site",
            "abbey,Abbey,west-midlands,Sandwell,a@example.org,101,https://example.org",
            TeamRecord(
                "abbey", "Abbey", "west-midlands", "Sandwell", "",
                {"email": "a@example.org", "telephone": "101", "web": "https://example.org"},
            ),
        ),
        (Part.COVERAGE, "WD25CD,WD25NM,Team", "E05011151,Ladywood,ladywood", Coverage("E05011151", "ladywood")),
        (Part.COVERAGE, "Ward code,Neighbourhood team", "E05011151,ladywood", Coverage("E05011151", "ladywood")),
        (Part.OFFICERS, "TEAM  ID,Officer name,Role", "ladywood,Sam Example,PCSO", SAM),
        (
            Part.SURGERIES,
            "Surgery ID,Team,Title,Start,End,Repeats,Original start,Status,Why",
            "tea,,,,,,1 Dec 2026 6pm,Cancelled,Snow",
            Change("tea", wall("2026-12-01 18:00"), Status.CANCELLED, reason="Snow"),
        ),
    ],
)  # fmt: skip
def test_other_usual_headings_are_recognised(
    tmp_path: Path, part: Part, heading: str, row: str, record: Record
) -> None:
    path = tmp_path / "supplied.csv"
    path.write_text(f"{heading}\n{row}\n", encoding="utf-8")

    assert read(part, path) == ([record], [])


def test_two_headings_that_mean_one_column_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "supplied.csv"
    path.write_text("Team,Team ID,Name,Rank\nladywood,ladywood,Sam Example,PCSO\n", encoding="utf-8")

    _, findings = read(Part.OFFICERS, path)

    assert [(each.column, each.value) for each in findings] == [("team_id", "Team"), ("team_id", "Team ID")]


@pytest.mark.parametrize("part", COLUMNS)
def test_no_heading_can_mean_two_columns_of_one_file(part: Part) -> None:
    claims = [(folded(heading), column.name) for column in COLUMNS[part] for heading in (column.name, *column.also)]

    assert len(dict(claims)) == len(set(claims))
