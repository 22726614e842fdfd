"""Reads the rows of a directory file, CSV or workbook, and matches its headings to columns."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from finder.directory_files.csv_files.read_csv import read_csv
from finder.directory_files.headings import Column, match_headings
from finder.directory_files.refuse_wrong_file import refuse_headings
from finder.directory_files.row import Row
from finder.directory_files.workbooks.read_workbook import is_workbook, read_workbook
from finder.domain.release import Part
from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.plurals import count_of
from geodata.progress import OnProgress, ignore_progress
from geodata.readers.csv_faults import character_fault, separator_fault
from geodata.readers.open_file import open_file
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits

_MAX_BYTES: Final = 20 << 20
_MAX_ROWS: Final = 100_000


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """A directory file, the limits of reading it, and a callback with the share that has been read, from 0 to 1."""

    path: Path
    limits: SourceLimits = DEFAULT_LIMITS
    on_progress: OnProgress = ignore_progress


def read_rows(file: DirectoryFile, columns: Sequence[Column], sheet: str, report: Report) -> Iterator[Row]:
    """Yields the rows that are not empty; of a workbook, those of the sheet of that name. Columns may have any order.

    Raises SourceError if the file cannot be read at all, or exceeds a limit: 20 MiB, 100,000 rows, 200 columns.
    """
    path = file.path
    before = report.errors
    with _opened(file, sheet, report) as rows:
        heading_row, written = next((row for row in rows if any(row[1])), (1, []))
        headings = [heading.strip() for heading in written]
        if report.errors > before:
            return  # the heading cannot be read: the next row would be taken for it
        _refuse_other_tables(path.name, headings, Part(sheet))
        names = match_headings(headings, columns, report, heading_row)
        if names is None:
            return
        by_column = dict(zip(names, headings, strict=True))
        for count, (number, cells) in enumerate(rows, start=2):
            if count > _MAX_ROWS:
                raise SourceError(f"{path.name} has more than {_MAX_ROWS:,} rows. No directory file needs so many.")
            if any(cell.strip() for cell in cells) and _has_width(cells, names, report, number):
                texts = (cell.strip() for cell in cells)
                yield Row(number, dict(zip(names, texts, strict=True)), by_column, report)


@contextmanager
def _opened(file: DirectoryFile, sheet: str, report: Report) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Gives the rows, each with the number that people see: its row in the sheet, or its line in the text."""
    path = file.path
    with open_file(path) as stream:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError(f"{path.name} is larger than {_MAX_BYTES >> 20} MiB. No directory file needs to be.")
        head = stream.read(8)
    if is_workbook(head):
        yield enumerate(_padded(list(read_workbook(path, sheet, file.limits, file.on_progress))), start=1)
    else:
        with closing(read_csv(path, report, file.limits, file.on_progress)) as rows:
            yield rows


def _refuse_other_tables(name: str, headings: Sequence[str], part: Part) -> None:
    """Raises SourceError if headings are not UTF-8, not separated by commas, or those of another part."""
    if character_fault(headings):
        raise SourceError(f"{name}: the heading is not UTF-8 text. Save the file as CSV UTF-8.")
    if separated := separator_fault(headings):
        raise SourceError(f"{name}: {' '.join(separated)}")
    refuse_headings(name, headings, part)


def _padded(rows: Sequence[list[str]]) -> Iterator[list[str]]:
    """Returns rows filled up to the width of the heading: a workbook leaves out empty cells at the end of a row."""
    width = len(next((row for row in rows if row), []))
    return (row + [""] * (width - len(row)) for row in rows)


def _has_width(cells: Sequence[str], names: Sequence[str], report: Report, number: int) -> bool:
    if len(cells) == len(names):
        return True
    remedy = (
        "If it is the last row, the file was cut short."
        if len(cells) < len(names)
        else "Give every column a heading; put text with a comma in it between double quotes."
    )
    report.error(f"the row has {count_of(len(cells), 'column')} instead of {len(names)}.", remedy, row=number)
    return False
