"""Hidden rows, columns and sheets of workbooks, and formulas without results: nothing is loaded unseen."""

import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.read_directory_file import read_part
from finder.directory_files.reading_options import ReadingOptions
from finder.directory_files.workbooks.hidden_parts_of_ods import find_ods_marks
from finder.directory_files.workbooks.hidden_parts_of_xlsx import find_xlsx_marks
from finder.domain.release import Part
from geodata.check_report import Finding, Report, Severity
from tests.support.workbook_files import (
    Hiding,
    ods_table,
    ods_text_row,
    save_ods_tables,
    save_workbook,
    with_replaced_xml,
)

OFFICERS: Final[list[list[object]]] = [
    ["team_id", "name", "rank"],
    ["ladywood", "Sam Example", "PCSO"],
    ["ladywood", "Jo Example", "PCSO"],
    ["ladywood", "Kim Example", "PCSO"],
]
_ALLOWED: Final = ReadingOptions(include_hidden=True)

Saved = Callable[..., Path]


@pytest.fixture(params=[".xlsx", ".xls", ".ods"])
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Saved:
    """Saves sheets, given by title, as a workbook of each format that hides something."""
    return lambda hiding, **sheets: save_workbook(tmp_path / f"officers{request.param}", sheets, hiding)


def read(path: Path, options: ReadingOptions = ReadingOptions()) -> tuple[int, list[Finding]]:  # noqa: B008 - frozen
    """Returns how many officers are read, and the findings."""
    report = Report(path.name)
    return len(read_part(Part.OFFICERS, path, report, options)), report.findings


# Hidden


def test_hidden_rows_are_refused_with_their_numbers(saved: Saved) -> None:
    path = saved(Hiding(rows=[3, 4]), Sheet1=OFFICERS)

    _, (finding,) = read(path)

    assert (finding.severity, finding.row, finding.value) == (Severity.ERROR, 3, "ladywood, Jo Example, PCSO")
    assert finding.problem == "2 rows are hidden: rows 3 to 4."
    assert "--include-hidden" in finding.remedy


def test_hidden_rows_are_read_and_noted_if_that_is_allowed(saved: Saved) -> None:
    count, (finding,) = read(saved(Hiding(rows=[3]), Sheet1=OFFICERS), _ALLOWED)

    assert (count, finding.severity, finding.row) == (3, Severity.NOTE, 3)
    assert finding.problem == "1 row is hidden: row 3."


def test_hidden_rows_without_text_and_above_the_headings_do_not_count(saved: Saved) -> None:
    path = saved(Hiding(rows=[1, 2, 7, 8]), Sheet1=[["Our officers"], [], *OFFICERS, ["", "", ""]])

    count, findings = read(path)

    assert (count, [each.severity for each in findings]) == (3, [Severity.NOTE])


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_filter_is_named_as_the_cause(tmp_path: Path, suffix: str) -> None:
    hiding = Hiding(rows=[2], is_filtered=True)

    _, (finding,) = read(save_workbook(tmp_path / f"officers{suffix}", {"Sheet1": OFFICERS}, hiding))

    assert finding.problem == "1 row is hidden, and a filter is on: row 2."


def test_a_hidden_column_that_is_read_is_refused_with_its_heading(saved: Saved) -> None:
    _, (finding,) = read(saved(Hiding(columns=[3]), Sheet1=OFFICERS))

    assert (finding.severity, finding.column, finding.value) == (Severity.ERROR, "rank", "PCSO")
    assert finding.problem == "a column is hidden."


def test_a_hidden_column_that_is_left_out_does_not_count(saved: Saved) -> None:
    path = saved(Hiding(columns=[4]), Sheet1=[[*row, "x"] for row in OFFICERS])

    count, (note,) = read(path, ReadingOptions(ignored_columns=frozenset({"x"})))

    assert (count, note.severity) == (3, Severity.NOTE)


def test_the_sheet_to_be_read_is_refused_if_it_is_hidden(saved: Saved) -> None:
    path = saved(Hiding(sheets=["Officers"]), Officers=OFFICERS, Rota=[["x"]])

    _, (finding,) = read(path)

    assert (finding.severity, finding.value) == (Severity.ERROR, "Officers")
    assert finding.problem == "a sheet is hidden."


def test_another_sheet_that_is_hidden_is_refused_by_name_and_never_read(saved: Saved) -> None:
    path = saved(Hiding(sheets=["Addresses"]), Sheet1=OFFICERS, Addresses=[["x"]])

    count, (finding,) = read(path)
    _, (allowed,) = read(path, _ALLOWED)

    assert (count, finding.severity, finding.value) == (3, Severity.ERROR, "Addresses")
    assert finding.problem == "a sheet is hidden."
    assert (allowed.severity, allowed.value) == (Severity.NOTE, "Addresses")


def test_what_other_sheets_hide_of_themselves_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "officers.ods"
    rota = ods_table("Rota", ['<table:table-row table:visibility="collapse"><table:table-cell/></table:table-row>'])
    save_workbook(path, {"Officers": OFFICERS})
    with zipfile.ZipFile(path) as archive:
        tables = archive.read("content.xml").decode().partition("<office:spreadsheet>")[2]

    save_ods_tables(path, rota + tables.partition("</office:spreadsheet>")[0])

    assert read(path) == (3, [])


def test_rows_of_a_collapsed_group_of_an_ods_are_hidden(tmp_path: Path) -> None:
    heading, *rows = (ods_text_row(*map(str, row)) for row in OFFICERS)
    group = f'<table:table-row-group table:display="false">{"".join(rows)}</table:table-row-group>'
    path = save_ods_tables(tmp_path / "officers.ods", ods_table("Officers", [heading, group]))

    _, (finding,) = read(path)

    assert finding.problem == "3 rows are hidden: rows 2 to 4."


# Never calculated


@pytest.mark.parametrize(
    ("cell", "is_calculated"),
    [
        ("<f>A1</f>", False),
        ("<f>A1</f><v></v>", False),
        ("<f>A1</f><v/>", False),
        ("<f>A1</f><v>0</v>", False),
        ("<f>A1</f><v>101</v>", True),
    ],
)
def test_formulas_that_no_program_calculated_are_refused_with_the_remedy(
    tmp_path: Path, cell: str, *, is_calculated: bool
) -> None:
    path = save_workbook(tmp_path / "officers.xlsx", {"Sheet1": [*OFFICERS, ["ladywood", 101, "PCSO"]]})

    _, findings = read(with_replaced_xml(path, tmp_path, "<v>101</v>", cell))

    told = [(each.row, each.column) for each in findings if "Open the file in Excel or LibreOffice" in each.remedy]
    assert told == ([] if is_calculated else [(5, "name")])


def test_formulas_without_results_are_told_once(tmp_path: Path) -> None:
    rows = [[team, f'="PC "&"{name}"', rank] for team, name, rank in OFFICERS[1:]]

    _, (finding,) = read(save_workbook(tmp_path / "officers.xlsx", {"Sheet1": [OFFICERS[0], *rows]}))

    assert finding.problem == "3 formulas have no result, because no program calculated them."


def test_a_formula_whose_result_is_an_empty_text_is_calculated(tmp_path: Path) -> None:
    path = save_workbook(tmp_path / "officers.xlsx", {"Sheet1": [OFFICERS[0], ["ladywood", 101, "PCSO"]]})

    _, (finding,) = read(with_replaced_xml(path, tmp_path, 't="n"><v>101</v>', 't="str"><f>A1</f><v></v>'))

    assert finding.problem == "the cell is empty."


def test_a_formula_of_an_ods_without_a_result_is_refused(tmp_path: Path) -> None:
    row = ods_text_row("ladywood", "-", "PCSO").replace(
        ' office:value-type="string"><text:p>-<', ' table:formula="of:=A1"><text:p><'
    )
    rows = [ods_text_row("team_id", "name", "rank"), row]

    _, (finding,) = read(save_ods_tables(tmp_path / "officers.ods", ods_table("Officers", rows)))

    assert (finding.row, finding.column) == (2, "name")
    assert finding.problem == "1 formula has no result, because no program calculated it."


# Hostile


@pytest.mark.parametrize(
    "cells",
    [
        f'<row r="9"><c><v>{"1&#65;" * 500_000}</v></c></row>',
        '<row hidden="1"/>' * 200_000,
        f'<row r="9">{"<c/>" * 800_000}</row>',
    ],
    ids=["one long value", "many hidden rows", "many cells"],
)
def test_marks_are_found_in_time_that_grows_with_the_size(tmp_path: Path, cells: str) -> None:
    path = save_workbook(tmp_path / "officers.xlsx", {"Sheet1": OFFICERS})
    hostile = with_replaced_xml(path, tmp_path, "</sheetData>", f"{cells}</sheetData>")
    began = time.process_time()

    find_xlsx_marks(hostile, "Sheet1")

    assert time.process_time() - began < 5, "of processor time; it takes less than one"


def test_marks_are_found_in_nested_groups_in_time_that_grows_with_the_size(tmp_path: Path) -> None:
    groups, row = 50_000, "<table:table-row/>"
    nested = f"{'<table:table-row-group>' * groups}{row * groups}{'</table:table-row-group>' * groups}"
    path = save_ods_tables(tmp_path / "officers.ods", ods_table("Officers", [nested]))
    began = time.process_time()

    find_ods_marks(path, 0)

    assert time.process_time() - began < 5, "of processor time; it takes less than one"
