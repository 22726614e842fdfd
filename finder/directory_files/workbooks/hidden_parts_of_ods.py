"""Finds hidden rows, hidden columns and uncalculated formulas of an .ods, which calamine leaves out of what it reads.

The elements are those of OpenDocument 1.3, part 3, section 9.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.parsers import expat

from finder.directory_files.workbooks.sheet import SheetMarks, Span
from finder.directory_files.workbooks.workbook_zip_checks import ODS_CONTENT
from geodata.readers.zip_files import open_zip

_SHEET: Final = "table:table"
_GROUPS: Final = frozenset({"table:table-row-group", "table:table-column-group"})
_CELLS: Final = frozenset({"table:table-cell", "table:covered-table-cell"})
_HIDDEN: Final = frozenset({"collapse", "filter"})


def find_ods_marks(path: Path, index: int) -> SheetMarks:
    """Returns the marks of a sheet, counted from 0 in the workbook's order."""
    scan = _SheetScan(index)
    with open_zip(path) as archive, archive.open(ODS_CONTENT) as stream:
        scan.parser.ParseFile(stream)
    return SheetMarks(scan.hidden_rows, scan.hidden_columns, scan.is_filtered, scan.uncalculated)


class _SheetScan:
    """Collects the marks of one sheet while expat parses the workbook. A table within a cell does not count."""

    def __init__(self, index: int) -> None:
        self.hidden_rows: list[Span] = []
        self.hidden_columns: list[Span] = []
        self.is_filtered = False
        self.uncalculated: list[tuple[int, int]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self._sheets_to_skip = index
        self._depth = 0  # of tables
        self._groups: list[bool] = []
        self._hidden_groups = 0
        self._row = self._column = self._cell = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += name == _SHEET
        if self._depth != 1 or self._sheets_to_skip:
            return
        if name in _GROUPS:
            is_hidden = attributes.get("table:display") == "false"
            self._groups.append(is_hidden)
            self._hidden_groups += is_hidden
        elif name == "table:table-row":
            first, self._row, self._cell = self._row + 1, self._row + _repeated(attributes, "rows"), 0
            self._add_if_hidden(self.hidden_rows, (first, self._row), attributes)
        elif name == "table:table-column":
            first, self._column = self._column + 1, self._column + _repeated(attributes, "columns")
            self._add_if_hidden(self.hidden_columns, (first, self._column), attributes)
        elif name in _CELLS:
            if "table:formula" in attributes and "office:value-type" not in attributes:
                self.uncalculated.append((self._row, self._cell + 1))
            self._cell += _repeated(attributes, "columns")

    def _end(self, name: str) -> None:
        if self._depth == 1 and not self._sheets_to_skip and name in _GROUPS:
            self._hidden_groups -= self._groups.pop()
        if name == _SHEET:
            self._depth -= 1
            self._sheets_to_skip -= self._depth == 0

    def _add_if_hidden(self, spans: list[Span], span: Span, attributes: Mapping[str, str]) -> None:
        visibility = attributes.get("table:visibility")
        if visibility in _HIDDEN or self._hidden_groups:
            spans.append(span)
            self.is_filtered |= visibility == "filter"


def _repeated(attributes: Mapping[str, str], what: str) -> int:
    return int(attributes.get(f"table:number-{what}-repeated", 1))
