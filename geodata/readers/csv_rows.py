"""The rows of a CSV text from an unknown program: a line that cannot be read is reported, and reading continues.

Memory and work are limited for any file: only the lines of one row and the rest of their block are stored,
and a file with too many lines that cannot be read is not read to its end.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, Final

from geodata.readers.csv_faults import MAX_CELL_LENGTH, UnreadableLine, line_fault, opening_line
from geodata.readers.csv_lines import MAX_REPEATED, CsvLines, EndlessRowError, count_lines

COMMA: Final = ","
_STEP: Final = 8  # rows
_MAX_UNREADABLE: Final = 1_000

OnUnreadable = Callable[[UnreadableLine], None]


@contextmanager
def open_csv(
    stream: IO[bytes],
    on_unreadable: OnUnreadable,
    lines_before: int = 0,
    *,
    encoding: str = "utf-8-sig",
    separator: str = COMMA,
) -> Iterator["CsvRows"]:
    """Rows of a CSV stream as lists of text; a byte-order mark is skipped, and either line end is accepted.

    `lines_before` is how many lines of it have been read already. Bytes that are not text become REPLACEMENT.
    """
    encoding = "utf-8" if lines_before else encoding
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        yield CsvRows(text, lines_before, on_unreadable, separator)
    finally:
        text.detach()


def with_line_numbers(rows: Iterable[list[str]], first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line; `first` is that of the first row."""
    line = first
    for row in rows:
        yield line, row
        line += count_lines(row)


class CsvRows(Iterator[list[str]]):
    """The rows of a CSV text; a row spans several lines if a quoted cell has line breaks."""

    def __init__(self, text: IO[str], lines_before: int, on_unreadable: OnUnreadable, separator: str = COMMA) -> None:
        csv.field_size_limit(MAX_CELL_LENGTH)
        self._separator = separator
        self._lines = CsvLines(text, lines_before)
        self._on_unreadable = on_unreadable
        self._unreadable = 0
        self._repeated = 0
        self._restart(lines_before)

    def __next__(self) -> list[str]:
        for batch in self.batches(1):
            if batch:
                return batch[0]
        raise StopIteration

    @property
    def lines_read(self) -> int:
        """How many lines have been read; the next row starts on the line after these."""
        return self._lines_before + self._reader.line_num

    def lines_before_last(self, row: list[str]) -> int:
        """How many lines precede the last row that was read."""
        return max(0, self.lines_read - count_lines(row))

    @property
    def damaged(self) -> bool:
        """Whether a character was found that no row should have: see `character_fault`."""
        return self._lines.damaged

    def batches(self, size: int) -> Iterator[list[list[str]]]:
        """Up to `size` rows at a time, from consecutive lines: a batch ends before a line that cannot be read."""
        while True:
            batch: list[list[str]] = []
            lines_before, step_start, unreadable = self.lines_read, 0, None
            try:
                # Checking the length of each row would take a third of the time, so it is checked once for a few rows.
                for step_start in range(0, size, _STEP):
                    batch.extend(islice(self._reader, min(_STEP, size - step_start)))
                    self._lines.start_row()
            except (csv.Error, EndlessRowError) as error:
                lines_read = lines_before + sum(map(count_lines, batch))
                if isinstance(error, EndlessRowError) and len(batch) > step_start:
                    self._repeat(lines_read)  # the first rows of those that were counted at once are whole
                else:
                    unreadable = self._skip_fault(lines_read, str(error))
            if not batch and not unreadable:
                return
            yield batch
            if unreadable:
                self._on_unreadable(unreadable)
            if self._unreadable > _MAX_UNREADABLE or self._repeated > MAX_REPEATED:
                problem = "too many lines before this one cannot be read; those behind it were not looked at."
                remedy = "Save the file again as CSV UTF-8, with commas."
                self._on_unreadable(UnreadableLine(self.lines_read + 1, problem, remedy))
                return

    def _restart(self, lines_before: int) -> None:
        self._lines_before = lines_before
        self._reader = csv.reader(chain.from_iterable(self._lines), delimiter=self._separator, strict=True)

    def _repeat(self, lines_before: int) -> None:
        self._lines.give_again(self._lines.take_back(lines_before), lines_before)
        self._restart(lines_before)

    def _skip_fault(self, lines_before: int, error: str) -> UnreadableLine:
        """Continue after the line that makes the row after `lines_before` lines unreadable. Returns what is wrong."""
        stored = self._lines.take_back(lines_before)
        row = stored[: max(1, self.lines_read - lines_before)]
        faulty = opening_line(row, error)
        again = row[faulty + 1 :]
        self._repeated += sum(map(len, again)) if row else self._lines.skip_line()
        self._lines.give_again(stored[faulty + 1 :], lines_before + faulty + 1)
        self._restart(lines_before + faulty + 1)
        self._unreadable += 1
        may_be_heading = lines_before == 0 and self._separator == COMMA
        return UnreadableLine(lines_before + faulty + 1, *line_fault(row, error, is_first=may_be_heading))
