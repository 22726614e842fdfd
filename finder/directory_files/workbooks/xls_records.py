"""Finds what calamine leaves out of an .xls: failed formulas, hidden rows, hidden columns, uncalculated formulas.

The file is a list of records, each with a kind, a length and its data: [MS-XLS], section 2.4.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import olefile

from finder.directory_files.workbooks.open_with_calamine import Errors
from finder.directory_files.workbooks.sheet import SheetMarks, Span

_STREAMS: Final = ("Workbook", "Book")  # of Excel 97 to 2003, and of Excel 5 and 95
_FORMULA, _EOF, _COLINFO, _BOUNDSHEET, _FILTERMODE, _BOOLERR, _ROW = 0x06, 0x0A, 0x7D, 0x85, 0x9B, 0x0205, 0x0208
_BOF: Final = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
_OTHER_ERROR: Final = "#VALUE!"
_NOT_A_NUMBER: Final = 0xFF  # each of the last two bytes of a formula's result
_ERROR_RESULT: Final = 2
_ZERO: Final = bytes(8)
_ALWAYS_CALCULATE: Final = 0x01  # flag of a formula
_NO_HEIGHT: Final = 0x20  # flag of a row
_HIDDEN: Final = 0x01  # flag of columns


class XlsRecords:
    """The records of a workbook. Sheets are counted from 0 in the workbook's order."""

    def __init__(self, path: Path) -> None:
        with olefile.OleFileIO(path) as container:
            name = next(each for each in _STREAMS if container.exists(each))
            self._stream = memoryview(container.openstream(name).read())
        self._sheets = [struct.unpack_from("<I", data)[0] for kind, data in self._records(0) if kind == _BOUNDSHEET]

    def failed_formulas(self, sheet: int) -> Errors:
        """Returns the failed formulas of a sheet."""
        return {
            struct.unpack_from("<HH", data): error
            for kind, data in self._records(self._sheets[sheet])
            if (error := _error_in(kind, data))
        }

    def marks(self, sheet: int) -> SheetMarks:
        """Returns the marks of a sheet."""
        rows, columns, uncalculated, is_filtered = list[Span](), list[Span](), list[tuple[int, int]](), False
        for kind, data in self._records(self._sheets[sheet]):
            if kind == _ROW and data[12] & _NO_HEIGHT:
                row = struct.unpack_from("<H", data)[0] + 1
                rows.append((row, row))
            elif kind == _COLINFO and (data[8] & _HIDDEN or data[4:6] == _ZERO[:2]):
                first, last = struct.unpack_from("<HH", data)
                columns.append((first + 1, last + 1))
            elif kind == _FORMULA and data[6:14] == _ZERO and data[14] & _ALWAYS_CALCULATE:
                row, column = struct.unpack_from("<HH", data)
                uncalculated.append((row + 1, column + 1))
            is_filtered |= kind == _FILTERMODE
        return SheetMarks(rows, columns, is_filtered, uncalculated)

    def _records(self, position: int) -> Iterator[tuple[int, memoryview]]:
        """Yields kind and data of the records of the sheet, or the list of sheets, that starts at a position.

        A chart inside a sheet has start and end records of its own.
        """
        depth = 0
        while position + 4 <= len(self._stream):
            kind, length = struct.unpack_from("<HH", self._stream, position)
            yield kind, self._stream[position + 4 : position + 4 + length]
            position += 4 + length
            depth += (kind in _BOF) - (kind == _EOF)
            if depth <= 0:
                return


def _error_in(kind: int, data: memoryview) -> str:
    """Returns the error that a cell shows, or an empty text."""
    if kind == _BOOLERR and data[7]:
        return _ERRORS.get(data[6], _OTHER_ERROR)
    if kind == _FORMULA and data[12] == data[13] == _NOT_A_NUMBER and data[6] == _ERROR_RESULT:
        return _ERRORS.get(data[8], _OTHER_ERROR)
    return ""
