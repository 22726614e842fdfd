"""Writes workbooks like spreadsheet programs do: .xlsx, .xls and .ods."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

import xlwt
import xlwt.CompoundDoc
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

Sheets = Mapping[str, Sequence[Sequence[object]]]

_NAMESPACES: Final = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)
_ODS_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST: Final = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest:manifest>'
)
_ODS_ERROR: Final = (
    'table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"'
)
_ODS_STYLES: Final = "<office:automatic-styles>{}</office:automatic-styles>".format(
    "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{display}"/>'
        "</style:style>"
        for name, display in (("shown", "true"), ("hidden", "false"))
    )
)
_VERY_HIDDEN: Final = 2
_XLS_FORMATS: Final[dict[type, str]] = {
    datetime: "D/M/YYYY h:mm", date: "D/M/YYYY", time: "h:mm", timedelta: "[h]:mm"
}  # fmt: skip
_XLS_ERRORS: Final = {"#DIV/0!": 0x07, "#N/A": 0x2A, "#REF!": 0x17}


class Hiding(NamedTuple):
    """What a workbook hides: rows and columns of every sheet, counted from 1, and sheets by title."""

    rows: Sequence[int] = ()
    columns: Sequence[int] = ()
    sheets: Sequence[str] = ()
    is_filtered: bool = False


NOTHING: Final = Hiding()


class FailedFormula(str):
    """The error that a cell shows, such as #N/A."""

    __slots__ = ()


def save_workbook(path: Path, sheets: Sheets, hiding: Hiding = NOTHING) -> Path:
    """Saves sheets, given by title, in the format of the suffix."""
    {".xlsx": _save_xlsx, ".xls": _save_xls, ".ods": _save_ods}[path.suffix](path, sheets, hiding)
    return path


def _save_xlsx(path: Path, sheets: Sheets, hiding: Hiding) -> None:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for number in hiding.rows:
            sheet.row_dimensions[number].hidden = True
        for number in hiding.columns:
            sheet.column_dimensions[get_column_letter(number)].hidden = True
        if title in hiding.sheets:
            sheet.sheet_state = "veryHidden"
        if hiding.is_filtered:
            sheet.auto_filter.ref = sheet.dimensions
            sheet.auto_filter.add_filter_column(0, ["ladywood"])
    workbook.save(path)


def _save_xls(path: Path, sheets: Sheets, hiding: Hiding) -> None:
    xls_workbook(sheets, hiding).save(str(path))


def xls_workbook(sheets: Sheets, hiding: Hiding = NOTHING) -> Any:
    """Returns an xlwt workbook of these sheets. A filter cannot be written."""
    workbook = xlwt.Workbook()
    for title, rows in sheets.items():
        sheet = workbook.add_sheet(title)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _add_xls_cell(sheet, number, column, value)
        for number in hiding.rows:
            sheet.row(number - 1).hidden = True
        for number in hiding.columns:
            sheet.col(number - 1).hidden = True
        sheet.visibility = _VERY_HIDDEN if title in hiding.sheets else 0
    return workbook


def _add_xls_cell(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, FailedFormula):
        sheet.row(row).set_cell_error(column, _XLS_ERRORS[value])
    elif value is not None:
        number_format = _XLS_FORMATS.get(type(value), "General")
        shown = value / timedelta(days=1) if isinstance(value, timedelta) else value
        sheet.write(row, column, shown, xlwt.easyxf(num_format_str=number_format))


def save_xls_stream(path: Path, stream: bytes) -> Path:
    """Saves the records of a workbook as an .xls."""
    with path.open("wb") as file:
        xlwt.CompoundDoc.XlsDoc().save(file, stream)
    return path


def with_formula_result(path: Path, formula: bytes) -> Path:
    """Saves an .xls whose officer's name is a formula, given as the data of its record."""
    rows: list[list[object]] = [["team_id", "name", "rank"], ["ladywood", 0.123456789, "PCSO"]]
    stream = xls_workbook({"Sheet1": rows}).get_biff_data()
    start = stream.index(struct.pack("<HHHH", 0x0203, 14, 1, 1))
    record = struct.pack("<HH", 0x0006, len(formula)) + formula
    return save_xls_stream(path, stream[:start] + record + stream[start + 18 :])


def with_replaced_xml(path: Path, folder: Path, old: str, new: str, part: str = "sheet1.xml") -> Path:
    """Saves a copy of a workbook with a text in one of its XML files replaced."""
    changed = folder / "changed.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.endswith(f"/{part}"):
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(member, content)
    return changed


def _save_ods(path: Path, sheets: Sheets, hiding: Hiding) -> None:
    save_ods_tables(
        path,
        "".join(
            ods_table(
                title, _ods_rows(rows, hiding), _ods_columns(rows, hiding.columns), is_hidden=title in hiding.sheets
            )
            for title, rows in sheets.items()
        ),
    )


def _ods_rows(rows: Sequence[Sequence[object]], hiding: Hiding) -> list[str]:
    shown = "filter" if hiding.is_filtered else "collapse"
    return [_ods_row(row, shown if number in hiding.rows else "visible") for number, row in enumerate(rows, start=1)]


def _ods_columns(rows: Sequence[Sequence[object]], hidden: Sequence[int]) -> str:
    return "".join(
        f'<table:table-column table:visibility="{"collapse" if number in hidden else "visible"}"/>'
        for number in range(1, max(map(len, rows), default=0) + 1)
    )


def ods_table(title: str, rows: Any, columns: str = "", *, is_hidden: bool = False) -> str:
    """Returns the element of a sheet. It ends with an empty row repeated a million times, as LibreOffice writes it."""
    filling = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    style = "hidden" if is_hidden else "shown"
    return (
        f'<table:table table:name="{escape(title)}" table:style-name="{style}">{columns}{"".join(rows)}{filling}'
        "</table:table>"
    )


def ods_text_row(*texts: str) -> str:
    """Returns the element of a row of texts."""
    return _ods_row(texts, "visible")


def save_ods_tables(path: Path, tables: str, declared: str = "", manifest: str = "", **members: bytes) -> Path:
    """Saves elements of sheets as an .ods; `declared` precedes the root element."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _ODS_TYPE)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{declared}<office:document-content {_NAMESPACES}>{_ODS_STYLES}'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", _MANIFEST.format(manifest))
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _ods_row(row: Sequence[object], visibility: str) -> str:
    cells = "".join(map(_ods_cell, row)) or "<table:table-cell/>"
    return f'<table:table-row table:visibility="{visibility}">{cells}</table:table-row>'


def _ods_cell(value: object) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case FailedFormula():
            typed = _ODS_ERROR
        case bool():
            typed = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
        case int() | float():
            typed = f'office:value-type="float" office:value="{value}"'
        case date():  # and datetime
            typed = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        case time():
            typed = f'office:value-type="time" office:time-value="PT{value.hour:02}H{value.minute:02}M00S"'
        case timedelta():
            minutes = value // timedelta(minutes=1)
            typed = f'office:value-type="time" office:time-value="PT{minutes // 60:02}H{minutes % 60:02}M00S"'
        case _:
            typed = 'office:value-type="string"'
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f"<table:table-cell {typed}>{paragraphs}</table:table-cell>"
