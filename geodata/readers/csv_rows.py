"""The rows of a CSV text of unknown making: a line that cannot be read is told, and reading goes on behind it.

What is held at once is bounded: the lines of one row and those beside them in their block, whatever the file holds.
So is the work: a file in which too many lines cannot be read is not read to its end.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, Final, NamedTuple

_LONGEST_FIELD: Final = 100_000
_LONGEST_ROW: Final = 1_000_000  # characters; a row without end would be taken into memory as a whole
_FEW: Final = 8
_BLOCK: Final = 8192  # characters
_AT_ONCE: Final = 100  # lines that are given again together
_MOST_UNREADABLE: Final = 1_000
_MOST_AGAIN: Final = 20_000_000  # characters read a second time, or passed over to find the end of a line
_LINE_BREAK: Final = re.compile(r"\r\n?|\n")

REPLACED: Final = "\ufffd"
"""Stands for bytes that are no UTF-8 text, also where an earlier program left it for the same reason."""

_MARKS: Final = "Put the whole cell between two quotation marks, and write one that belongs to its text twice."
_OPENED: Final = "Close it or remove it; if this is the last line, the file was cut short."


class Unreadable(NamedTuple):
    """A line of which no row can be made: its number, what is wrong with it and what to do."""

    line: int
    problem: str
    remedy: str


class _EndlessError(Exception):
    """A row has more characters than one may have."""


class Rows(Iterator[list[str]]):
    """The rows of a CSV text; a row has as many lines as its cells in quotation marks have line breaks, and one.

    `before` is how many lines of it have been read already; `tell` is told of each that cannot be read.
    """

    def __init__(self, text: IO[str], before: int, tell: Callable[[Unreadable], None]) -> None:
        csv.field_size_limit(_LONGEST_FIELD)
        self._lines = _Lines(text, before)
        self._tell = tell
        self._unreadable = 0
        self._again = 0
        self._resume(before)

    def __next__(self) -> list[str]:
        for batch in self.batches(1):
            if batch:
                return batch[0]
        raise StopIteration

    @property
    def lines(self) -> int:
        """How many lines have been read; the next row begins on the one after."""
        return self._before + self._reader.line_num

    @property
    def damaged(self) -> bool:
        """Whether a character has come that no row should have: see `damage_in`."""
        return self._lines.damaged

    def batches(self, size: int) -> Iterator[list[list[str]]]:
        """The rows, so many at a time, in lines without a gap: a batch ends before a line that cannot be read."""
        while True:
            batch: list[list[str]] = []
            before, begun, unreadable = self.lines, 0, None
            try:
                # A step for each row would take a third of the reading: the bound of one is that of a few together.
                for begun in range(0, size, _FEW):
                    batch.extend(islice(self._reader, min(_FEW, size - begun)))
                    self._lines.restart()
            except (csv.Error, _EndlessError) as error:
                read = before + sum(map(height, batch))
                if isinstance(error, _EndlessError) and len(batch) > begun:
                    self._begin_again(read)  # of the few rows that were counted together the first are whole
                else:
                    unreadable = self._go_on(read, str(error))
            if not batch and not unreadable:
                return
            yield batch
            if unreadable:
                self._tell(unreadable)
            if self._unreadable > _MOST_UNREADABLE or self._again > _MOST_AGAIN:
                problem = "too many lines before this one cannot be read; those behind it were not looked at."
                self._tell(Unreadable(self.lines + 1, problem, "Save the file again as CSV UTF-8, with commas."))
                return

    def _resume(self, before: int) -> None:
        self._before = before
        self._reader = csv.reader(chain.from_iterable(self._lines), strict=True)

    def _begin_again(self, before: int) -> None:
        self._lines.give_again(self._lines.take_back(before), before)
        self._resume(before)

    def _go_on(self, before: int, error: str) -> Unreadable:
        """Set the reading behind what is wrong with the row after so many lines, and say what that is."""
        held = self._lines.take_back(before)
        row = held[: max(1, self.lines - before)]
        begun = _opening(row, error)
        again = row[begun + 1 :]
        self._again += sum(map(len, again)) if row else self._lines.pass_over_line()
        self._lines.give_again(held[begun + 1 :], before + begun + 1)
        self._resume(before + begun + 1)
        self._unreadable += 1
        return Unreadable(before + begun + 1, *_told(row, error, is_first=before == 0))


class _Lines(Iterator[list[str]]):
    """The lines of a text, a block at a time, bounded for each row: quoted fields can make a row of many lines."""

    def __init__(self, text: IO[str], before: int) -> None:
        self.damaged = False
        self._text = text
        self._given = before
        self._begun = ""  # a line whose end has not been read yet
        self._held: list[list[str]] = []  # the last that were given, from the row's first on
        self._again: deque[list[str]] = deque()
        self._in_row = 0

    def __next__(self) -> list[str]:
        lines = self._again.popleft() if self._again else self._read()
        self._held.append(lines)
        self._given += len(lines)
        if self._in_row > _LONGEST_ROW:
            raise _EndlessError
        return lines

    def restart(self) -> None:
        """Count the characters of the next row from here on; what it says of one is some thousand late at most."""
        self._in_row = 0
        del self._held[:-1]

    def take_back(self, before: int) -> list[str]:
        """The lines that have been given, but for the first so many of the text."""
        held = [line for lines in self._held for line in lines]
        return held[before - self._given + len(held) :]

    def give_again(self, lines: Sequence[str], before: int) -> None:
        """Give lines that were taken back once more; so many lie before them."""
        starts = range(0, len(lines), _AT_ONCE)
        self._again.extendleft(reversed([list(lines[start : start + _AT_ONCE]) for start in starts]))
        self._held.clear()
        self._given = before
        self._in_row = len(self._begun)

    def pass_over_line(self) -> int:
        """Leave out the line that has been begun; how many characters that took."""
        passed, self._begun = len(self._begun), ""
        while passed <= _MOST_AGAIN and (block := self._text.read(_BLOCK)):
            passed += len(block)
            _, *others = io.StringIO(block, newline="").readlines() if "\n" in block or "\r" in block else (block,)
            if others or block.endswith(("\n", "\r")):
                self._begun = "".join(others)
                break
        return passed

    def _read(self) -> list[str]:
        block = self._text.read(_BLOCK)
        if not (block or self._begun):
            raise StopIteration
        self._in_row += len(block)
        if "\0" in block or (not block.isascii() and REPLACED in block):
            self.damaged = True
        lines = io.StringIO(self._begun + block, newline="").readlines()
        # A carriage return at the end of a block may be half of a line end.
        self._begun = "" if lines[-1].endswith("\n") or not block else lines.pop()
        return lines


def height(row: Iterable[str]) -> int:
    """How many lines of the text a row takes."""
    return 1 + sum(len(_LINE_BREAK.findall(cell)) for cell in row)


def damage_in(cells: Iterable[str]) -> tuple[str, str, str] | None:
    """The first cell with a character that no row should have, legibly, with what is wrong and what to do.

    PostgreSQL takes no NUL in a text, and a file in UTF-16 has one beside every letter.
    """
    for cell in cells:
        if "\0" in cell:
            return cell.replace("\0", REPLACED), "there is a NUL character.", "Save the file as CSV UTF-8."
        if REPLACED in cell:
            return (
                cell,
                "a character is not UTF-8 text.",
                "Save the file as CSV UTF-8, and type the text anew if need be.",
            )
    return None


def _opening(row: Sequence[str], error: str) -> int:
    """Which of a row's lines opens the quotation mark that is not closed before the last of them."""
    opened, is_inside = 0, False
    for place, line in enumerate(row if _is_endless(error) else row[:-1]):
        if marks := line.replace('""', "").count('"'):
            opened = place
        is_inside ^= marks % 2 == 1
    return opened if is_inside else 0


def other_separator(cells: Iterable[str]) -> tuple[str, str] | None:
    """What is wrong with a heading whose columns are not separated by commas, and what to do."""
    line = ",".join(cells)
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if line.count(sign) > line.count(","):
            return f"the columns are separated by {name}.", "Save the file as CSV with commas between the columns."
    return None


def _told(row: Sequence[str], error: str, *, is_first: bool) -> tuple[str, str]:
    if is_first and (separated := other_separator(row[:1])):
        return separated
    if not row or len(row[0]) > _LONGEST_ROW:
        return f"the line has more than {_LONGEST_ROW:,} characters.", "Mend or remove it."
    if "field limit" in error and len(row) == 1:
        return f"a cell has more than {_LONGEST_FIELD:,} characters.", "Mend or remove it."
    if _is_endless(error):
        return "the row does not end: a quotation mark that is opened on this line is never closed.", _OPENED
    if len(row) > 1:
        return "a quotation mark that is opened on this line is not closed.", _OPENED
    return "a quotation mark is not closed, or stands within a cell.", _MARKS


def _is_endless(error: str) -> bool:
    """Whether a row was given up for its length, or went to the end of the text."""
    return not error or "field limit" in error or "unexpected end" in error
