"""The lines of a CSV text for the csv module, with a limit on the length of a row; lines can be given again."""

import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Final

REPLACEMENT: Final = "\ufffd"
"""Stands for bytes that are not UTF-8 text, also if an earlier program put it there for the same reason."""

MAX_ROW_LENGTH: Final = 1_000_000
"""In characters. Without it, a row that does not end would be taken into memory as a whole."""

MAX_REPEATED: Final = 20_000_000
"""How many characters may be read a second time, or skipped to find the end of a line."""

_BLOCK: Final = 8192  # characters
_GIVEN_AGAIN: Final = 100  # lines at once
_LINE_BREAK: Final = re.compile(r"\r\n?|\n")


class EndlessRowError(Exception):
    """A row has more than MAX_ROW_LENGTH characters."""


class CsvLines(Iterator[list[str]]):
    """The lines of a text, a block at a time. `lines_before` is how many lines of it have been read already.

    Memory is limited: the lines of the current row are stored, because a quoted cell can make a row of many lines.
    """

    def __init__(self, text: IO[str], lines_before: int) -> None:
        self.damaged = False
        """Whether a character was found that no row should have: see `character_fault`."""
        self._text = text
        self._given = lines_before
        self._unfinished = ""  # a line whose end has not been read yet
        self._stored: list[list[str]] = []  # the last blocks that were given, starting with the row's first line
        self._again: deque[list[str]] = deque()
        self._row_length = 0

    def __next__(self) -> list[str]:
        lines = self._again.popleft() if self._again else self._read()
        self._stored.append(lines)
        self._given += len(lines)
        if self._row_length > MAX_ROW_LENGTH:
            raise EndlessRowError
        return lines

    def start_row(self) -> None:
        """Count the characters of the next row from here; the count starts up to a block too early."""
        self._row_length = 0
        del self._stored[:-1]

    def take_back(self, lines_before: int) -> list[str]:
        """The stored lines without the first `lines_before` of the text."""
        stored = [line for lines in self._stored for line in lines]
        return stored[lines_before - self._given + len(stored) :]

    def give_again(self, lines: Sequence[str], lines_before: int) -> None:
        """Give lines that were taken back once more; `lines_before` lines of the text precede them."""
        starts = range(0, len(lines), _GIVEN_AGAIN)
        self._again.extendleft(reversed([list(lines[start : start + _GIVEN_AGAIN]) for start in starts]))
        self._stored.clear()
        self._given = lines_before
        self._row_length = len(self._unfinished)

    def skip_line(self) -> int:
        """Skip the rest of the unfinished line. Returns how many characters it had."""
        skipped, self._unfinished = len(self._unfinished), ""
        while skipped <= MAX_REPEATED and (block := self._text.read(_BLOCK)):
            skipped += len(block)
            _, *others = io.StringIO(block, newline="").readlines() if "\n" in block or "\r" in block else (block,)
            if others or block.endswith(("\n", "\r")):
                self._unfinished = "".join(others)
                break
        return skipped

    def _read(self) -> list[str]:
        block = self._text.read(_BLOCK)
        if not (block or self._unfinished):
            raise StopIteration
        self._row_length += len(block)
        if "\0" in block or (not block.isascii() and REPLACEMENT in block):
            self.damaged = True
        lines = io.StringIO(self._unfinished + block, newline="").readlines()
        # A carriage return at the end of a block may be half of a line end.
        self._unfinished = "" if lines[-1].endswith("\n") or not block else lines.pop()
        return lines


def count_lines(row: Iterable[str]) -> int:
    """How many lines of the text a row takes: cells in quotation marks may have line breaks."""
    return 1 + sum(len(_LINE_BREAK.findall(cell)) for cell in row)
