"""The first row of a postcode file -> the file's layout."""

from collections.abc import Iterable, Sequence
from typing import Final

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.postcode import is_postcode
from geodata.readers.csv_faults import separator_fault
from geodata.readers.postcodes.layout import (
    CELLS,
    EASTING,
    EXTRACT_COLUMNS,
    NORTHING,
    POSTCODE,
    QUALITY,
    REMEDY,
    Layout,
    PlainLayout,
)
from geodata.readers.postcodes.ons_layout import POSTCODE_HEADINGS, OnsLayout, find_ons_columns

_CODE_POINT_WIDTH: Final = 10
_CODE_POINT_POSITIONS: Final = (0, 1, 2, 3, 8, 9)


def find_layout(first: list[str], name: str, report: Report) -> tuple[Layout | None, bool]:
    """The layout of a file by its first row, and whether that row is a heading.

    None, with the missing columns reported, for a known layout that lacks some. Raises SourceError for an unknown one.
    """
    columns = [cell.strip().lower() for cell in first]
    if EXTRACT_COLUMNS[POSTCODE] in columns:
        return _extract_layout(columns, name, report), True
    if POSTCODE_HEADINGS & set(columns):
        return _ons_layout(columns, name, report), True
    if _is_code_point_row(first):
        return code_point_layout(), False
    if fault := separator_fault(first):
        raise SourceError(f"{name}: {' '.join(fault)}")
    found = f"begins with {', '.join(columns[:6])!r}, which is no postcode layout known here" if columns else "is empty"
    raise SourceError(f"{name} {found}. {REMEDY}")


def is_first_postcode_row(cells: Sequence[str]) -> bool:
    """Whether a row can only be the first of a postcode file, in any layout."""
    columns = {cell.strip().lower() for cell in cells}
    is_heading = columns.issuperset(EXTRACT_COLUMNS) or POSTCODE_HEADINGS & columns
    return bool(is_heading) or _is_code_point_row(cells)


def code_point_layout() -> Layout:
    """OS Code-Point Open: ten columns without a heading."""
    return PlainLayout(_CODE_POINT_WIDTH, CELLS, _CODE_POINT_POSITIONS)


def _is_code_point_row(first: Sequence[str]) -> bool:
    """Whether a first row is one of Code-Point Open, which may be faulty as any other row."""
    if len(first) == _CODE_POINT_WIDTH and is_postcode(first[0]):
        return True
    return len(first) >= _CODE_POINT_WIDTH and all(first[cell].isdecimal() for cell in (QUALITY, EASTING, NORTHING))


def _extract_layout(columns: list[str], name: str, report: Report) -> Layout | None:
    missing = [wanted for wanted in EXTRACT_COLUMNS if wanted not in columns]
    _report_missing(missing, name, report)
    return None if missing else PlainLayout(len(columns), CELLS, [columns.index(wanted) for wanted in EXTRACT_COLUMNS])


def _ons_layout(columns: list[str], name: str, report: Report) -> Layout | None:
    names, missing = find_ons_columns(columns)
    _report_missing(missing, name, report)
    return None if missing else OnsLayout(len(columns), names, [columns.index(each) for each in names])


def _report_missing(columns: Iterable[str], name: str, report: Report) -> None:
    for column in columns:
        report.error("a column is missing.", f"Add the column {column}.", file=name, row=1, column=column)
