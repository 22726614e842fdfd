"""Reads .xlsx workbooks with openpyxl."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from openpyxl import load_workbook

from finder.directory_files.workbooks.hidden_parts_of_xlsx import find_xlsx_marks
from finder.directory_files.workbooks.sheet import Sheet

_VISIBLE: Final = "visible"  # beside "hidden" and "veryHidden", which no menu of Excel brings back


def open_xlsx(path: Path) -> list[Sheet]:
    """Returns the sheets with cells; a formula counts by the result that Excel stored."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about charts, filters and styles, which are not read
        workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    return [
        Sheet(
            sheet.title,
            sheet.sheet_state != _VISIBLE,
            partial(_read, sheet),
            partial(find_xlsx_marks, path, sheet.title),
        )
        for sheet in workbook.worksheets
    ]


class _ReadOnlySheet(Protocol):
    @property
    def max_row(self) -> int | None: ...

    def reset_dimensions(self) -> None: ...

    def iter_rows(self, *, values_only: bool) -> Iterable[tuple[object, ...]]: ...


def _read(sheet: _ReadOnlySheet) -> tuple[int, Iterator[Sequence[object]]]:
    declared = sheet.max_row or 1
    sheet.reset_dimensions()  # the declared size may be too small, and would cut rows off
    return declared, _rows(sheet)


def _rows(sheet: _ReadOnlySheet) -> Iterator[Sequence[object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from sheet.iter_rows(values_only=True)
