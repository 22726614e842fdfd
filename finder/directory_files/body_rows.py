"""Reads the rows below the headings, and reports those that do not fit the headings, each kind of fault once."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Final, NamedTuple

from finder.directory_files.heading_row import NumberedRow
from finder.directory_files.headings import NOT_READ, Column
from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.plurals import count_of, listed_rows

_MAX_ROWS: Final = 100_000
_TOO_LONG: Final = "Give every column a heading; put text with a comma in it between double quotes."
_TOO_SHORT: Final = "If it is the last row, the file was cut short."


class BodyRow(NamedTuple):
    """A row with its number, the cells of the columns that are read, and whether an empty row stands before it."""

    number: int
    cells: list[str]
    follows_gap: bool


class RowEnds(Enum):
    """Where rows may end before the last heading."""

    ANYWHERE = auto()
    """A workbook stores no empty cells at the end of a row."""
    EARLY = auto()
    """After the last required column: Excel leaves out the empty cells behind it in some rows of a text."""
    EARLY_BUT_THE_LAST = auto()
    """The last row of a text without a line end may have been cut short."""


class BodyReader:
    """Reads the rows of one file. `names` are the columns of its headings, NOT_READ for those that are not read."""

    def __init__(self, headings: Sequence[str], names: Sequence[str], columns: Iterable[Column], ends: RowEnds) -> None:
        required = {column.name for column in columns if column.required}
        self._width = len(names)
        self._read = [index for index, name in enumerate(names) if name != NOT_READ]
        self._unnamed = [index for index, heading in enumerate(headings) if not heading]
        needed = [index + 1 for index, name in enumerate(names) if name in required]
        self._shortest = 0 if ends is RowEnds.ANYWHERE else max(needed, default=0)
        self._last_may_be_cut = ends is RowEnds.EARLY_BUT_THE_LAST
        self._too_long: list[NumberedRow] = []
        self._too_short: list[NumberedRow] = []
        self._beside: list[tuple[int, str]] = []

    def read(self, name: str, rows: Iterable[NumberedRow]) -> list[BodyRow]:
        """Returns the rows that are not empty and fit. Raises SourceError for more than 100,000; `name` is the file's.

        Cells without text at the end of a row do not count.
        """
        body: list[BodyRow] = []
        follows_gap, ends_early = False, None
        for count, (number, written) in enumerate(rows, start=2):
            if count > _MAX_ROWS:
                raise SourceError(f"{name} has more than {_MAX_ROWS:,} rows. No directory file needs so many.")
            cells = [cell.strip() for cell in written]
            if any(cells):
                ends_early = (number, cells) if len(cells) < self._width else None
                if self._fits(number, cells):
                    padded = cells + [""] * (self._width - len(cells))
                    body.append(BodyRow(number, [padded[index] for index in self._read], follows_gap))
            follows_gap = not any(cells)
        if ends_early and self._last_may_be_cut and body and body[-1].number == ends_early[0]:
            body.pop()
            self._too_short.append(ends_early)
        return body

    def report(self, report: Report) -> None:
        """Reports the rows that did not fit."""
        for rows, compared, remedy in ((self._too_long, "more", _TOO_LONG), (self._too_short, "fewer", _TOO_SHORT)):
            if rows:
                number, cells = rows[0]
                problem = f"the row has {count_of(len(cells), 'column')} instead of {self._width}."
                if len(rows) > 1:
                    listed = listed_rows(row for row, _ in rows)
                    problem = f"{len(rows):,} rows have {compared} columns than the {self._width} headings: {listed}."
                report.error(problem, remedy, row=number)
        if self._beside:
            row, value = self._beside[0]
            problem = f"a column without a heading has text, in {count_of(len(self._beside), 'row')}."
            report.error(problem, "Give the column a heading, or delete it.", row=row, value=value)

    def _fits(self, number: int, cells: list[str]) -> bool:
        beside = [cells[index] for index in self._unnamed if index < len(cells) and cells[index]]
        if any(cells[self._width :]):
            self._too_long.append((number, cells))
        elif len(cells) < self._shortest:
            self._too_short.append((number, cells))
        elif beside:
            self._beside.append((number, beside[0]))
        else:
            return True
        return False
