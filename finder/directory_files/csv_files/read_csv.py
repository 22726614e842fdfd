"""Reads a CSV file of the directory in a sandbox, a process of its own with limits."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from geodata.check_report import Report
from geodata.progress import OnProgress
from geodata.readers.csv_faults import UnreadableLine
from geodata.readers.csv_rows import with_line_numbers
from geodata.readers.sandbox.parent import read_in_sandbox
from geodata.readers.sandbox.protocol import SandboxReader
from geodata.readers.source_limits import SourceLimits

_MAX_SENT_MB: Final = 100  # million bytes; five times the largest file, since each cell is sent with a length


class CsvTask(msgspec.Struct):
    """Which file to read."""

    path: str


class CsvRows(msgspec.Struct, tag=True):
    """The next rows with all their cells, and the line on which the first of them starts."""

    first: int
    rows: list[list[str]]


class UnreadableLines(msgspec.Struct, tag=True):
    """Lines that cannot be read."""

    faults: list[UnreadableLine]


_READER: Final = SandboxReader(
    "finder.directory_files.csv_files.csv_in_sandbox:read", CsvRows | UnreadableLines, "Save it again as CSV UTF-8."
)


def read_csv(
    path: Path, report: Report, limits: SourceLimits, on_progress: OnProgress
) -> Generator[tuple[int, list[str]], None, None]:
    """Yields the rows of a file with all their cells, each with the line on which it begins.

    Lines that cannot be read are reported. Raises SourceError if the file cannot be read at all.
    """
    allowed = limits.for_sandbox(_MAX_SENT_MB)
    with closing(read_in_sandbox(path.name, _READER, CsvTask(str(path.absolute())), allowed, on_progress)) as messages:
        for message in messages:
            match message:
                case CsvRows(first, rows):
                    yield from with_line_numbers(rows, first)
                case UnreadableLines(faults):
                    for fault in faults:
                        report.error(fault.problem, fault.remedy, row=fault.line)
