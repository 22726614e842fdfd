"""Reads a CSV file of the directory in a sandbox, a process of its own with limits."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from finder.directory_files.csv_files.encoding_and_separator import WINDOWS_1252, TextForm
from geodata.check_report import Report
from geodata.plurals import one_or_more
from geodata.progress import OnProgress
from geodata.readers.csv_faults import UnreadableLine
from geodata.readers.csv_rows import with_line_numbers
from geodata.readers.sandbox.protocol import SandboxReader
from geodata.readers.sandbox.start_child import read_in_sandbox
from geodata.readers.source_limits import SourceLimits

_MAX_SENT_MB: Final = 100  # million bytes; five times the largest file, since each cell is sent with a length


class CsvTask(msgspec.Struct):
    """Which file to read, and the folded headings that it may have."""

    path: str
    known_headings: list[str]


class CsvRows(msgspec.Struct, tag=True):
    """The next rows with all their cells, and the line on which the first of them starts."""

    first: int
    rows: list[list[str]]


class UnreadableLines(msgspec.Struct, tag=True):
    """Lines that cannot be read."""

    faults: list[UnreadableLine]


class CsvTable(NamedTuple):
    """How a text is written, and its rows with all their cells, each with the line on which it begins."""

    form: TextForm
    rows: Iterator[tuple[int, list[str]]]


_READER: Final = SandboxReader(
    "finder.directory_files.csv_files.csv_in_sandbox:read",
    TextForm | CsvRows | UnreadableLines,
    "Save it again as CSV UTF-8.",
)


@contextmanager
def open_csv_table(
    path: Path, known_headings: list[str], report: Report, limits: SourceLimits, on_progress: OnProgress
) -> Iterator[CsvTable]:
    """Opens a file. Lines that cannot be read are reported. Raises SourceError if the file cannot be read at all."""
    allowed, task = limits.for_sandbox(_MAX_SENT_MB), CsvTask(str(path.absolute()), known_headings)
    with closing(read_in_sandbox(path.name, _READER, task, allowed, on_progress)) as messages:
        form = next(messages)
        rows = _rows(messages, report)
        yield CsvTable(form, _noting_special_cells(rows, report) if form.encoding == WINDOWS_1252 else rows)


def _rows(messages: Generator[Any, None, None], report: Report) -> Iterator[tuple[int, list[str]]]:
    for message in messages:
        match message:
            case CsvRows(first, rows):
                yield from with_line_numbers(rows, first)
            case UnreadableLines(faults):
                for fault in faults:
                    report.error(fault.problem, fault.remedy, row=fault.line)


def _noting_special_cells(rows: Iterator[tuple[int, list[str]]], report: Report) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows, and then notes how many cells depend on the encoding, with the first of them."""
    count, first = 0, (1, "")
    for number, cells in rows:
        for cell in cells:
            if not cell.isascii():
                first = first if count else (number, cell)
                count += 1
        yield number, cells
    special = one_or_more(count, "cell has a letter or sign that depends", "cells have letters or signs that depend")
    report.note(f"the text is Windows-1252, not UTF-8. {special} on it; see the first.", row=first[0], value=first[1])
