"""Postcode files -> a stream of postcode locations, whatever layout they come in.

For whoever gives us a file this is done apart (postcodes_apart.py). What is held at once is a batch of rows, each
bounded in tables.py, and a byte for each postcode that there can be (seen.py).

Code-Point Open is read in blocks of bytes, as code_point.py tells, up to the first block of a file with anything
unusual in it. From there on, as in every other layout, rows are checked a column of a batch at a time; and a batch with
anything unusual in it is read again a row at a time, with care: what is accepted, and what is said of a fault, is
settled there.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import not_
from pathlib import Path
from typing import IO, Final, NamedTuple

from geodata.errors import PostcodeMalformedError, SourceError
from geodata.findings import Report
from geodata.grid import GridPoint
from geodata.gss_code import is_gss_code
from geodata.plurals import count_of, one_or_more
from geodata.postcode import Postcode, are_canonical
from geodata.postcode_location import EAST_EDGE, NO_LOCATION, NORTH_EDGE, QUALITIES, PostcodeBatch, PostcodeLocation
from geodata.progress import Step
from geodata.readers.csv_rows import Unreadable, damage_in, height
from geodata.readers.file_formats import is_boundary_file, is_postcode_file
from geodata.readers.postcodes.code_point_open import Rest, blocks, read_block
from geodata.readers.postcodes.layouts import (
    CELLS,
    DISTRICT,
    EASTING,
    NORTHING,
    POSTCODE,
    QUALITY,
    REMEDY,
    RETIRED_ON,
    WARD,
    Layout,
    code_point,
    is_postcode,
    layout_of,
)
from geodata.readers.postcodes.seen_postcodes import SeenPostcodes
from geodata.readers.supplied_files import STANDARD_LIMITS, Limits, opened
from geodata.readers.text_files import numbered, open_text

_UNLOCATED: Final = str(NO_LOCATION)
_WIDEST: Final = 8  # characters of a postcode with its halves in columns
# Rows. Of more than some three hundred Python's garbage collector takes notice, and half as long again in all.
_BATCH: Final = 256
_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")
_TOLD_EVERY: Final = 1 << 17  # bytes
_MOST_MISFITS: Final = 10_000  # rows of another width, of which a file of something else may have a hundred million
_NONE: Final = PostcodeBatch.of(())


def read_postcodes(
    path: Path, report: Report, step: Step, limits: Limits = STANDARD_LIMITS
) -> Iterator[PostcodeLocation]:
    """Every located postcode of a file, zip or folder, faults collected in the report. See `read_batches`."""
    return chain.from_iterable(read_batches(path, report, step, limits))


def read_batches(path: Path, report: Report, step: Step, limits: Limits = STANDARD_LIMITS) -> Iterator[PostcodeBatch]:
    """Every located postcode of a file, zip or folder, a few hundred at a time, faults collected in the report.

    `step` is updated with the source bytes that have been read. Raises SourceError where
    the file as a whole cannot be read.
    """
    reader = _Reader(report, step)
    with opened(path, limits.postcodes_mb, _wanted_in(path)) as parts:
        if not parts:
            _refuse_boundaries(path, limits)
            sentence = f"{path.name} holds neither Data/CSV/*.csv nor Data/ONSPD_*.csv or NSPL_*.csv. {REMEDY}"
            raise SourceError(sentence)
        for part in parts:
            with part.open() as stream:
                yield from reader.read(stream, part.name if part.name == path.name else f"{path.name}/{part.last_name}")
    reader.summarise()


def source_size(path: Path, limits: Limits = STANDARD_LIMITS) -> int:
    """How many bytes there are to read, unpacked: what the step's updates add up to."""
    if not path.exists():
        return 0
    with opened(path, limits.postcodes_mb, _wanted_in(path)) as parts:
        return sum(part.size for part in parts)


def _wanted_in(path: Path) -> Callable[[str], bool]:
    """Which parts of a zip or folder hold postcodes; directly in a folder, the file's name is enough."""
    folder = f"{path.resolve().as_posix()}/"

    return lambda name: is_postcode_file(name, folder)


def _refuse_boundaries(path: Path, limits: Limits) -> None:
    """Raise SourceError, with the command that is meant, where a zip or folder of boundaries was given."""
    with opened(path, limits.postcodes_mb, is_boundary_file) as boundaries:
        if boundaries:
            sentence = f"{path.name} looks like boundaries. Load it with: finder load wards {path.name}"
            raise SourceError(sentence)


class _Lines(NamedTuple):
    """Where the rows of a batch are: the file, the line on which the first begins, and whether some may be damaged."""

    file: str
    first: int
    damaged: bool


class _Reader:
    """Reads the files of one source, remembering which postcodes it has seen."""

    def __init__(self, report: Report, step: Step) -> None:
        self._report = report
        self._step = step
        self._seen = SeenPostcodes()
        self._unlocated = 0
        self._misfits = 0

    def read(self, stream: IO[bytes], name: str) -> Iterator[PostcodeBatch]:
        """The locations of one CSV file in any layout."""
        lines = 0
        for block, beyond in blocks(stream):
            read = read_block(block)
            if read is None or not self._seen.add_new(read.located.rows["postcode"]):
                yield from self._read_rows(io.BufferedReader(Rest(block + beyond, stream)), name, lines)
                return
            yield read.located
            lines += len(read.located) + read.unlocated
            self._unlocated += read.unlocated
            self._step.update(len(block))
        if not lines:
            yield from self._read_rows(stream, name, lines)

    def _read_rows(self, stream: IO[bytes], name: str, lines: int) -> Iterator[PostcodeBatch]:
        """The locations of the rest of a file: all of it, or Code-Point Open after so many lines."""
        told = stream.tell()

        def tell(what: Unreadable) -> None:
            self._report.error(what.problem, what.remedy, file=name, row=what.line)

        with open_text(stream, tell, lines) as rows:
            first = next(rows, [])
            begun = max(0, rows.lines - height(first))
            layout, is_heading = (code_point(), False) if lines else self._layout_of(first, name, begun)
            if layout is None:
                return
            heading, line = ([], rows.lines + 1) if is_heading else ([first], begun + 1)
            for batch in chain([heading], rows.batches(_BATCH)):
                yield self._batch(batch, layout, _Lines(name, line, rows.damaged))
                line = rows.lines + 1
                if self._misfits > _MOST_MISFITS:
                    tell(Unreadable(line, "too many rows before this one have another number of columns.", REMEDY))
                    break
                if stream.tell() - told > _TOLD_EVERY:
                    self._step.update(stream.tell() - told)
                    told = stream.tell()
            self._step.update(stream.tell() - told)
            layout.summarise(self._report)

    def _layout_of(self, first: list[str], name: str, before: int) -> tuple[Layout | None, bool]:
        """As `layout_of`, for the first row that could be read: of so many lines before it the report tells."""
        try:
            return layout_of(first, name, self._report)
        except SourceError as error:
            if before:
                return None, False
            if damage_in(first):
                raise SourceError(f"{name}: this is not UTF-8 text. Save the file as CSV UTF-8.") from error
            raise

    def summarise(self) -> None:
        """Say what was left out, and refuse a source that held nothing."""
        if self._unlocated:
            one, more = (
                "postcode has no location in the source and is",
                "postcodes have no location in the source and are",
            )
            self._report.note(f"{one_or_more(self._unlocated, one, more)} left out.")
        if not self._seen and not self._report.errors:
            self._report.error("there is no located postcode in the file.", REMEDY)

    def _batch(self, rows: list[list[str]], layout: Layout, lines: _Lines) -> PostcodeBatch:
        """The locations of rows that are on those lines."""
        if lines.damaged and any(map(damage_in, rows)):
            return self._one_by_one(rows, layout, lines)
        widths = set(map(len, rows))
        columns = layout.columns(rows) if widths == {layout.width} else None
        if columns and (batch := self._cleanly(columns)) is not None:
            return batch
        cells = layout.cells(rows)
        if columns is None and widths <= {0, layout.width}:
            wanted = list(zip(*filter(None, cells), strict=True))
            batch = self._cleanly(wanted) if wanted else _NONE
            if batch is not None:
                return batch
        return self._one_by_one(rows, layout, lines, cells)

    def _one_by_one(
        self,
        rows: list[list[str]],
        layout: Layout,
        lines: _Lines,
        cells: Sequence[Sequence[str] | None] = (),
    ) -> PostcodeBatch:
        """The locations of rows of which one may be faulty."""
        found = zip(numbered(rows, lines.first), cells or layout.cells(rows), strict=True)
        return PostcodeBatch.of(self._locations(found, layout, lines.file))

    def _cleanly(self, columns: Sequence[Sequence[str]]) -> PostcodeBatch | None:
        """A batch in which every row is as it should be, checked by columns; None where one is not."""
        unlocated: Sequence[str] = ()
        if _UNLOCATED in columns[QUALITY]:
            without = [quality == _UNLOCATED for quality in columns[QUALITY]]
            unlocated = list(compress(columns[POSTCODE], without))
            columns = [list(compress(column, map(not_, without))) for column in columns]
        if not all(map(is_postcode, unlocated)):
            return None
        batch = _checked(columns) if columns[POSTCODE] else _NONE
        if batch is None or not self._seen.add_new(batch.rows["postcode"]):
            return None
        self._unlocated += len(unlocated)
        return batch

    def _locations(
        self, rows: Iterable[tuple[tuple[int, list[str]], Sequence[str] | None]], layout: Layout, file: str
    ) -> Iterator[PostcodeLocation]:
        """The sound rows of those that are given with their line and cells; the others are reported."""
        for (line, row), cells in rows:
            if damage := damage_in(row):
                value, problem, remedy = damage
                self._report.error(problem, remedy, file=file, row=line, value=value)
            elif row and len(row) != layout.width:
                self._misfits += 1
                problem = f"the row has {count_of(len(row), 'column')} instead of {layout.width}."
                remedy = "If it is the last row, the file was cut short: fetch it again."
                self._report.error(problem, remedy, file=file, row=line)
            elif cells and (location := self._location(cells, layout, file, line)):
                yield location

    def _location(self, cells: Sequence[str], layout: Layout, file: str, row: int) -> PostcodeLocation | None:
        """The location of a row, None where it has none or is faulty."""
        if cells[QUALITY] == _UNLOCATED and is_postcode(cells[POSTCODE]):
            self._unlocated += 1
            return None
        location = _parse(cells)
        fault = self._fault(location) if location else _unreadable(cells)
        if fault:
            cell, problem, remedy = fault
            self._report.error(problem, remedy, file=file, row=row, column=layout.names[cell], value=cells[cell])
            return None
        if location:
            self._seen.add(location.postcode)
        return location

    def _fault(self, location: PostcodeLocation) -> tuple[int, str, str] | None:
        """What is wrong with a row that could be read: which cell, the problem, the remedy."""
        point = location.point
        if location.postcode in self._seen:
            return POSTCODE, "the postcode stands in the file twice.", "Keep the row that is right."
        if location.positional_quality not in QUALITIES:
            return QUALITY, "no such positional quality.", "It is 10, 20, 30, 40, 50, 60, or 90 for no location."
        for cell, value, edge in ((EASTING, point.easting, EAST_EDGE), (NORTHING, point.northing, NORTH_EDGE)):
            if not 0 < value < edge:
                return cell, f"the {CELLS[cell]} is outside Great Britain.", f"It is in metres, 0 to {edge}."
        for cell, code in ((DISTRICT, location.district), (WARD, location.ward)):
            if not _is_code(code):
                return cell, "not a GSS code.", "It is a letter and eight digits, like E05011151, or empty."
        if location.retired_on and not _MONTH.fullmatch(str(location.retired_on)):
            return RETIRED_ON, "not a month.", "It is written YYYYMM, like 202103, or empty while the postcode is live."
        return None


def _checked(columns: Sequence[Sequence[str]]) -> PostcodeBatch | None:
    """The rows whose cells these columns are, if all are as they should be and in the usual spelling."""
    try:
        eastings, northings, qualities = (list(map(int, columns[cell])) for cell in (EASTING, NORTHING, QUALITY))
        retired = columns[RETIRED_ON]
        months = [int(text or 0) for text in retired] if any(retired) else [0] * len(retired)
    except ValueError:
        return None
    sound = (
        0 < min(eastings) <= max(eastings) < EAST_EDGE
        and 0 < min(northings) <= max(northings) < NORTH_EDGE
        and QUALITIES.issuperset(qualities)
        and all(map(_is_code, {*columns[DISTRICT], *columns[WARD]}))
        and all(not month or _MONTH.fullmatch(str(month)) for month in set(months))
    )
    postcodes = _canonical(columns[POSTCODE])
    if not sound or postcodes is None:
        return None
    return PostcodeBatch.of_columns(postcodes, eastings, northings, qualities, columns[DISTRICT], columns[WARD], months)


@lru_cache(maxsize=16_384)
def _is_code(text: str) -> bool:
    return not text or is_gss_code(text)


def _canonical(texts: Sequence[str]) -> Sequence[str] | None:
    """The canonical spellings; None where one is not a postcode in capitals, digits and spaces."""
    if are_canonical(texts):
        return texts
    # Some releases pad the halves to a fixed width, or leave the space out.
    closed = _compact(texts)
    spaced = [f"{text[:-3]} {text[-3:]}" for text in closed]
    fits = len(spaced) == len(texts) and max(map(len, texts)) <= _WIDEST
    return spaced if fits and are_canonical(spaced) else None


def _compact(texts: Iterable[str]) -> list[str]:
    return "\n".join(texts).replace(" ", "").split("\n")


def _parse(cells: Sequence[str]) -> PostcodeLocation | None:
    try:
        return PostcodeLocation(
            Postcode.parse(cells[POSTCODE]),
            GridPoint(int(cells[EASTING]), int(cells[NORTHING])),
            int(cells[QUALITY]),
            cells[DISTRICT],
            cells[WARD],
            int(cells[RETIRED_ON] or 0),
        )
    except (PostcodeMalformedError, ValueError):
        return None


def _unreadable(cells: Sequence[str]) -> tuple[int, str, str]:
    """Which cell of a row that cannot be parsed is to blame."""
    if not is_postcode(cells[POSTCODE]):
        return POSTCODE, "not a postcode.", "Write it like B2 4QA."
    cell = next(i for i in (QUALITY, EASTING, NORTHING, RETIRED_ON) if not _is_whole_number(cells[i]))
    return cell, "not a whole number.", "Write it in digits alone."


def _is_whole_number(text: str) -> bool:
    try:
        int(text)
    except ValueError:  # thousands of digits included, which Python refuses too
        return False
    return True
