"""Every postcode of a release with the ward that holds it, packed so that a lookup reads one row and nothing else."""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finder.snapshot.boundary_distances import Distances
from geodata.grid import GridPoint, LonLat
from geodata.postcode import Postcode
from geodata.progress import NO_PROGRESS, Progress
from geodata.projection.ostn15 import to_lonlat_many
from geodata.sector import Sector
from geodata.ward import Ward
from geodata.ward_index import WardIndex

Buffer = bytes | memoryview

_KEY_BYTES: Final = 7
_DISTRICT_BYTES: Final = 9
_AFTER_TWO: Final = 40  # bits of a key after its first two characters
_PARTS: Final = 1_000_000  # of a degree
_NO_DEGREES: Final = -(2**31)
_ROW: Final = np.dtype(
    [
        ("easting", "<i4"),
        ("northing", "<i4"),
        ("longitude", "<i4"),  # both in micro-degrees, _NO_DEGREES beyond OSTN15's cover
        ("latitude", "<i4"),
        ("ward", "<i4"),  # position among the wards by GSS code, -1 for none
        ("retired_on", "<i4"),
        ("district", "<u2"),  # position among the districts
        ("positional_quality", "<u2"),
    ]
)
_make: Final = tuple.__new__  # what a NamedTuple's own constructor calls, in a third of the time
_FIELDS: Final = struct.Struct("<iiiiiiHH")


class PostcodeRecord(NamedTuple):
    """One row of the postcode table, and its place there; `ward` is None where no ward holds the point.

    `degrees` have six decimals, and are None beyond the cover of OSTN15.
    """

    row: int
    point: GridPoint
    degrees: LonLat | None
    positional_quality: int
    retired_on: int
    district: str
    ward: Ward | None


class Columns(NamedTuple):
    """The table as bytes, which may as well be a file that is mapped into memory.

    `keys` are 64-bit numbers, least byte first, in ascending order: the seven characters of the spelling without a
    space, padded, read as one number. `rows` are as `_ROW` says, in the same order.
    """

    keys: Buffer
    rows: Buffer
    districts: tuple[str, ...]


def match(locations: NDArray[np.void], index: WardIndex, progress: Progress = NO_PROGRESS) -> Columns:
    """Find the ward of every location; these are as `storage.postcodes.read` gives them, sorted."""
    points = np.column_stack([locations["easting"], locations["northing"]]).astype(np.float64)
    districts, places = np.unique(locations["district"], return_inverse=True)
    rows = np.empty(len(locations), _ROW)
    for name in ("easting", "northing", "retired_on", "positional_quality"):
        rows[name] = locations[name]
    rows["longitude"], rows["latitude"] = _micro_degrees(points).T
    rows["ward"] = index.locate_many(points, progress)
    rows["district"] = places
    names = tuple(each.decode().strip() for each in districts)
    return Columns(_pack_keys(locations["postcode"]), rows.view(np.uint8).data, names)


def _micro_degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
    degrees = to_lonlat_many(points) if len(points) else points
    known = np.isfinite(degrees).all(axis=1, keepdims=True)
    return np.where(known, np.rint(degrees * _PARTS), _NO_DEGREES)


def _pack_keys(postcodes: NDArray[np.bytes_]) -> bytes:
    """Seven characters as numbers: sorted alike, because the most significant byte is the first character."""
    wide = np.zeros((len(postcodes), 8), np.uint8)
    wide[:, 1:] = np.ascontiguousarray(postcodes).view(np.uint8).reshape(-1, _KEY_BYTES)
    return wide.view(">u8").astype("<u8").tobytes()


class PostcodeTable:
    """Every postcode of a release with its ward, searched by the spelling without a space.

    A row costs 36 bytes, which processes may share, and four of a process's own for its distance; as a Python object
    it would cost many times that. Bisecting the keys of the whole country takes a microsecond. A table with a place
    for every postcode that a sector could have takes a third of that, and 17 MB: not worth a hundredth of a request.
    """

    def __init__(self, columns: Columns, wards: Sequence[Ward]) -> None:
        self._columns = columns
        self._keys = memoryview(columns.keys).cast("B").cast("Q")
        self._rows = memoryview(columns.rows).cast("B")
        self._districts = columns.districts
        self._wards = wards
        self.distances = Distances(len(self))
        """To reckon all of them would make every swap slow, to reckon one on each request is a third of the request."""

    @classmethod
    def matched(
        cls, locations: NDArray[np.void], index: WardIndex, progress: Progress = NO_PROGRESS
    ) -> "PostcodeTable":
        """The table of locations that are not matched yet."""
        return cls(match(locations, index, progress), index.wards)

    def among(self, index: WardIndex, progress: Progress = NO_PROGRESS) -> "PostcodeTable":
        """The same postcodes, matched with other wards: all else about them is taken as it is."""
        rows = self._array.copy()
        points = np.column_stack([rows["easting"], rows["northing"]]).astype(np.float64)
        rows["ward"] = index.locate_many(points, progress)
        return PostcodeTable(self._columns._replace(rows=rows.view(np.uint8).data), index.wards)

    def unmeasured(self) -> "PostcodeTable":
        """The same rows and wards, for teams of other areas: no distance to another team is known yet."""
        return PostcodeTable(self._columns, self._wards)

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def columns(self) -> Columns:
        """The table as it may be kept."""
        return self._columns

    @property
    def keys(self) -> NDArray[np.bytes_]:
        """The postcodes without a space, padded to seven characters, in order: row for row with `ward_positions`."""
        wide = np.frombuffer(self._keys, "<u8").astype(">u8").view(np.uint8).reshape(-1, 8)
        return np.ascontiguousarray(wide[:, 1:]).view(f"S{_KEY_BYTES}").reshape(-1)

    @property
    def ward_positions(self) -> NDArray[np.int32]:
        """The position of each row's ward among all, which go by GSS code; -1 where no ward holds the point."""
        positions: NDArray[np.int32] = self._array["ward"]
        return positions

    @property
    def districts(self) -> NDArray[np.bytes_]:
        """The supplier's own district of each row, padded to nine characters, blank where it gives none."""
        names = np.array([each.ljust(_DISTRICT_BYTES) for each in self._districts], dtype=f"S{_DISTRICT_BYTES}")
        districts: NDArray[np.bytes_] = names[self._array["district"]]
        return districts

    @property
    def _array(self) -> NDArray[np.void]:
        return np.frombuffer(self._rows, _ROW)

    @cached_property
    def areas(self) -> frozenset[str]:
        """The postcode areas that occur: the letters before the first digit."""
        found, row = set(), 0
        while row < len(self):
            opening = self._keys[row] >> _AFTER_TWO
            found.add(opening.to_bytes(2, "big").decode("ascii").rstrip("0123456789 "))
            row = bisect_left(self._keys, (opening + 1) << _AFTER_TWO, row)
        return frozenset(found)

    def find(self, postcode: Postcode) -> PostcodeRecord | None:
        """The row of a postcode."""
        keys, key = self._keys, _key(postcode)
        row = bisect_left(keys, key)
        if row == len(keys) or keys[row] != key:
            return None
        return self._record(row)

    def of_sector(self, sector: Sector) -> Iterator[tuple[Postcode, PostcodeRecord]]:
        """The postcodes of a sector, retired ones included, in their order."""
        # Nothing else sorts in between: those of B24 begin with the same characters, but go on with a digit.
        start = bisect_left(self._keys, _key(sector.first_postcode))
        end = bisect_right(self._keys, _key(sector.last_postcode))
        for row in range(start, end):
            yield self._postcode(row), self._record(row)

    def __iter__(self) -> Iterator[Postcode]:
        return map(self._postcode, range(len(self)))

    def _postcode(self, row: int) -> Postcode:
        compact = self._keys[row].to_bytes(_KEY_BYTES, "big").decode("ascii").rstrip()
        return Postcode(compact[:-3], compact[-3:])

    def _record(self, row: int) -> PostcodeRecord:
        easting, northing, longitude, latitude, ward, retired_on, district, quality = _FIELDS.unpack_from(
            self._rows, row * _FIELDS.size
        )
        fields = (
            row,
            _make(GridPoint, (easting, northing)),
            None if latitude == _NO_DEGREES else _make(LonLat, (longitude / _PARTS, latitude / _PARTS)),
            quality,
            retired_on,
            self._districts[district],
            self._wards[ward] if ward >= 0 else None,
        )
        return _make(PostcodeRecord, fields)

    def nearest_district(self, point: GridPoint, metres: float) -> str | None:
        """The district of the nearest postcode, if it is no farther than so many metres and the supplier gives one.

        Looks at every row: for points beyond all wards, which are rarely asked for.
        """
        rows = self._array
        eastings = np.flatnonzero(np.abs(rows["easting"] - point.easting) <= metres)
        squares = (rows["easting"][eastings] - point.easting) ** 2 + (rows["northing"][eastings] - point.northing) ** 2
        if not len(squares) or squares.min() > metres * metres:
            return None
        return self._districts[rows["district"][eastings[np.argmin(squares)]]] or None


def _key(postcode: Postcode) -> int:
    return int.from_bytes(postcode.compact.ljust(_KEY_BYTES).encode(), "big")
