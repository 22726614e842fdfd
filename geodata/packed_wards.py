"""Wards as packed bytes, perhaps a file that is mapped into memory; a ward, and its polygon, is made when asked for."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from typing import Final, NamedTuple, overload

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.errors import GeodataError
from geodata.ward import District, Ward

Buffer = bytes | memoryview
_KEPT: Final = 256
"""Polygons kept ready by each process: those of a conurbation, some five megabytes prepared."""

_BETWEEN: Final = "\0"
"""Between the words about a ward: PostgreSQL takes no such character in a text."""


class PackedWards(NamedTuple):
    """Wards by GSS code: of each the four words about it, its bounds and its well-known binary.

    Ends say where in the bytes before them each ward's own end: 64-bit numbers, least byte first.
    """

    words: Buffer
    """GSS code, name, district's code, district's name."""
    word_ends: Buffer
    bounds: Buffer
    """Least easting and northing, greatest easting and northing: 64-bit floating-point numbers, least byte first."""
    shapes: Buffer
    shape_ends: Buffer


def pack_wards(wards: Sequence[Ward]) -> PackedWards:
    """Pack wards, which come by GSS code."""
    words = [_BETWEEN.join((w.gss_code, w.name, w.district.gss_code, w.district.name)).encode() for w in wards]
    bounds = np.array([ward.bounds for ward in wards], dtype="<f8").tobytes()
    shapes = [ward.wkb for ward in wards]
    return PackedWards(b"".join(words), _ends(words), bounds, b"".join(shapes), _ends(shapes))


def _ends(pieces: Sequence[bytes]) -> bytes:
    return np.array(list(accumulate(map(len, pieces))), dtype="<u8").tobytes()


class _Pieces:
    """Pieces of bytes by their position."""

    def __init__(self, whole: Buffer, ends: Buffer) -> None:
        self._whole = memoryview(whole)
        self._ends = memoryview(ends).cast("B").cast("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, position: int) -> bytes:
        start = self._ends[position - 1] if position else 0
        return bytes(self._whole[start : self._ends[position]])


class _Shapes:
    """Polygons by their position; the last ones asked for are kept, prepared."""

    def __init__(self, packed: PackedWards) -> None:
        self.bounds: NDArray[np.float64] = np.frombuffer(packed.bounds, "<f8").reshape(-1, 4)
        self.wkb = _Pieces(packed.shapes, packed.shape_ends)
        # Of no method of this object: with a circle of references, a mapped file would stay mapped after its snapshot.
        self.polygon = lru_cache(_KEPT)(partial(_polygon, self.wkb))


def _polygon(wkb: _Pieces, position: int) -> Polygon | MultiPolygon:
    polygon = shapely.from_wkb(wkb[position])
    if not isinstance(polygon, Polygon | MultiPolygon):
        message = f"the boundary of a stored ward is a {polygon.geom_type} and not an area"
        raise GeodataError(message)
    shapely.prepare(polygon)
    return polygon


class StoredWards(Sequence[Ward]):
    """Wards that stand in bytes, by GSS code.

    One that is asked for by its position or its code is kept from then on. A walk through all of them keeps none: as
    objects, the 8,000 of the country take three megabytes of each process.
    """

    def __init__(self, packed: PackedWards) -> None:
        self._words = _Pieces(packed.words, packed.word_ends)
        self._shapes = _Shapes(packed)
        self._made: list[Ward | None] = [None] * len(self._words)
        self._districts: dict[tuple[str, str], District] = {}

    @property
    def bounds(self) -> NDArray[np.float64]:
        """Of each ward, shape (n, 4): least easting and northing, greatest easting and northing."""
        return self._shapes.bounds

    def find(self, gss_code: str) -> Ward | None:
        """The ward of a GSS code."""
        position = bisect_left(range(len(self)), gss_code, key=self._code)
        return self[position] if position < len(self) and self._code(position) == gss_code else None

    def __len__(self) -> int:
        return len(self._words)

    @overload
    def __getitem__(self, position: int) -> Ward: ...
    @overload
    def __getitem__(self, position: slice) -> list[Ward]: ...
    def __getitem__(self, position: int | slice) -> Ward | list[Ward]:
        if isinstance(position, slice):
            return [self[each] for each in range(len(self))[position]]
        ward = self._made[position]
        if ward is None:
            ward = self._made[position] = self._make(position % len(self))
        return ward

    def __iter__(self) -> Iterator[Ward]:
        return (ward or self._make(position) for position, ward in enumerate(self._made))

    def _code(self, position: int) -> str:
        return self._words[position].decode().partition(_BETWEEN)[0]

    def _make(self, position: int) -> Ward:
        gss_code, name, *of = self._words[position].decode().split(_BETWEEN)
        district = District(*of)
        district = self._districts.setdefault((district.gss_code, district.name), district)
        return StoredWard(gss_code, name, district, self._shapes, position)


class StoredWard(Ward):
    """A ward whose polygon stands in bytes."""

    __slots__ = ("_position", "_shapes")
    _position: int
    _shapes: _Shapes

    def __init__(self, gss_code: str, name: str, district: District, shapes: _Shapes, position: int) -> None:
        given = {"gss_code": gss_code, "name": name, "district": district, "_shapes": shapes, "_position": position}
        for field, value in given.items():
            object.__setattr__(self, field, value)

    @property
    def polygon(self) -> Polygon | MultiPolygon:
        """The polygon; a few hundred are kept, others are made again."""
        return self._shapes.polygon(self._position)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least easting and northing, greatest easting and northing, without making the polygon."""
        west, south, east, north = self._shapes.bounds[self._position].tolist()
        return west, south, east, north

    @property
    def wkb(self) -> bytes:
        """The well-known binary as it stands there."""
        return self._shapes.wkb[self._position]
