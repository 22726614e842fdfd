"""Opening the tables that staff are given: text of unknown making, read a row at a time."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from geodata.errors import SourceError
from geodata.readers.csv_rows import Rows, Unreadable, height

_ENCRYPTED: Final = 0x1  # bit 0 of a member's general purpose flag


@contextmanager
def open_text(stream: IO[bytes], tell: Callable[[Unreadable], None], before: int = 0) -> Iterator[Rows]:
    """Rows of a CSV stream as lists of text; a byte-order mark and either line end are taken in silence.

    `before` is how many lines have been read of it already; `tell` is told of each that cannot be read. Bytes that are
    not UTF-8 text come as the character REPLACED.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8" if before else "utf-8-sig", errors="replace", newline="")
    try:
        yield Rows(text, before, tell)
    finally:
        text.detach()


def numbered(rows: Iterable[list[str]], first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV text, each with the line on which it begins: cells in quotation marks may hold line breaks."""
    line = first
    for row in rows:
        yield line, row
        line += height(row)


@contextmanager
def open_source(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file; raises SourceError in words where it is absent, a folder or unreadable."""
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = f"{path.name} cannot be read: {reason}. Check the name and that you may read it."
        raise SourceError(sentence) from error


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip archive; raises SourceError where it is damaged or locked."""
    with open_source(path) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                if any(member.flag_bits & _ENCRYPTED for member in archive.infolist()):
                    sentence = f"{path.name} is locked with a password. Unpack it and load the file inside."
                    raise SourceError(sentence)
                yield archive
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            sentence = f"{path.name} is not a whole zip file ({error}). Download it again."
            raise SourceError(sentence) from error
