"""Postcode files in any layout -> a stream of postcode locations.

A load does this in the sandbox. Memory is limited to a batch of rows, each limited by csv_lines.py, and a byte for each
postcode that there can be (seen_postcodes.py).

Code-Point Open is read in blocks of bytes (code_point_open.py), up to the first block of a file with anything unusual
in it. The rest of that file, and every other layout, is read as rows in batches (batch_checks.py).
"""

import io
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Final

from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.postcode_location import PostcodeBatch, PostcodeLocation
from geodata.progress import Step
from geodata.readers.csv_faults import UnreadableLine, character_fault
from geodata.readers.csv_rows import open_csv
from geodata.readers.file_formats import is_boundary_file, is_postcode_file
from geodata.readers.postcodes.batch_checks import BatchChecker, BatchPlace
from geodata.readers.postcodes.byte_blocks import RestOfStream, read_blocks
from geodata.readers.postcodes.code_point_open import read_block
from geodata.readers.postcodes.find_layout import code_point_layout, find_layout
from geodata.readers.postcodes.layout import REMEDY, Layout
from geodata.readers.source_limits import DEFAULT_LIMITS, SourceLimits
from geodata.readers.supplied_files import open_parts

# Rows. More than some three hundred objects make Python's garbage collector run, which takes half as long again.
_BATCH_SIZE: Final = 256
_REPORTED_BYTES: Final = 1 << 17
_MAX_WRONG_WIDTHS: Final = 10_000  # a file of something else may have a hundred million rows of another width


def read_locations(
    path: Path, report: Report, step: Step, limits: SourceLimits = DEFAULT_LIMITS
) -> Iterator[PostcodeLocation]:
    """Every located postcode of a file, zip or folder, as `read_batches`, one at a time."""
    return chain.from_iterable(read_batches(path, report, step, limits))


def read_batches(
    path: Path, report: Report, step: Step, limits: SourceLimits = DEFAULT_LIMITS
) -> Iterator[PostcodeBatch]:
    """Every located postcode of a file, zip or folder, a few hundred at a time. Faults are reported.

    `step` is updated with the source bytes that have been read, unpacked. Raises SourceError if the file as a whole
    cannot be read.
    """
    reader = _FileReader(report, step)
    with open_parts(path, limits.postcodes_mb, _is_wanted_in(path)) as parts:
        if not parts:
            _refuse_boundaries(path, limits)
            sentence = f"{path.name} holds neither Data/CSV/*.csv nor Data/ONSPD_*.csv or NSPL_*.csv. {REMEDY}"
            raise SourceError(sentence)
        for part in parts:
            with part.open() as stream:
                yield from reader.read(stream, part.name if part.name == path.name else f"{path.name}/{part.last_name}")
    reader.checker.summarise()


def unpacked_size(path: Path, limits: SourceLimits = DEFAULT_LIMITS) -> int:
    """How many bytes `read_batches` reads, unpacked; 0 if the source does not exist."""
    if not path.exists():
        return 0
    with open_parts(path, limits.postcodes_mb, _is_wanted_in(path)) as parts:
        return sum(part.size for part in parts)


def _is_wanted_in(path: Path) -> Callable[[str], bool]:
    """Which parts of a zip or folder hold postcodes; directly in a folder, the file's name is enough."""
    folder = f"{path.resolve().as_posix()}/"
    return lambda name: is_postcode_file(name, folder)


def _refuse_boundaries(path: Path, limits: SourceLimits) -> None:
    """Raise SourceError, with the command to use, if a zip or folder holds boundaries instead."""
    with open_parts(path, limits.postcodes_mb, is_boundary_file) as boundaries:
        if boundaries:
            sentence = f"{path.name} looks like boundaries. Load it with: finder load wards {path.name}"
            raise SourceError(sentence)


class _FileReader:
    """Reads the files of one source."""

    def __init__(self, report: Report, step: Step) -> None:
        self.checker = BatchChecker(report)
        self._report = report
        self._step = step

    def read(self, stream: IO[bytes], name: str) -> Iterator[PostcodeBatch]:
        """The locations of one CSV file in any layout."""
        lines_read = 0
        for lines, after in read_blocks(stream):
            block = read_block(lines)
            if block is None or not self.checker.accept_block(block):
                yield from self._read_rows(io.BufferedReader(RestOfStream(lines + after, stream)), name, lines_read)
                return
            yield block.located
            lines_read += len(block.located) + block.unlocated
            self._step.update(len(lines))
        if not lines_read:
            yield from self._read_rows(stream, name, lines_read)

    def _read_rows(self, stream: IO[bytes], name: str, lines_read: int) -> Iterator[PostcodeBatch]:
        """The locations of the rest of a file: all of it, or Code-Point Open after some lines."""
        reported = stream.tell()

        def on_unreadable(line: UnreadableLine) -> None:
            self._report.error(line.problem, line.remedy, file=name, row=line.line)

        with open_csv(stream, on_unreadable, lines_read) as rows:
            first = next(rows, [])
            lines_before = rows.lines_before_last(first)
            layout, is_heading = (
                (code_point_layout(), False) if lines_read else self._find_layout(first, name, lines_before)
            )
            if layout is None:
                return
            start, line = ([], rows.lines_read + 1) if is_heading else ([first], lines_before + 1)
            for batch in chain([start], rows.batches(_BATCH_SIZE)):
                yield self.checker.check(batch, layout, BatchPlace(name, line, rows.damaged))
                line = rows.lines_read + 1
                if self.checker.wrong_widths > _MAX_WRONG_WIDTHS:
                    problem = "too many rows before this one have another number of columns."
                    on_unreadable(UnreadableLine(line, problem, REMEDY))
                    break
                if stream.tell() - reported > _REPORTED_BYTES:
                    self._step.update(stream.tell() - reported)
                    reported = stream.tell()
            self._step.update(stream.tell() - reported)
            layout.summarise(self._report)

    def _find_layout(self, first: list[str], name: str, lines_before: int) -> tuple[Layout | None, bool]:
        """As `find_layout`, by the first row that could be read; the lines before it are reported already."""
        try:
            return find_layout(first, name, self._report)
        except SourceError as error:
            if lines_before:
                return None, False
            if character_fault(first):
                raise SourceError(f"{name}: this is not UTF-8 text. Save the file as CSV UTF-8.") from error
            raise
