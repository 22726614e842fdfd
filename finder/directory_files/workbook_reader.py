"""Reads an Excel workbook in the process for files of strangers, to which workbooks.py gives it.

It is opened only when its declared sizes are within bounds.
"""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Final, Protocol
from xml.parsers import expat

import msgspec
from openpyxl import Workbook, load_workbook

from finder.directory_files.workbooks import OLE, Rows, WorkbookTask
from geodata.errors import SourceError
from geodata.readers.sandbox.protocol import ShareRead
from geodata.readers.text_files import open_source, open_zip
from geodata.readers.zip_files import refuse_long_directory

_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")  # the name of its stream, [MS-OFFCRYPTO] 2.3.4.4
_MOST_MEMBERS: Final = 500
# Five thousand surgeries take as much; the library needs up to 60 bytes of memory for each byte, and 1 s a MiB.
_MOST_BYTES: Final = 4 << 20
_MOST_CELLS: Final = 500_000
_MOST_CHARACTERS: Final = 20_000_000  # of all cells: a text that many of them share is held once in the file
_CHUNK: Final = 1 << 16
_AT_ONCE: Final = 200


class _Sheet(Protocol):
    title: str

    @property
    def max_row(self) -> int | None: ...

    def reset_dimensions(self) -> None: ...

    def iter_rows(self, *, values_only: bool) -> Iterable[tuple[object, ...]]: ...


def read(task: bytes, _: Path) -> Iterator[msgspec.Struct]:
    """The rows of the sheet of that name, or of the only sheet, as text; rows left out in the file are empty lists.

    Numbers, dates and results of formulas are as the file holds them; dates come out as 2026-12-03, with a time as
    2026-12-03 18:00. Raises SourceError where there is no such sheet, or the file is locked, of another format, or
    over a bound: 4 MiB unpacked, 500 members, 500,000 cells, 20 million characters.
    """
    given = msgspec.json.decode(task, type=WorkbookTask)
    path = Path(given.path)
    _refuse_old_format(path)
    refuse_long_directory(path)
    with open_zip(path) as archive:
        _check_archive(path.name, archive)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about charts, filters and styles, which are not read
            workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            yield from _messages(path.name, _choose(path.name, workbook, given.sheet))
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # a damaged file trips the library anywhere, with whatever error the place has
        sentence = (
            f"{path.name} is not a whole Excel workbook. Open it in Excel, save it again, or save it as CSV UTF-8."
        )
        raise SourceError(sentence) from error


def _messages(name: str, sheet: _Sheet) -> Iterator[msgspec.Struct]:
    """The rows, many at once, and how far they have got by the number of rows that the file claims to have."""
    claimed, done = sheet.max_row or 1, 0
    rows = _rows(name, sheet)
    while piece := list(islice(rows, _AT_ONCE)):
        done += len(piece)
        yield Rows(piece)
        yield ShareRead(min(done / claimed, 1.0))


def _refuse_old_format(path: Path) -> None:
    with open_source(path) as stream:
        content = stream.read(len(OLE))
        if content != OLE:
            return
        locked = _ENCRYPTED in stream.read()
    what = "is locked with a password" if locked else "is a workbook of Excel 97 to 2003"
    remedy = "Save a copy without one" if locked else "Save it as .xlsx or CSV UTF-8"
    raise SourceError(f"{path.name} {what}. {remedy}.")


def _check_archive(name: str, archive: zipfile.ZipFile) -> None:
    """Refuse what would be dear or dangerous to open; Python's zipfile never unpacks more than a member declares."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_BYTES:
        raise SourceError(
            f"{name} unpacks to more than {_MOST_BYTES >> 20} MiB. Take pictures out of it, or save it as CSV UTF-8."
        )
    if any(member.filename == "mimetype" for member in members):
        raise SourceError(f"{name} is an OpenDocument file. Save it as .xlsx or CSV UTF-8.")
    if not any(member.filename == "[Content_Types].xml" for member in members):
        raise SourceError(f"{name} is a zip file and no Excel workbook. Unpack it and load the file inside.")
    for member in members:
        # The other methods unpack without a bound in zipfile, and Excel writes none of them.
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise SourceError(f"{name} is packed in a way that Excel does not use. Save it as .xlsx again.")
        with archive.open(member) as stream:
            _refuse_doctype(name, stream)


class _RootReached(Exception):  # noqa: N818 - no error, but the way out of a parser
    """The document's own elements begin: nothing can be declared any more."""


def _refuse_doctype(name: str, stream: IO[bytes]) -> None:
    """Refuse entities, the billion laughs among them, before a parser expands them; no Office file declares any."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise SourceError(f"{name} declares entities, which no Excel workbook does. It was not opened.")

    def stop(*_: object) -> None:
        raise _RootReached

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, stop
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
    except (_RootReached, expat.ExpatError):
        return  # what is no XML, such as a picture, declares nothing


def _choose(name: str, workbook: Workbook, wanted: str) -> _Sheet:
    """The sheet named after what is to be loaded, or the only one."""
    sheets = workbook.worksheets
    if not sheets:
        raise SourceError(f"{name} has no sheet with cells. Save the rows in a new workbook.")
    named = [sheet for sheet in sheets if sheet.title.strip().lower() == wanted]
    found = named or sheets
    if len(found) != 1:
        listed = ", ".join(sheet.title for sheet in sheets[:10])
        raise SourceError(f"{name} has several sheets ({listed}). Name the one to be read {wanted}, or keep only that.")
    return found[0]


def _rows(name: str, sheet: _Sheet) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # the size that the file claims may be wrong, and would cut the rows off
    cells = characters = 0
    for row in sheet.iter_rows(values_only=True):
        cells += max(1, len(row))  # an empty row counts, or a sheet with one cell in its last row would cost a million
        if cells > _MOST_CELLS:
            sentence = f"{name} has more than {_MOST_CELLS:,} cells in use. Copy the rows to a new workbook."
            raise SourceError(sentence)
        texts = [_text(value).strip() for value in row]
        while texts and not texts[-1]:
            texts.pop()
        characters += sum(map(len, texts))
        if characters > _MOST_CHARACTERS:
            raise SourceError(f"{name} has more than {_MOST_CHARACTERS:,} characters. Copy the rows to a new workbook.")
        yield texts


def _text(value: object) -> str:
    match value:
        case datetime():
            return _text_of_moment(value)
        case time():
            return _text_of_time(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second))
        case timedelta():
            return _text_of_time(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return "" if value is None else str(value)


def _text_of_moment(moment: datetime) -> str:
    """A date alone at midnight: nobody meets then, and Excel holds every date as one."""
    rounded = moment + timedelta(seconds=30)  # Excel counts days in floating point: 17:59:59.99 is 18:00
    at_midnight = (rounded.hour, rounded.minute) == (0, 0)
    return f"{rounded:%Y-%m-%d}" if at_midnight else f"{rounded:%Y-%m-%d %H:%M}"


def _text_of_time(since_midnight: timedelta) -> str:
    minutes = round(since_midnight / timedelta(minutes=1))
    return f"{minutes // 60:02}:{minutes % 60:02}"
