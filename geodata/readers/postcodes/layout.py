"""The layout of a postcode file: which of its columns is which of seven cells.

Each row of any layout becomes the same seven cells, in the words of Code-Point Open: postcode, positional quality,
easting, northing, district, ward, and the month in which it was retired.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Protocol

from geodata.check_report import Report

CELLS: Final = ("postcode", "positional_quality", "easting", "northing", "district", "ward", "retired_on")
POSTCODE, QUALITY, EASTING, NORTHING, DISTRICT, WARD, RETIRED_ON = range(7)
EXTRACT_COLUMNS: Final = CELLS[:RETIRED_ON]
"""The headings of the extract that ships with this project."""
REMEDY: Final = (
    "Load OS Code-Point Open or an ONS directory (ONSPD, NSPL), the zip as it is downloaded or a CSV file of it, "
    f"or a CSV with the columns {', '.join(EXTRACT_COLUMNS)}."
)


class Layout(Protocol):
    """One way to write postcodes down."""

    width: int
    """How many columns a row has."""
    names: Sequence[str]
    """The file's own headings of the seven cells."""

    def cells(self, rows: Sequence[list[str]]) -> list[Sequence[str] | None]:
        """The seven cells of each row; None for a row that is skipped or has another width."""

    def columns(self, rows: Sequence[list[str]]) -> list[Sequence[str]] | None:
        """The seven cells of rows of the right width, by column; None if each row must be looked at."""

    def summarise(self, report: Report) -> None:
        """Report what was skipped or assumed."""


@dataclass(slots=True)
class PlainLayout:
    """Code-Point Open, and the extract that ships with this project: the cells can be used as they are."""

    width: int
    names: Sequence[str]
    positions: Sequence[int]

    def cells(self, rows: Sequence[list[str]]) -> list[Sequence[str] | None]:
        """The seven cells of each row; these layouts have live postcodes only."""
        pick = itemgetter(*self.positions)
        return [(*pick(row), "") if len(row) == self.width else None for row in rows]

    def columns(self, rows: Sequence[list[str]]) -> list[Sequence[str]]:
        """The seven cells by column."""
        columns = list(zip(*rows, strict=True))
        return [*(columns[position] for position in self.positions), ("",) * len(rows)]

    def summarise(self, report: Report) -> None:
        """Report nothing: nothing was skipped or assumed."""
