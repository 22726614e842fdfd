"""CSV files of the directory -> rows of text, read by a process of its own, like workbooks."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from geodata.findings import Report
from geodata.readers.csv_rows import Unreadable
from geodata.readers.sandbox.parent import Tell, read_in_sandbox
from geodata.readers.sandbox.protocol import Bounds, Reader
from geodata.readers.supplied_files import Limits
from geodata.readers.text_files import numbered

_MOST_SENT_MB: Final = 100  # million bytes: five times those of the largest file, since each cell has one for itself


class CsvTask(msgspec.Struct):
    """Which file is to be read."""

    path: str


class Lines(msgspec.Struct, tag=True):
    """The next rows, with all their cells, and the line on which the first of them begins."""

    first: int
    rows: list[list[str]]


class Faults(msgspec.Struct, tag=True):
    """Lines that cannot be read."""

    faults: list[Unreadable]


_READER: Final = Reader("finder.directory_files.csv_reader:read", Lines | Faults, "Save it again as CSV UTF-8.")


def read_csv(path: Path, report: Report, limits: Limits, tell: Tell) -> Generator[tuple[int, list[str]], None, None]:
    """The rows of a file with all their cells, each with the line on which it begins.

    Lines that cannot be read are put into the report. Raises SourceError where there is no reading the file.
    """
    bounds = Bounds(memory_mb=limits.memory_mb, seconds=limits.seconds, written_mb=_MOST_SENT_MB)
    with closing(read_in_sandbox(path.name, _READER, CsvTask(str(path.absolute())), bounds, tell)) as messages:
        for message in messages:
            match message:
                case Lines(first, rows):
                    yield from numbered(rows, first)
                case Faults(faults):
                    for fault in faults:
                        report.error(fault.problem, fault.remedy, row=fault.line)
