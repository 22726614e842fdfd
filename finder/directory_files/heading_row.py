"""Finds the row of the headings: people write a title above their tables, or two."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from finder.directory_files.columns import COLUMNS
from finder.directory_files.headings import Column, column_names, folded
from finder.domain.release import Part
from geodata.check_report import Report
from geodata.plurals import one_or_more

NumberedRow = tuple[int, list[str]]
"""A row with its number: its row in the sheet, or its line in the text."""

_LOOKED_AT: Final = 30  # rows
_ENOUGH: Final = 2  # headings in a row that has not all of them


class HeadingRow(NamedTuple):
    """The headings with their row, the rows above that are not empty, and the rows below."""

    number: int
    texts: list[str]
    is_complete: bool
    """Whether every required column is there."""
    above: list[NumberedRow]
    below: Iterator[NumberedRow]


def find_heading_row(rows: Iterator[NumberedRow], part: Part) -> HeadingRow:
    """Returns the first row with all required headings of the part, or of another; or the one with the most."""
    looked_at = list(islice(rows, _LOOKED_AT))
    filled = [index for index, (_, cells) in enumerate(looked_at) if any(map(str.strip, cells))]
    if not filled:
        return HeadingRow(1, [], is_complete=False, above=[], below=iter(()))
    texts = [looked_at[index][1] for index in filled]
    place, is_complete = _find(texts, part)
    chosen = filled[place]
    number, cells = looked_at[chosen]
    above, below = [looked_at[index] for index in filled[:place]], chain(looked_at[chosen + 1 :], rows)
    return HeadingRow(number, _stripped(cells), is_complete, above, below)


def report_rows_above(heading: HeadingRow, part: Part, report: Report) -> None:
    """Notes titles, which are left out; reports rows that may be more than a title, since they would be lost."""
    if not heading.above:
        return
    required = sum(column.required for column in COLUMNS[part])
    like_data = [row for row in heading.above if sum(1 for cell in row[1] if cell.strip()) >= required]
    number, cells = (like_data or heading.above)[0]
    value = ", ".join(cell.strip() for cell in cells if cell.strip())
    if like_data:
        problem = f"the headings are in row {heading.number}, and this row above them may be more than a title."
        report.error(problem, "Delete the rows above the headings, or move them below.", row=number, value=value)
    else:
        rows = one_or_more(len(heading.above), "row above the headings is", "rows above the headings are")
        report.note(f"{rows} left out.", row=number, value=value)


def _stripped(cells: Iterable[str]) -> list[str]:
    """Returns headings without the empty ones at the end."""
    texts = [cell.strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _find(rows: Sequence[Sequence[str]], part: Part) -> tuple[int, bool]:
    """Returns the index of the row of headings, and whether it has all required ones of the part."""
    for each in (part, *COLUMNS):
        for index, cells in enumerate(rows):
            if _has_required(cells, COLUMNS[each]):
                return index, each is part
    counts = [len(_columns_of(cells, COLUMNS[part])) for cells in rows]
    return (counts.index(max(counts)) if max(counts) >= _ENOUGH else 0), False


def _has_required(cells: Iterable[str], columns: Iterable[Column]) -> bool:
    columns = tuple(columns)
    return {column.name for column in columns if column.required} <= _columns_of(cells, columns)


def _columns_of(cells: Iterable[str], columns: Iterable[Column]) -> set[str]:
    names = column_names(columns)
    return {names[folded(cell)] for cell in cells if folded(cell) in names}
