"""Finds hidden rows, hidden columns and uncalculated formulas of an .xlsx, which openpyxl leaves out of what it reads.

The elements are those of ISO/IEC 29500-1, section 18.3.1.
"""

import posixpath
import zipfile
from pathlib import Path
from typing import Final
from xml.parsers import expat

from openpyxl.packaging.relationship import get_dependents
from openpyxl.utils import coordinate_to_tuple
from openpyxl.xml.constants import REL_NS
from openpyxl.xml.functions import fromstring

from finder.directory_files.workbooks.sheet import SheetMarks, Span

_PACKAGE: Final = "_rels/.rels"
_WORKBOOK: Final = "/officeDocument"
_RELATION: Final = f"{{{REL_NS}}}id"
_TRUE: Final = frozenset({"1", "true", "on"})
_TEXT: Final = "str"  # an empty text can be the result of a formula, an empty number cannot
_ENOUGH: Final = 10  # characters
_NO_RESULT: Final = frozenset({""})
_NO_RESULT_OR_0: Final = frozenset({"", "0"})


def find_xlsx_marks(path: Path, title: str) -> SheetMarks:
    """Returns the marks of the sheet of that title."""
    with zipfile.ZipFile(path) as archive:
        workbook = next(each.target for each in get_dependents(archive, _PACKAGE) if each.Type.endswith(_WORKBOOK))
        elements = [(each.tag.rpartition("}")[2], each.attrib) for each in fromstring(archive.read(workbook)).iter()]
        relation = next(values[_RELATION] for tag, values in elements if tag == "sheet" and values["name"] == title)
        folder, name = posixpath.split(workbook)
        sheet = get_dependents(archive, posixpath.join(folder, "_rels", f"{name}.rels")).get(relation).target
        # Some programs write 0 for every formula, and ask Excel to calculate them when it opens the workbook.
        asks = any(tag == "calcPr" and values.get("fullCalcOnLoad") in _TRUE for tag, values in elements)
        scan = _SheetScan(_NO_RESULT_OR_0 if asks else _NO_RESULT)
        with archive.open(sheet) as stream:
            scan.parser.ParseFile(stream)
    return SheetMarks(scan.hidden_rows, scan.hidden_columns, scan.is_filtered, scan.uncalculated)


class _SheetScan:
    """Collects marks while expat parses a sheet. A formula without a result has one of the given values."""

    def __init__(self, without_result: frozenset[str]) -> None:
        self.hidden_rows: list[Span] = []
        self.hidden_columns: list[Span] = []
        self.is_filtered = False
        self.uncalculated: list[tuple[int, int]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._take_text
        self._without_result = without_result
        self._row = self._column = 0
        self._type = self._value = ""
        self._is_formula = self._in_value = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row, self._column = int(attributes.get("r", self._row + 1)), 0
                if _is_hidden(attributes, "ht"):
                    self.hidden_rows.append((self._row, self._row))
            case "c":
                reference = attributes.get("r")
                self._column = coordinate_to_tuple(reference)[1] if reference else self._column + 1
                self._type, self._value, self._is_formula = attributes.get("t", ""), "", False
            case "f":
                self._is_formula = True
            case "v":
                self._in_value = True
            case "col" if _is_hidden(attributes, "width"):
                self.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
            case "filterColumn":
                self.is_filtered = True

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v":
                self._in_value = False
            case "c" if self._is_formula and self._type != _TEXT and self._value.strip() in self._without_result:
                self.uncalculated.append((self._row, self._column))

    def _take_text(self, text: str) -> None:
        if self._in_value and len(self._value) < _ENOUGH:  # whatever its length, it is a result
            self._value += text


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Returns whether a row or column is hidden, or has no height or width, which looks the same."""
    try:
        return attributes.get("hidden") in _TRUE or float(attributes.get(size, 1)) == 0
    except ValueError:
        return False
