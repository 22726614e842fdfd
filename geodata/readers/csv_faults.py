"""What is wrong with lines and characters of a CSV text, and how staff can correct it."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from geodata.readers.csv_lines import MAX_ROW_LENGTH, REPLACEMENT

MAX_CELL_LENGTH: Final = 100_000
"""In characters."""

_QUOTE_THE_CELL: Final = "Put the whole cell between two quotation marks, and write one that belongs to its text twice."
_CLOSE_THE_QUOTE: Final = "Close it or remove it; if this is the last line, the file was cut short."


class UnreadableLine(NamedTuple):
    """A line that cannot be read as a row: its number, the problem and the remedy."""

    line: int
    problem: str
    remedy: str


def character_fault(cells: Iterable[str]) -> tuple[str, str, str] | None:
    """The first cell with a NUL or a replaced character, with the problem and the remedy; None if there is none.

    PostgreSQL accepts no NUL in a text, and a file in UTF-16 has one next to every letter.
    """
    for cell in cells:
        if "\0" in cell:
            return cell.replace("\0", REPLACEMENT), "there is a NUL character.", "Save the file as CSV UTF-8."
        if REPLACEMENT in cell:
            remedy = "Save the file as CSV UTF-8, and type the text anew if need be."
            return cell, "a character is not UTF-8 text.", remedy
    return None


def separator_fault(cells: Iterable[str]) -> tuple[str, str] | None:
    """The problem and remedy of a heading whose columns are not separated by commas; None if they are."""
    line = ",".join(cells)
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if line.count(sign) > line.count(","):
            return f"the columns are separated by {name}.", "Save the file as CSV with commas between the columns."
    return None


def line_fault(row: Sequence[str], error: str, *, is_first: bool) -> tuple[str, str]:
    """The problem and remedy of the lines of a row that the csv module refused with an error; "" is an endless row."""
    if is_first and (fault := separator_fault(row[:1])):
        return fault
    if not row or len(row[0]) > MAX_ROW_LENGTH:
        return f"the line has more than {MAX_ROW_LENGTH:,} characters.", "Mend or remove it."
    if "field limit" in error and len(row) == 1:
        return f"a cell has more than {MAX_CELL_LENGTH:,} characters.", "Mend or remove it."
    if _is_endless(error):
        return "the row does not end: a quotation mark that is opened on this line is never closed.", _CLOSE_THE_QUOTE
    if len(row) > 1:
        return "a quotation mark that is opened on this line is not closed.", _CLOSE_THE_QUOTE
    return "a quotation mark is not closed, or stands within a cell.", _QUOTE_THE_CELL


def opening_line(row: Sequence[str], error: str) -> int:
    """The index of the row's line with the quotation mark that is not closed before the last line."""
    opened, is_inside = 0, False
    for index, line in enumerate(row if _is_endless(error) else row[:-1]):
        if marks := line.replace('""', "").count('"'):
            opened = index
        is_inside ^= marks % 2 == 1
    return opened if is_inside else 0


def _is_endless(error: str) -> bool:
    """Whether a row was refused for its length, or ran to the end of the text."""
    return not error or "field limit" in error or "unexpected end" in error
