"""Opens an .xls or .ods workbook with python-calamine."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

from finder.directory_files.workbooks.sheet import Sheet
from geodata.errors import SourceError

Errors = Mapping[tuple[int, int], str]
"""What failed formulas show, by row and column, counted from 0."""

_NO_ERRORS: Final[Errors] = {}


def open_with_calamine(name: str, path: Path, errors: Sequence[Errors] = ()) -> list[Sheet]:
    """Returns the sheets of the workbook at a path, whose suffix must show the format; refusals call it `name`.

    `errors` has the failed formulas of each sheet. calamine reads such cells as empty.
    """
    try:
        workbook = CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise locked(name) from error
    return [
        Sheet(sheet.name, partial(_read, workbook, index, errors[index] if errors else _NO_ERRORS))
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ is SheetTypeEnum.WorkSheet
    ]


def locked(name: str) -> SourceError:
    """Returns the refusal of a workbook with a password."""
    return SourceError(f"{name} is locked with a password. Save a copy without one.")


def _read(workbook: CalamineWorkbook, index: int, errors: Errors) -> tuple[int, Iterator[Sequence[object]]]:
    sheet = workbook.get_sheet_by_index(index)
    return sheet.total_height, (
        [errors.get((row, column), value) for column, value in enumerate(cells)]
        for row, cells in enumerate(sheet.iter_rows())
    )
