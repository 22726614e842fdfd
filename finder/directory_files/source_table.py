"""Opens a file of the directory as a table, by what it is and not by its name: a workbook or a text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from finder.directory_files.body_rows import RowEnds
from finder.directory_files.columns import known_headings
from finder.directory_files.csv_files.encoding_and_separator import TextForm
from finder.directory_files.csv_files.read_csv import open_csv_table
from finder.directory_files.heading_row import NumberedRow
from finder.directory_files.reading_options import DEFAULT_OPTIONS, ReadingOptions
from finder.directory_files.refuse_other_formats import refuse_other_formats
from finder.directory_files.workbooks.read_workbook import SheetState, is_workbook, read_workbook
from finder.domain.release import Part
from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.progress import OnProgress, ignore_progress
from geodata.readers.file_formats import FORMAT_BYTES
from geodata.readers.open_file import open_file

_MAX_BYTES: Final = 20 << 20


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """A directory file, how to read it, and a callback with the share that has been read, from 0 to 1."""

    path: Path
    options: ReadingOptions = DEFAULT_OPTIONS
    on_progress: OnProgress = ignore_progress


class SourceTable(NamedTuple):
    """Rows, each with the number that people see; with the form of a text, or the state of a sheet."""

    rows: Iterator[NumberedRow]
    form: TextForm | None = None
    state: SheetState | None = None

    @property
    def ends(self) -> RowEnds:
        """Where rows may end."""
        if self.form is None:
            return RowEnds.ANYWHERE
        return RowEnds.EARLY if self.form.ends_with_line else RowEnds.EARLY_BUT_THE_LAST


@contextmanager
def open_source_table(file: DirectoryFile, part: Part, report: Report) -> Iterator[SourceTable]:
    """Opens a file; of a workbook, the sheet named after the part, or the only one.

    Raises SourceError if the file cannot be read at all, or is larger than 20 MiB.
    """
    path = file.path
    with open_file(path) as stream:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError(f"{path.name} is larger than {_MAX_BYTES >> 20} MiB. No directory file needs to be.")
        first_bytes = stream.read(FORMAT_BYTES)
    if is_workbook(first_bytes):
        sheet = read_workbook(path, part.value, file.options.limits, file.on_progress)
        yield SourceTable(enumerate(sheet.rows, start=1), state=sheet.state)
        return
    refuse_other_formats(path.name, first_bytes)
    with open_csv_table(path, known_headings(part), report, file.options.limits, file.on_progress) as (form, rows):
        yield SourceTable(rows, form=form)
