"""A sheet of a workbook of any format."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

Span = tuple[int, int]
"""The first and the last of consecutive rows or columns, counted from 1."""


class SheetMarks(NamedTuple):
    """What a sheet says of its cells beyond their values."""

    hidden_rows: Sequence[Span] = ()
    hidden_columns: Sequence[Span] = ()
    is_filtered: bool = False
    uncalculated: Sequence[tuple[int, int]] = ()
    """Row and column of each formula that no program has calculated, counted from 1."""


class Sheet(NamedTuple):
    """`read` returns how many rows the sheet declares, and its rows of typed values, from cell A1 on."""

    title: str
    is_hidden: bool
    read: Callable[[], tuple[int, Iterator[Sequence[object]]]]
    find_marks: Callable[[], SheetMarks]
