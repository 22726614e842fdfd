"""Checks batches of postcode rows: by column first, and row by row if anything in the batch is unusual."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from operator import not_
from typing import Final, NamedTuple

from geodata.check_report import Report
from geodata.plurals import count_of, one_or_more
from geodata.postcode import is_postcode
from geodata.postcode_location import NO_LOCATION, PostcodeBatch, PostcodeLocation
from geodata.readers.csv_faults import character_fault
from geodata.readers.csv_rows import with_line_numbers
from geodata.readers.postcodes.code_point_open import Block
from geodata.readers.postcodes.column_checks import batch_of_columns
from geodata.readers.postcodes.layout import POSTCODE, QUALITY, REMEDY, Layout
from geodata.readers.postcodes.row_checks import CellFault, check_row
from geodata.readers.postcodes.seen_postcodes import SeenPostcodes

_UNLOCATED: Final = str(NO_LOCATION)
_EMPTY: Final = PostcodeBatch.of(())


class BatchPlace(NamedTuple):
    """The file and the first line of a batch of rows, and whether some may have damaged characters."""

    file: str
    first_line: int
    damaged: bool


class BatchChecker:
    """Checks the rows of one source, and remembers which postcodes it has seen."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._seen = SeenPostcodes()
        self._unlocated = 0
        self.wrong_widths = 0
        """How many rows had another number of columns than their layout."""

    def accept_block(self, block: Block) -> bool:
        """Whether none of the postcodes of a block of Code-Point Open was seen before; then they count as seen."""
        if not self._seen.add_new(block.located.rows["postcode"]):
            return False
        self._unlocated += block.unlocated
        return True

    def check(self, rows: list[list[str]], layout: Layout, place: BatchPlace) -> PostcodeBatch:
        """The locations of rows without faults; faults are reported."""
        if place.damaged and any(map(character_fault, rows)):
            return self._check_rows(rows, layout, place)
        widths = set(map(len, rows))
        columns = layout.columns(rows) if widths == {layout.width} else None
        if columns and (batch := self._check_columns(columns)) is not None:
            return batch
        cells = layout.cells(rows)
        if columns is None and widths <= {0, layout.width}:
            wanted = list(zip(*filter(None, cells), strict=True))
            batch = self._check_columns(wanted) if wanted else _EMPTY
            if batch is not None:
                return batch
        return self._check_rows(rows, layout, place, cells)

    def summarise(self) -> None:
        """Note what was left out, and report a source without any located postcode as an error."""
        if self._unlocated:
            one, more = (
                "postcode has no location in the source and is",
                "postcodes have no location in the source and are",
            )
            self._report.note(f"{one_or_more(self._unlocated, one, more)} left out.")
        if not self._seen and not self._report.errors:
            self._report.error("there is no located postcode in the file.", REMEDY)

    def _check_columns(self, columns: Sequence[Sequence[str]]) -> PostcodeBatch | None:
        """The batch of rows without any fault; None if one has a fault."""
        unlocated: Sequence[str] = ()
        if _UNLOCATED in columns[QUALITY]:
            is_unlocated = [quality == _UNLOCATED for quality in columns[QUALITY]]
            unlocated = list(compress(columns[POSTCODE], is_unlocated))
            columns = [list(compress(column, map(not_, is_unlocated))) for column in columns]
        if not all(map(is_postcode, unlocated)):
            return None
        batch = batch_of_columns(columns) if columns[POSTCODE] else _EMPTY
        if batch is None or not self._seen.add_new(batch.rows["postcode"]):
            return None
        self._unlocated += len(unlocated)
        return batch

    def _check_rows(
        self, rows: list[list[str]], layout: Layout, place: BatchPlace, cells: Sequence[Sequence[str] | None] = ()
    ) -> PostcodeBatch:
        """The same row by row; `cells` are those of the rows if they are known already."""
        found = zip(with_line_numbers(rows, place.first_line), cells or layout.cells(rows), strict=True)
        return PostcodeBatch.of(self._locations(found, layout, place.file))

    def _locations(
        self, rows: Iterable[tuple[tuple[int, list[str]], Sequence[str] | None]], layout: Layout, file: str
    ) -> Iterator[PostcodeLocation]:
        """The locations of rows that come with their line and cells."""
        for (line, row), cells in rows:
            if damage := character_fault(row):
                value, problem, remedy = damage
                self._report.error(problem, remedy, file=file, row=line, value=value)
            elif row and len(row) != layout.width:
                self.wrong_widths += 1
                problem = f"the row has {count_of(len(row), 'column')} instead of {layout.width}."
                remedy = "If it is the last row, the file was cut short: fetch it again."
                self._report.error(problem, remedy, file=file, row=line)
            elif cells and (location := self._location(cells, layout, file, line)):
                yield location

    def _location(self, cells: Sequence[str], layout: Layout, file: str, line: int) -> PostcodeLocation | None:
        """The location of a row, or None if it has none or a fault."""
        if cells[QUALITY] == _UNLOCATED and is_postcode(cells[POSTCODE]):
            self._unlocated += 1
            return None
        found = check_row(cells, self._seen)
        if isinstance(found, CellFault):
            cell, problem, remedy = found
            self._report.error(problem, remedy, file=file, row=line, column=layout.names[cell], value=cells[cell])
            return None
        self._seen.add(found.postcode)
        return found
