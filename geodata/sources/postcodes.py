"""Postcode files -> a stream of postcode locations.

Two layouts are read: Code-Point Open as Ordnance Survey ships it (a zip of headless CSV files, or one of those files),
and the extract that this project ships, which names its columns.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Final

from geodata.errors import PostcodeMalformedError, SourceError
from geodata.grid import GridPoint
from geodata.location import NO_LOCATION, PostcodeLocation
from geodata.postcode import Postcode
from geodata.report import Report
from geodata.sources.tables import open_source, open_text, open_zip

EXTRACT_COLUMNS: Final = ["postcode", "positional_quality", "easting", "northing", "district", "ward"]
_CODE_POINT_COLUMNS: Final = 10
_CODE_POINT_NAMES: Final = [*EXTRACT_COLUMNS[:4], "district code", "ward code"]
_CODE_POINT_MEMBER: Final = re.compile(r"(?:.*/)?Data/CSV/[a-z]{1,2}\.csv", re.IGNORECASE)
_QUALITIES: Final = frozenset({10, 20, 30, 40, 50, 60})
_GSS_CODE: Final = re.compile(r"[EWSN][0-9]{8}")
_EAST_EDGE, _NORTH_EDGE = 700_000, 1_300_000
_ONS_HEADINGS: Final = frozenset({"pcd", "pcd7", "pcd8", "pcds", "pcd2"})
_REMEDY_LAYOUT: Final = (
    "Load OS Code-Point Open (the zip as it is downloaded, or one of its CSV files) or a CSV with the columns "
    + ", ".join(EXTRACT_COLUMNS)
    + "."
)


def read_postcodes(path: Path, report: Report, advance: Callable[[int], None]) -> Iterator[PostcodeLocation]:
    """Every located postcode of a file, faults collected in the report.

    `advance` is told how many source bytes have been dealt with since it was last called. Raises SourceError where
    the file as a whole cannot be read.
    """
    reader = _Rows(report)
    if path.suffix.lower() == ".zip":
        yield from _read_zip(path, reader, advance)
    else:
        yield from _read_csv(path, reader, advance)
    reader.summarise()


def source_size(path: Path) -> int:
    """How many bytes there are to read, unpacked: what `advance` adds up to."""
    if path.suffix.lower() != ".zip":
        return path.stat().st_size if path.is_file() else 0
    with open_zip(path) as archive:
        return sum(member.file_size for member in _members(archive))


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [member for member in archive.infolist() if _CODE_POINT_MEMBER.fullmatch(member.filename)]


def _read_zip(path: Path, reader: "_Rows", advance: Callable[[int], None]) -> Iterator[PostcodeLocation]:
    with open_zip(path) as archive:
        members = _members(archive)
        if not members:
            sentence = f"{path.name} holds no Data/CSV/*.csv files, so it is not Code-Point Open. {_REMEDY_LAYOUT}"
            raise SourceError(sentence)
        for member in members:
            name = Path(member.filename).name
            with archive.open(member) as stream, open_text(stream, f"{path.name}/{name}") as rows:
                yield from _telling(advance, stream, reader.code_point(rows, name))


def _read_csv(path: Path, reader: "_Rows", advance: Callable[[int], None]) -> Iterator[PostcodeLocation]:
    with open_source(path) as stream, open_text(stream, path.name) as rows:
        first = next(rows, [])
        columns = [cell.strip().lower() for cell in first]
        if EXTRACT_COLUMNS[0] in columns:
            found = reader.extract(rows, columns, path.name)
        elif len(first) == _CODE_POINT_COLUMNS and _is_postcode(first[0]):
            found = reader.code_point(chain([first], rows), path.name)
        else:
            raise SourceError(_wrong_layout(path.name, columns))
        yield from _telling(advance, stream, found)


def _telling(
    advance: Callable[[int], None], stream: IO[bytes], found: Iterator[PostcodeLocation]
) -> Iterator[PostcodeLocation]:
    """The same locations, with the bytes read so far told every thousand and at the end."""
    told = 0
    for number, location in enumerate(found):
        if number % 1000 == 0:
            advance(stream.tell() - told)
            told = stream.tell()
        yield location
    advance(stream.tell() - told)


def _wrong_layout(name: str, columns: list[str]) -> str:
    if not columns:
        return f"{name} is empty. {_REMEDY_LAYOUT}"
    if _ONS_HEADINGS & set(columns):
        return f"{name} is an ONS directory (ONSPD or NSPL), which is not read yet. {_REMEDY_LAYOUT}"
    return f"{name} begins with {', '.join(columns[:6])!r}, which is no postcode layout known here. {_REMEDY_LAYOUT}"


def _is_postcode(text: str) -> bool:
    try:
        Postcode.parse(text)
    except PostcodeMalformedError:
        return False
    return True


class _Rows:
    """Turns rows of either layout into locations, remembering which postcodes it has seen."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._seen: set[Postcode] = set()
        self._unlocated = 0

    def code_point(self, rows: Iterator[list[str]], file: str) -> Iterator[PostcodeLocation]:
        """Headless ten-column rows: postcode, quality, easting, northing, five codes we do not use, district, ward."""
        for number, row in enumerate(rows, start=1):
            if len(row) != _CODE_POINT_COLUMNS:
                self._wrong_width(file, number, len(row), _CODE_POINT_COLUMNS)
                continue
            if location := self._location([*row[:4], *row[8:]], _CODE_POINT_NAMES, file, number):
                yield location

    def extract(self, rows: Iterator[list[str]], columns: list[str], file: str) -> Iterator[PostcodeLocation]:
        """Rows under a heading that has at least the extract's columns, in any order."""
        missing = [name for name in EXTRACT_COLUMNS if name not in columns]
        for name in missing:
            self._report.error("a column is missing.", f"Add the column {name}.", file=file, row=1, column=name)
        if missing:
            return
        wanted = [columns.index(name) for name in EXTRACT_COLUMNS]
        for number, row in enumerate(rows, start=2):
            if len(row) != len(columns):
                self._wrong_width(file, number, len(row), len(columns))
                continue
            if location := self._location([row[i] for i in wanted], EXTRACT_COLUMNS, file, number):
                yield location

    def summarise(self) -> None:
        """Say what was left out, and refuse a file that held nothing."""
        if self._unlocated:
            self._report.note(f"{self._unlocated} postcodes have no location in the source and are left out.")
        if not self._seen and not self._report.errors:
            self._report.error("there is no postcode in the file.", _REMEDY_LAYOUT)

    def _wrong_width(self, file: str, row: int, found: int, wanted: int) -> None:
        self._report.error(
            f"the row has {found} columns instead of {wanted}.",
            "If it is the last row, the file was cut short: fetch it again.",
            file=file,
            row=row,
        )

    def _location(self, cells: list[str], names: list[str], file: str, row: int) -> PostcodeLocation | None:
        """The location of a row, None where it has none or is faulty."""
        location = _parse(cells)
        if location and location.positional_quality == NO_LOCATION:
            self._unlocated += 1
            return None
        fault = self._fault(location) if location else _unreadable(cells)
        if fault:
            column, problem, remedy = fault
            self._report.error(problem, remedy, file=file, row=row, column=names[column], value=cells[column])
            return None
        if location:
            self._seen.add(location.postcode)
        return location

    def _fault(self, location: PostcodeLocation) -> tuple[int, str, str] | None:
        """What is wrong with a row that could be read: which cell, the problem, the remedy."""
        if location.postcode in self._seen:
            return 0, "the postcode stands in the file twice.", "Keep the row that is right."
        if location.positional_quality not in _QUALITIES:
            return 1, "no such positional quality.", "It is 10, 20, 30, 40, 50, 60, or 90 for no location."
        if not 0 < location.point.easting < _EAST_EDGE:
            return 2, "the easting is outside Great Britain.", f"It is in metres, 0 to {_EAST_EDGE}."
        if not 0 < location.point.northing < _NORTH_EDGE:
            return 3, "the northing is outside Great Britain.", f"It is in metres, 0 to {_NORTH_EDGE}."
        for column, code in ((4, location.district), (5, location.ward)):
            if code and not _GSS_CODE.fullmatch(code):
                return column, "not a GSS code.", "It is a letter and eight digits, like E05011151, or empty."
        return None


def _parse(cells: list[str]) -> PostcodeLocation | None:
    try:
        point = GridPoint(int(cells[2]), int(cells[3]))
        return PostcodeLocation(Postcode.parse(cells[0]), point, int(cells[1]), cells[4], cells[5])
    except (PostcodeMalformedError, ValueError):
        return None


def _unreadable(cells: list[str]) -> tuple[int, str, str]:
    """Which cell of a row that cannot be parsed is to blame."""
    if not _is_postcode(cells[0]):
        return 0, "not a postcode.", "Write it like B2 4QA."
    column = next(i for i in (1, 2, 3) if not cells[i].strip().removeprefix("-").isdecimal())
    return column, "not a whole number.", "Write it in digits alone."
