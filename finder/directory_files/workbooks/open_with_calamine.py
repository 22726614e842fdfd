"""Opens an .xls or .ods workbook with python-calamine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from finder.directory_files.workbooks.sheet import Sheet, SheetMarks
from geodata.errors import SourceError

Errors = Mapping[tuple[int, int], str]
"""What failed formulas show, by row and column, counted from 0."""

_NO_ERRORS: Final[Errors] = {}


def open_with_calamine(
    name: str,
    path: Path,
    find_marks: Callable[[int], SheetMarks],
    find_errors: Callable[[int], Errors] = lambda _: _NO_ERRORS,
) -> list[Sheet]:
    """Returns the sheets of the workbook at a path, whose suffix must show the format; refusals call it `name`.

    `find_marks` and `find_errors` give the marks and the failed formulas of a sheet, counted from 0; calamine reads
    such formulas as empty cells.
    """
    try:
        workbook = CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise locked(name) from error
    return [
        Sheet(
            sheet.name,
            sheet.visible is not SheetVisibleEnum.Visible,
            partial(_read, workbook, index, find_errors),
            partial(find_marks, index),
        )
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ is SheetTypeEnum.WorkSheet
    ]


def locked(name: str) -> SourceError:
    """Returns the refusal of a workbook with a password."""
    return SourceError(f"{name} is locked with a password. Save a copy without one.")


def _read(
    workbook: CalamineWorkbook, index: int, find_errors: Callable[[int], Errors]
) -> tuple[int, Iterator[Sequence[object]]]:
    sheet, errors = workbook.get_sheet_by_index(index), find_errors(index)
    return sheet.total_height, (
        [errors.get((row, column), value) for column, value in enumerate(cells)]
        for row, cells in enumerate(sheet.iter_rows())
    )
