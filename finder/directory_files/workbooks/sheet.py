"""A sheet of a workbook of any format."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Sheet(NamedTuple):
    """`read` returns how many rows the sheet declares, and its rows of typed values, from cell A1 on."""

    title: str
    read: Callable[[], tuple[int, Iterator[Sequence[object]]]]
