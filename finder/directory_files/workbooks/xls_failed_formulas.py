"""Finds the failed formulas of an .xls, which calamine reads as empty cells.

The file is a list of records, each with a kind, a length and its data: [MS-XLS], section 2.4.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import olefile

from finder.directory_files.workbooks.open_with_calamine import Errors

_STREAMS: Final = ("Workbook", "Book")  # of Excel 97 to 2003, and of Excel 5 and 95
_FORMULA, _EOF, _BOUNDSHEET, _BOOLERR = 0x0006, 0x000A, 0x0085, 0x0205
_BOF: Final = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_OTHER_ERROR: Final = "#VALUE!"
_NOT_A_NUMBER: Final = 0xFF  # each of the last two bytes of a formula's result
_ERROR_RESULT: Final = 2


def find_failed_formulas(path: Path) -> list[Errors]:
    """Returns the failed formulas of each sheet, in the workbook's order."""
    with olefile.OleFileIO(path) as container:
        name = next(each for each in _STREAMS if container.exists(each))
        stream = memoryview(container.openstream(name).read())
    sheets = [struct.unpack_from("<I", data)[0] for kind, data in _records(stream, 0) if kind == _BOUNDSHEET]
    return [_errors_of_sheet(stream, position) for position in sheets]


def _records(stream: memoryview, position: int) -> Iterator[tuple[int, memoryview]]:
    """Yields kind and data of the records of the sheet, or the list of sheets, that starts at a position.

    A chart inside a sheet has start and end records of its own.
    """
    depth = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + length]
        position += 4 + length
        depth += (kind in _BOF) - (kind == _EOF)
        if depth <= 0:
            return


def _errors_of_sheet(stream: memoryview, position: int) -> Errors:
    return {
        struct.unpack_from("<HH", data): error
        for kind, data in _records(stream, position)
        if (error := _error_in(kind, data))
    }


def _error_in(kind: int, data: memoryview) -> str:
    """Returns the error that a cell shows, or an empty text."""
    if kind == _BOOLERR and data[7]:
        return _ERRORS.get(data[6], _OTHER_ERROR)
    if kind == _FORMULA and data[12] == data[13] == _NOT_A_NUMBER and data[6] == _ERROR_RESULT:
        return _ERRORS.get(data[8], _OTHER_ERROR)
    return ""
