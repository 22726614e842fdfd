"""Where a postcode is: the supplier's point for it, and how good that point is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.points_and_extents import GridPoint
from geodata.postcode import Postcode

BEST_QUALITY: Final = 10
NO_LOCATION: Final = 90
"""Code-Point Open's positional quality for a postcode without a location."""
QUALITIES: Final = frozenset({10, 20, 30, 40, 50, 60, 80})
"""Code-Point Open's positional qualities for postcodes with a location."""
EAST_EDGE, NORTH_EDGE = 700_000, 1_300_000
"""Where the grid of Great Britain ends, in metres; its other edges are at 0."""


class PostcodeLocation(NamedTuple):
    """One row of a postcode file.

    The point is the supplier's representative point in whole metres, not a centroid. `positional_quality` is
    Code-Point Open's: 10 is best, 60 poorest. `district` and `ward` are the supplier's own GSS codes, empty where it
    gives none. `retired_on` is the month that the postcode went out of use, as YYYYMM, 0 while live.
    """

    postcode: Postcode
    point: GridPoint
    positional_quality: int
    district: str
    ward: str
    retired_on: int = 0


FIELDS: Final = {
    "postcode": np.dtype("S8"),
    "easting": np.dtype(np.int32),
    "northing": np.dtype(np.int32),
    "positional_quality": np.dtype(np.int16),
    "district": np.dtype("S9"),
    "ward": np.dtype("S9"),
    "retired_on": np.dtype(np.int32),
}
"""The fields of PostcodeLocation, with easting and northing as two."""


@dataclass(frozen=True, slots=True)
class PostcodeBatch:
    """Some rows of a postcode file as one table with the columns of FIELDS.

    Postcodes are in canonical spelling. All text is ASCII, which NumPy pads with NUL. An object for each of 1.7 million
    rows would cost more than reading them.
    """

    rows: NDArray[np.void]

    @classmethod
    def of(cls, locations: Iterable[PostcodeLocation]) -> Self:
        """The same rows as a table."""
        rows = [(str(each.postcode), *map(int, each.point), *each[2:]) for each in locations]
        return cls.of_columns(*zip(*rows, strict=True)) if rows else cls.of_columns(*[()] * len(FIELDS))

    @classmethod
    def of_columns(cls, *columns: ArrayLike) -> Self:
        """A table of these columns, in the order of its fields. Raises ValueError for text that does not fit."""
        rows = np.zeros(len(np.asarray(columns[0])), list(FIELDS.items()))
        for (name, kind), column in zip(FIELDS.items(), columns, strict=True):
            cells = np.asarray(column, "S" if kind.kind == "S" else kind)
            if cells.itemsize > kind.itemsize:
                raise ValueError(f"a {name} has more than {kind.itemsize} characters")
            rows[name] = cells
        return cls(rows)

    @classmethod
    def of_bytes(cls, rows: bytes) -> Self:
        """A table of what `rows.tobytes()` of another gave. Raises ValueError for a row that is cut short."""
        return cls(np.frombuffer(rows, list(FIELDS.items())))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[PostcodeLocation]:
        for postcode, easting, northing, quality, district, ward, retired_on in self.rows.tolist():
            halves = Postcode(*postcode.decode().split(" "))
            point = GridPoint(easting, northing)
            yield PostcodeLocation(halves, point, quality, district.decode(), ward.decode(), retired_on)
