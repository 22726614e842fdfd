"""Writes workbooks like spreadsheet programs do: .xlsx, .xls and .ods."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import xlwt
import xlwt.CompoundDoc
from openpyxl import Workbook

Sheets = Mapping[str, Sequence[Sequence[object]]]

_NAMESPACES: Final = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
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
_XLS_FORMATS: Final[dict[type, str]] = {
    datetime: "D/M/YYYY h:mm", date: "D/M/YYYY", time: "h:mm", timedelta: "[h]:mm"
}  # fmt: skip
_XLS_ERRORS: Final = {"#DIV/0!": 0x07, "#N/A": 0x2A, "#REF!": 0x17}


class FailedFormula(str):
    """The error that a cell shows, such as #N/A."""

    __slots__ = ()


def save_workbook(path: Path, sheets: Sheets) -> Path:
    """Saves sheets, given by title, in the format of the suffix."""
    {".xlsx": _save_xlsx, ".xls": _save_xls, ".ods": _save_ods}[path.suffix](path, sheets)
    return path


def _save_xlsx(path: Path, sheets: Sheets) -> None:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    workbook.save(path)


def _save_xls(path: Path, sheets: Sheets) -> None:
    xls_workbook(sheets).save(str(path))


def xls_workbook(sheets: Sheets) -> Any:
    """Returns an xlwt workbook of these sheets."""
    workbook = xlwt.Workbook()
    for title, rows in sheets.items():
        sheet = workbook.add_sheet(title)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _add_xls_cell(sheet, number, column, value)
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


def _save_ods(path: Path, sheets: Sheets) -> None:
    save_ods_tables(path, "".join(ods_table(title, map(_ods_row, rows)) for title, rows in sheets.items()))


def ods_table(title: str, rows: Any) -> str:
    """Returns the element of a sheet. It ends with an empty row repeated a million times, as LibreOffice writes it."""
    filling = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return f'<table:table table:name="{escape(title)}">{"".join(rows)}{filling}</table:table>'


def save_ods_tables(path: Path, tables: str, declared: str = "", manifest: str = "", **members: bytes) -> Path:
    """Saves elements of sheets as an .ods; `declared` precedes the root element."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _ODS_TYPE)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{declared}<office:document-content {_NAMESPACES}><office:body>'
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", _MANIFEST.format(manifest))
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _ods_row(row: Sequence[object]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row)) or '<table:table-cell/>'}</table:table-row>"


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
