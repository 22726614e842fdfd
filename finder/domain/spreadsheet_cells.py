"""Cells of a table that a spreadsheet would run as a formula: an apostrophe in front makes them text.

A cell is a formula if it starts with `=`, `+`, `-` or `@`, also in full width and after spaces. It is none if it is a
number, which may be that of a telephone. A tab or a line end at the start may hide a formula. What follows a semicolon,
a tab or a line end within a cell counts as a start too, because spreadsheets of many countries end cells there.
"""

import re
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = re.compile(
    r"""
    \A (?=[\t\r\n])
    | (?: \A | (?<=[;\t\r\n]) )                          # a start,
      (?= [ \xa0\ufeff]*+ [=+\-@\uff1d\uff0b\uff0d\uff20] )   # a sign,
      (?! [ ]*+ [+-]? [0-9 .,()]*+ (?: \Z | [;\t\r\n] ) )      # and more than a number
    """,
    re.VERBOSE,
)


def as_text(cell: str) -> str:
    """Returns the cell, with an apostrophe before each formula in it."""
    return _FORMULA.sub("'", cell)


def as_texts(cells: Iterable[str]) -> list[str]:
    """Returns the cells of a row, each as text."""
    return [as_text(cell) for cell in cells]
