"""Opening the tables that staff are given: text of unknown making, read a row at a time."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final

from geodata.errors import SourceError

_LONGEST_FIELD: Final = 100_000
_LONGEST_ROW: Final = 1_000_000  # characters; a row without end would be taken into memory as a whole
_FEW: Final = 8
_BLOCK: Final = 8192  # characters; as many bytes are decoded at a time, so that bad ones are told near their line
_LINE_BREAK: Final = re.compile(r"\r\n?|\n")
_ENCRYPTED: Final = 0x1  # bit 0 of a member's general purpose flag


@contextmanager
def open_text(stream: IO[bytes], name: str, before: int = 0) -> Iterator["Rows"]:
    """Rows of a CSV stream as lists of text; a byte-order mark and either line end are taken in silence.

    `before` is how many lines have been read of it already. Raises SourceError, naming the line, where the bytes are
    not UTF-8 text or not a table.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8" if before else "utf-8-sig", newline="")
    csv.field_size_limit(_LONGEST_FIELD)
    rows = Rows(_Lines(text, name, before), before)
    try:
        yield rows
    except UnicodeDecodeError as error:
        where = f"after line {rows.lines}" if rows.lines else "in its first lines"
        sentence = f"{name}, {where}: this is not UTF-8 text. Save the file as CSV UTF-8."
        raise SourceError(sentence) from error
    except csv.Error as error:
        sentence = f"{name}, line {rows.lines}: not a readable table row ({error}). Mend or remove that line."
        raise SourceError(sentence) from error
    finally:
        text.detach()


class Rows(Iterator[list[str]]):
    """The rows of a CSV text; a row has as many lines as its cells in quotation marks have line breaks, and one."""

    def __init__(self, lines: "_Lines", before: int) -> None:
        self._lines = lines
        self._before = before
        self._reader = csv.reader(lines, strict=True)

    def __next__(self) -> list[str]:
        row = next(self._reader)
        self._lines.restart()
        return row

    @property
    def lines(self) -> int:
        """How many lines have been read; the next row begins on the one after."""
        return self._before + self._reader.line_num

    def batches(self, size: int) -> Iterator[list[list[str]]]:
        """The rows, so many at a time; those before an error too, and then the error."""
        while True:
            batch: list[list[str]] = []
            try:
                # A step for each row would take a third of the reading: the bound of one is that of a few together.
                for _ in range(0, size, _FEW):
                    batch.extend(islice(self._reader, _FEW))
                    self._lines.restart()
            except Exception:
                yield batch
                raise
            if not batch:
                return
            yield batch


class _Lines:
    """The lines of a text, bounded for each row: quoted fields can make a row of many lines.

    PostgreSQL takes no NUL in a text, and a file in UTF-16 has one beside every letter.
    """

    def __init__(self, text: IO[str], name: str, before: int) -> None:
        self._text = text
        self._name = name
        self._number = before
        self._in_row = 0

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[str]]:
        begun = ""  # a line whose end has not been read yet
        while block := self._text.read(_BLOCK):
            lines = io.StringIO(begun + block, newline="").readlines()
            # A carriage return at the end of a block may be half of a line end.
            begun = "" if lines[-1].endswith("\n") else lines.pop()
            self._check(block, [*lines, begun])
            self._number += len(lines)
            yield lines
        if begun:
            self._number += 1
            yield [begun]

    def _check(self, block: str, lines: Iterable[str]) -> None:
        """Refuse a block of text; what it says of the row is some thousand characters late at most."""
        self._in_row += len(block)
        if "\0" in block:
            before = next(number for number, line in enumerate(lines) if "\0" in line)
            raise self._refusal(before, "there is a NUL character. Save the file as CSV UTF-8.")
        if self._in_row > _LONGEST_ROW:
            raise self._refusal(0, "the row does not end. Look for a quotation mark that is never closed.")

    def restart(self) -> None:
        """Count the characters of the next row from here on."""
        self._in_row = 0

    def _refusal(self, lines_on: int, problem: str) -> SourceError:
        return SourceError(f"{self._name}, line {self._number + 1 + lines_on}: {problem}")


def numbered(rows: Iterable[list[str]], first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV text, each with the line on which it begins: cells in quotation marks may hold line breaks."""
    line = first
    for row in rows:
        yield line, row
        line += 1 + sum(len(_LINE_BREAK.findall(cell)) for cell in row)


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
