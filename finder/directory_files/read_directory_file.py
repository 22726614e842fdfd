"""Reads a directory file: each row becomes a record, such as an officer or a surgery."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from finder.directory_files import row_readers
from finder.directory_files.read_rows import read_rows
from finder.directory_files.reading_options import DEFAULT_OPTIONS, ReadingOptions
from finder.directory_files.rows_seen import RowsSeen
from finder.directory_files.source_table import DirectoryFile
from finder.domain.release import Part
from geodata.check_report import Report
from geodata.progress import NO_PROGRESS, Progress
from geodata.readers.supplied_files import start_reading_step

Record: TypeAlias = row_readers.Record


class Numbered(NamedTuple):
    """A record and the row of the file from which it was read."""

    row: int
    record: Record


def read_part(
    part: Part,
    path: Path,
    report: Report,
    options: ReadingOptions = DEFAULT_OPTIONS,
    progress: Progress = NO_PROGRESS,
) -> list[Numbered]:
    """Returns the records of the rows without a fault, and reports the faults of the others."""
    file = DirectoryFile(path, options, start_reading_step(part, path, progress))
    return list(read_records(part, file, report, RowsSeen()))


def read_records(part: Part, file: DirectoryFile, report: Report, seen: RowsSeen) -> Iterator[Numbered]:
    """Yields the records as `read_part` does, and says in `seen` how many rows there are, and which have faults."""
    before, of_rows = report.errors, 0
    for row in read_rows(file, part, report):
        before_row = report.errors
        row.report_unreadable_cells()
        records = list(row_readers.READERS[part](row))
        of_rows += report.errors - before_row
        seen.rows += 1
        if row.faulty:
            seen.ids_of_faulty.add(row["id"])
        else:
            yield from (Numbered(row.number, record) for record in records)
    seen.has_unreadable = report.errors - before > of_rows
