"""Every postcode of a release with its ward, packed so that a lookup reads one row and nothing else."""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finder.snapshot.boundary_distances import BoundaryDistances
from geodata.points_and_extents import GridPoint, LonLat
from geodata.postcode import Postcode
from geodata.sector import Sector
from geodata.ward import Ward

Buffer = bytes | memoryview

KEY_BYTES: Final = 7
MICRO_DEGREES: Final = 1_000_000  # in a degree
NO_DEGREES: Final = -(2**31)
ROW: Final = np.dtype(
    [
        ("easting", "<i4"),
        ("northing", "<i4"),
        ("longitude", "<i4"),  # both in micro-degrees, NO_DEGREES outside the area of OSTN15
        ("latitude", "<i4"),
        ("ward", "<i4"),  # position among the wards by GSS code, -1 for none
        ("retired_on", "<i4"),
        ("district", "<u2"),  # position among the districts
        ("positional_quality", "<u2"),
    ]
)
_DISTRICT_BYTES: Final = 9
_BITS_AFTER_TWO: Final = 40  # of a key, after its first two characters
_make: Final = tuple.__new__  # what a NamedTuple's own constructor calls, in a third of the time
_FIELDS: Final = struct.Struct("<iiiiiiHH")


class PostcodeRecord(NamedTuple):
    """One row of the postcode table and its number; `ward` is None if no ward holds the point.

    `degrees` have six decimals, and are None outside the area of OSTN15.
    """

    row: int
    point: GridPoint
    degrees: LonLat | None
    positional_quality: int
    retired_on: int
    district: str
    ward: Ward | None


class Columns(NamedTuple):
    """The table as bytes, which may lie in a file that is mapped into memory.

    `keys` are 64-bit numbers, least significant byte first, in ascending order: the seven characters of the spelling
    without a space, padded, read as one number. `rows` are of the type ROW, in the same order.
    """

    keys: Buffer
    rows: Buffer
    districts: tuple[str, ...]


class PostcodeTable:
    """Every postcode of a release with its ward, searched by the spelling without a space.

    A row takes 36 bytes that processes may share, and four private ones for its distance; a Python object would take
    many times that. Bisecting the keys of the whole country takes a microsecond. A table with a place for every
    postcode that a sector could have would take a third of that and 17 MB: not worth a hundredth of a request.
    """

    def __init__(self, columns: Columns, wards: Sequence[Ward]) -> None:
        self._columns = columns
        self._keys = memoryview(columns.keys).cast("B").cast("Q")
        self._rows = memoryview(columns.rows).cast("B")
        self._districts = columns.districts
        self._wards = wards
        self.distances = BoundaryDistances(len(self))
        """Computed when first needed: computing all of them would make every swap slow."""

    def without_distances(self) -> "PostcodeTable":
        """The same rows and wards with no distance known, for when wards have other teams."""
        return PostcodeTable(self._columns, self._wards)

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def columns(self) -> Columns:
        """The table as bytes."""
        return self._columns

    @property
    def keys(self) -> NDArray[np.bytes_]:
        """The postcodes without a space, padded to seven characters, in order: row for row with `ward_positions`."""
        wide = np.frombuffer(self._keys, "<u8").astype(">u8").view(np.uint8).reshape(-1, 8)
        return np.ascontiguousarray(wide[:, 1:]).view(f"S{KEY_BYTES}").reshape(-1)

    @property
    def ward_positions(self) -> NDArray[np.int32]:
        """The position of each row's ward among all wards by GSS code; -1 if no ward holds the point."""
        positions: NDArray[np.int32] = self._array["ward"]
        return positions

    @property
    def districts(self) -> NDArray[np.bytes_]:
        """The supplier's own district of each row, padded to nine characters, blank if it gives none."""
        names = np.array([each.ljust(_DISTRICT_BYTES) for each in self._districts], dtype=f"S{_DISTRICT_BYTES}")
        districts: NDArray[np.bytes_] = names[self._array["district"]]
        return districts

    @property
    def _array(self) -> NDArray[np.void]:
        return np.frombuffer(self._rows, ROW)

    @cached_property
    def areas(self) -> frozenset[str]:
        """The postcode areas that occur: the letters before the first digit."""
        found, row = set(), 0
        while row < len(self):
            opening = self._keys[row] >> _BITS_AFTER_TWO
            found.add(opening.to_bytes(2, "big").decode("ascii").rstrip("0123456789 "))
            row = bisect_left(self._keys, (opening + 1) << _BITS_AFTER_TWO, row)
        return frozenset(found)

    def find(self, postcode: Postcode) -> PostcodeRecord | None:
        """The row of a postcode."""
        keys, key = self._keys, _key(postcode)
        row = bisect_left(keys, key)
        if row == len(keys) or keys[row] != key:
            return None
        return self._record(row)

    def of_sector(self, sector: Sector) -> Iterator[tuple[Postcode, PostcodeRecord]]:
        """The postcodes of a sector, retired ones included, in order."""
        # No other sector sorts in between: postcodes of B24 start like those of sector B2 4, but have a digit next.
        start = bisect_left(self._keys, _key(sector.first_postcode))
        end = bisect_right(self._keys, _key(sector.last_postcode))
        for row in range(start, end):
            yield self._postcode(row), self._record(row)

    def __iter__(self) -> Iterator[Postcode]:
        return map(self._postcode, range(len(self)))

    def _postcode(self, row: int) -> Postcode:
        compact = self._keys[row].to_bytes(KEY_BYTES, "big").decode("ascii").rstrip()
        return Postcode(compact[:-3], compact[-3:])

    def _record(self, row: int) -> PostcodeRecord:
        easting, northing, longitude, latitude, ward, retired_on, district, quality = _FIELDS.unpack_from(
            self._rows, row * _FIELDS.size
        )
        fields = (
            row,
            _make(GridPoint, (easting, northing)),
            None if latitude == NO_DEGREES else _make(LonLat, (longitude / MICRO_DEGREES, latitude / MICRO_DEGREES)),
            quality,
            retired_on,
            self._districts[district],
            self._wards[ward] if ward >= 0 else None,
        )
        return _make(PostcodeRecord, fields)

    def nearest_district(self, point: GridPoint, metres: float) -> str | None:
        """The district of the nearest postcode within a distance; None if there is none or the supplier gives none.

        Looks at every row: it is for points outside all wards, which are rare.
        """
        rows = self._array
        near = np.flatnonzero(np.abs(rows["easting"] - point.easting) <= metres)
        squares = (rows["easting"][near] - point.easting) ** 2 + (rows["northing"][near] - point.northing) ** 2
        if not len(squares) or squares.min() > metres * metres:
            return None
        return self._districts[rows["district"][near[np.argmin(squares)]]] or None


def _key(postcode: Postcode) -> int:
    return int.from_bytes(postcode.compact.ljust(KEY_BYTES).encode(), "big")
