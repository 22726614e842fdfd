"""A sheet of a workbook of any format."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Sheet(NamedTuple):
    """`read` returns how many rows the sheet claims to have, and its rows of typed values, from row 1 and column A."""

    title: str
    read: Callable[[], tuple[int, Iterator[Sequence[object]]]]
