"""Opening the tables that staff are given: text of unknown making, read a row at a time."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Final

from geodata.errors import SourceError

_LONGEST_FIELD: Final = 100_000
_LONGEST_ROW: Final = 1_000_000  # characters; a row without end would be taken into memory as a whole
_ENCRYPTED: Final = 0x1  # bit 0 of a member's general purpose flag


@contextmanager
def open_text(stream: IO[bytes], name: str) -> Iterator[Iterator[list[str]]]:
    """Rows of a CSV stream as lists of text; a byte-order mark and either line end are taken in silence.

    Raises SourceError, naming the line, where the bytes are not UTF-8 text or not a table.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    csv.field_size_limit(_LONGEST_FIELD)
    lines = _Lines(text, name)
    rows = csv.reader(lines, strict=True)
    try:
        yield lines.told_of(rows)
    except UnicodeDecodeError as error:
        sentence = f"{name}, after line {rows.line_num}: this is not UTF-8 text. Save the file as CSV UTF-8."
        raise SourceError(sentence) from error
    except csv.Error as error:
        sentence = f"{name}, line {rows.line_num}: not a readable table row ({error}). Mend or remove that line."
        raise SourceError(sentence) from error
    finally:
        text.detach()


class _Lines:
    """The lines of a text, bounded for each row: quoted fields can make a row of many lines.

    PostgreSQL takes no NUL in a text, and a file in UTF-16 has one beside every letter.
    """

    def __init__(self, text: IO[str], name: str) -> None:
        self._text = text
        self._name = name
        self._number = 0
        self._in_row = 0

    def __iter__(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, _LONGEST_ROW + 1), ""):
            self._number += 1
            self._in_row += len(line)
            if "\0" in line:
                raise self._refusal("there is a NUL character. Save the file as CSV UTF-8.")
            if self._in_row > _LONGEST_ROW:
                raise self._refusal("the row does not end. Look for a quotation mark that is never closed.")
            yield line

    def told_of(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        """The same rows; the count of characters begins again after each."""
        for row in rows:
            self._in_row = 0
            yield row

    def _refusal(self, problem: str) -> SourceError:
        return SourceError(f"{self._name}, line {self._number}: {problem}")


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
