"""Postcode files -> a stream of postcode locations, whatever layout they come in.

They are read in this process, unlike boundaries: Python's own zip and CSV readers run nothing that a file says, and
what they hold at once is one row, bounded in tables.py. A second process would have to hand over 1.7 million rows.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Final

from geodata.errors import PostcodeMalformedError, SourceError
from geodata.grid import GridPoint
from geodata.location import NO_LOCATION, PostcodeLocation
from geodata.postcode import Postcode
from geodata.report import Report
from geodata.sources.postcode_layouts import (
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
    is_postcode,
    layout_of,
)
from geodata.sources.supplied import STANDARD_LIMITS, Limits, opened
from geodata.sources.tables import open_text

# Where the files lie in the zips of Ordnance Survey and ONS, and what they are called wherever they lie.
_IN_ITS_PLACE: Final = re.compile(r".*/Data/(?:CSV/[a-z]{1,2}|(?:ONSPD|NSPL)_[^/]*)\.csv", re.IGNORECASE)
_BY_NAME: Final = re.compile(r"(?:[a-z]{1,2}|(?:ONSPD|NSPL)_[^/]*)\.csv", re.IGNORECASE)
_QUALITIES: Final = frozenset({10, 20, 30, 40, 50, 60, 80})
_GSS_CODE: Final = re.compile(r"[EWSN][0-9]{8}")
_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")
_EAST_EDGE, _NORTH_EDGE = 700_000, 1_300_000

Advance = Callable[[int], None]


def read_postcodes(
    path: Path, report: Report, advance: Advance, limits: Limits = STANDARD_LIMITS
) -> Iterator[PostcodeLocation]:
    """Every located postcode of a file, zip or folder, faults collected in the report.

    `advance` is told how many source bytes have been dealt with since it was last called. Raises SourceError where
    the file as a whole cannot be read.
    """
    reader = _Reader(report, advance)
    with opened(path, limits.postcodes_mb, _wanted_in(path)) as parts:
        if not parts:
            sentence = f"{path.name} holds neither Data/CSV/*.csv nor Data/ONSPD_*.csv or NSPL_*.csv. {REMEDY}"
            raise SourceError(sentence)
        for part in parts:
            with part.open() as stream:
                yield from reader.read(stream, part.name if part.name == path.name else f"{path.name}/{part.last_name}")
    reader.summarise()


def source_size(path: Path, limits: Limits = STANDARD_LIMITS) -> int:
    """How many bytes there are to read, unpacked: what `advance` adds up to."""
    if not path.exists():
        return 0
    with opened(path, limits.postcodes_mb, _wanted_in(path)) as parts:
        return sum(part.size for part in parts)


def _wanted_in(path: Path) -> Callable[[str], bool]:
    """Which parts of a zip or folder hold postcodes; directly in a folder, the file's name is enough."""
    folder = f"{path.resolve().as_posix()}/"

    def is_wanted(name: str) -> bool:
        return bool(_IN_ITS_PLACE.fullmatch(name) or _BY_NAME.fullmatch(name.removeprefix(folder)))

    return is_wanted


class _Reader:
    """Reads the files of one source, remembering which postcodes it has seen."""

    def __init__(self, report: Report, advance: Advance) -> None:
        self._report = report
        self._advance = advance
        self._seen: set[str] = set()  # compact spellings: half the memory of a Postcode
        self._unlocated = 0

    def read(self, stream: IO[bytes], name: str) -> Iterator[PostcodeLocation]:
        """The locations of one CSV file in any layout."""
        with open_text(stream, name) as rows:
            first = next(rows, [])
            layout, is_heading = layout_of(first, name, self._report)
            if layout is None:
                return
            numbered = enumerate(rows if is_heading else chain([first], rows), start=2 if is_heading else 1)
            yield from self._telling(stream, self._locations(numbered, layout, name))
            layout.summarise(self._report)

    def summarise(self) -> None:
        """Say what was left out, and refuse a source that held nothing."""
        if self._unlocated:
            self._report.note(f"{self._unlocated} postcodes have no location in the source and are left out.")
        if not self._seen and not self._report.errors:
            self._report.error("there is no located postcode in the file.", REMEDY)

    def _telling(self, stream: IO[bytes], found: Iterator[PostcodeLocation]) -> Iterator[PostcodeLocation]:
        """The same locations, with the bytes read so far told every thousand and at the end."""
        told = 0
        for number, location in enumerate(found):
            if number % 1000 == 0:
                self._advance(stream.tell() - told)
                told = stream.tell()
            yield location
        self._advance(stream.tell() - told)

    def _locations(
        self, rows: Iterator[tuple[int, list[str]]], layout: Layout, file: str
    ) -> Iterator[PostcodeLocation]:
        for number, row in rows:
            if not row:
                continue
            if len(row) != layout.width:
                problem = f"the row has {len(row)} columns instead of {layout.width}."
                remedy = "If it is the last row, the file was cut short: fetch it again."
                self._report.error(problem, remedy, file=file, row=number)
            elif (cells := layout.cells(row)) and (location := self._location(cells, layout, file, number)):
                yield location

    def _location(self, cells: list[str], layout: Layout, file: str, row: int) -> PostcodeLocation | None:
        """The location of a row, None where it has none or is faulty."""
        if cells[QUALITY] == str(NO_LOCATION) and is_postcode(cells[POSTCODE]):
            self._unlocated += 1
            return None
        location = _parse(cells)
        fault = self._fault(location) if location else _unreadable(cells)
        if fault:
            cell, problem, remedy = fault
            self._report.error(problem, remedy, file=file, row=row, column=layout.names[cell], value=cells[cell])
            return None
        if location:
            self._seen.add(location.postcode.compact)
        return location

    def _fault(self, location: PostcodeLocation) -> tuple[int, str, str] | None:
        """What is wrong with a row that could be read: which cell, the problem, the remedy."""
        point = location.point
        if location.postcode.compact in self._seen:
            return POSTCODE, "the postcode stands in the file twice.", "Keep the row that is right."
        if location.positional_quality not in _QUALITIES:
            return QUALITY, "no such positional quality.", "It is 10, 20, 30, 40, 50, 60, or 90 for no location."
        for cell, value, edge in ((EASTING, point.easting, _EAST_EDGE), (NORTHING, point.northing, _NORTH_EDGE)):
            if not 0 < value < edge:
                return cell, f"the {CELLS[cell]} is outside Great Britain.", f"It is in metres, 0 to {edge}."
        for cell, code in ((DISTRICT, location.district), (WARD, location.ward)):
            if code and not _GSS_CODE.fullmatch(code):
                return cell, "not a GSS code.", "It is a letter and eight digits, like E05011151, or empty."
        if location.retired_on and not _MONTH.fullmatch(str(location.retired_on)):
            return RETIRED_ON, "not a month.", "It is written YYYYMM, like 202103, or empty while the postcode is live."
        return None


def _parse(cells: list[str]) -> PostcodeLocation | None:
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


def _unreadable(cells: list[str]) -> tuple[int, str, str]:
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
