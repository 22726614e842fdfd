"""Wards packed into bytes, which can be a memory-mapped file; a ward and its polygon are made when they are needed."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from typing import Final, NamedTuple, overload

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.district import District
from geodata.errors import GeodataError
from geodata.ward import Ward

Buffer = bytes | memoryview
_MAX_CACHED_POLYGONS: Final = 256
"""For each process: those of a conurbation, some five megabytes prepared."""

_SEPARATOR: Final = "\0"
"""Between the texts of a ward: PostgreSQL accepts no such character in a text."""


class PackedWards(NamedTuple):
    """Wards in the order of their GSS codes. The ends are the offsets at which each ward's bytes end.

    Numbers are little-endian: ends 64-bit integers, bounds 64-bit floats.
    """

    texts: Buffer
    """GSS code, name, and the district's code and name."""
    text_ends: Buffer
    bounds: Buffer
    """West, south, east and north of each ward."""
    shapes: Buffer
    """The polygons as well-known binary."""
    shape_ends: Buffer


def pack_wards(wards: Sequence[Ward]) -> PackedWards:
    """Pack wards, which must be in the order of their GSS codes."""
    texts = [_SEPARATOR.join((w.gss_code, w.name, w.district.gss_code, w.district.name)).encode() for w in wards]
    bounds = np.array([ward.bounds for ward in wards], dtype="<f8").tobytes()
    shapes = [ward.wkb for ward in wards]
    return PackedWards(b"".join(texts), _ends(texts), bounds, b"".join(shapes), _ends(shapes))


def _ends(pieces: Sequence[bytes]) -> bytes:
    return np.array(list(accumulate(map(len, pieces))), dtype="<u8").tobytes()


class _Pieces:
    """Pieces of bytes by position."""

    def __init__(self, whole: Buffer, ends: Buffer) -> None:
        self._whole = memoryview(whole)
        self._ends = memoryview(ends).cast("B").cast("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, position: int) -> bytes:
        start = self._ends[position - 1] if position else 0
        return bytes(self._whole[start : self._ends[position]])


class _Shapes:
    """Polygons by position; the last ones used are cached, prepared."""

    def __init__(self, packed: PackedWards) -> None:
        self.bounds: NDArray[np.float64] = np.frombuffer(packed.bounds, "<f8").reshape(-1, 4)
        self.wkb = _Pieces(packed.shapes, packed.shape_ends)
        # Not a method of this object: a circle of references would keep a mapped file mapped after its snapshot.
        self.polygon = lru_cache(_MAX_CACHED_POLYGONS)(partial(_polygon, self.wkb))


def _polygon(wkb: _Pieces, position: int) -> Polygon | MultiPolygon:
    polygon = shapely.from_wkb(wkb[position])
    if not isinstance(polygon, Polygon | MultiPolygon):
        message = f"the boundary of a stored ward is a {polygon.geom_type} and not an area"
        raise GeodataError(message)
    shapely.prepare(polygon)
    return polygon


class LazyWards(Sequence[Ward]):
    """Packed wards, in the order of their GSS codes.

    A ward that was looked up by position or code is cached. Iterating over all of them caches none: as objects, the
    8,000 of the country take three megabytes of each process.
    """

    def __init__(self, packed: PackedWards) -> None:
        self._texts = _Pieces(packed.texts, packed.text_ends)
        self._shapes = _Shapes(packed)
        self._cached: list[Ward | None] = [None] * len(self._texts)
        self._districts: dict[tuple[str, str], District] = {}

    @property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east and north of each ward, shape (n, 4)."""
        return self._shapes.bounds

    def find(self, gss_code: str) -> Ward | None:
        """The ward with a GSS code."""
        position = bisect_left(range(len(self)), gss_code, key=self._code)
        return self[position] if position < len(self) and self._code(position) == gss_code else None

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, position: int) -> Ward: ...
    @overload
    def __getitem__(self, position: slice) -> list[Ward]: ...
    def __getitem__(self, position: int | slice) -> Ward | list[Ward]:
        if isinstance(position, slice):
            return [self[each] for each in range(len(self))[position]]
        ward = self._cached[position]
        if ward is None:
            ward = self._cached[position] = self._make(position % len(self))
        return ward

    def __iter__(self) -> Iterator[Ward]:
        return (ward or self._make(position) for position, ward in enumerate(self._cached))

    def _code(self, position: int) -> str:
        return self._texts[position].decode().partition(_SEPARATOR)[0]

    def _make(self, position: int) -> Ward:
        gss_code, name, *of_district = self._texts[position].decode().split(_SEPARATOR)
        district = District(*of_district)
        district = self._districts.setdefault((district.gss_code, district.name), district)
        return LazyWard(gss_code, name, district, self._shapes, position)


class LazyWard(Ward):
    """A ward whose polygon is made from bytes when it is needed."""

    __slots__ = ("_position", "_shapes")
    _position: int
    _shapes: _Shapes

    def __init__(self, gss_code: str, name: str, district: District, shapes: _Shapes, position: int) -> None:
        given = {"gss_code": gss_code, "name": name, "district": district, "_shapes": shapes, "_position": position}
        for field, value in given.items():
            object.__setattr__(self, field, value)

    @property
    def polygon(self) -> Polygon | MultiPolygon:
        """The polygon; a few hundred of the process are cached, others are made again."""
        return self._shapes.polygon(self._position)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north, without making the polygon."""
        west, south, east, north = self._shapes.bounds[self._position].tolist()
        return west, south, east, north

    @property
    def wkb(self) -> bytes:
        """The well-known binary as it is stored."""
        return self._shapes.wkb[self._position]
