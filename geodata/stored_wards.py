"""Wards as packed bytes, perhaps a file that is mapped into memory; a polygon is made when it is asked for."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.errors import GeodataError
from geodata.ward import District, Ward

Buffer = bytes | memoryview
_KEPT: Final = 256
"""Polygons kept ready by each process: those of a conurbation, some five megabytes prepared."""


class PackedWards(NamedTuple):
    """Wards by GSS code: of each the four words about it, its bounds, and where its well-known binary ends."""

    words: tuple[tuple[str, str, str, str], ...]
    """GSS code, name, district's code, district's name."""
    bounds: Buffer
    """Least easting and northing, greatest easting and northing: 64-bit floating-point numbers, least byte first."""
    ends: Buffer
    """64-bit numbers, least byte first."""
    shapes: Buffer


def pack_wards(wards: Sequence[Ward]) -> PackedWards:
    """Pack wards, which come by GSS code."""
    shapes = [ward.wkb for ward in wards]
    return PackedWards(
        tuple((ward.gss_code, ward.name, ward.district.gss_code, ward.district.name) for ward in wards),
        np.array([ward.bounds for ward in wards], dtype="<f8").tobytes(),
        np.cumsum([len(shape) for shape in shapes], dtype="<u8").tobytes(),
        b"".join(shapes),
    )


def unpack_wards(packed: PackedWards) -> tuple[Ward, ...]:
    """The wards, whose polygons stay in the bytes until they are asked for."""
    shapes = _Shapes(packed)
    districts = {code: District(code, name) for _, _, code, name in packed.words}
    return tuple(
        StoredWard(gss_code, name, _district(districts, code, of), shapes, position)
        for position, (gss_code, name, code, of) in enumerate(packed.words)
    )


def _district(known: dict[str, District], code: str, name: str) -> District:
    """The one object of a district; a source without codes may have several names under none."""
    district = known[code]
    return district if district.name == name else District(code, name)


class _Shapes:
    """Polygons by their position; the last ones asked for are kept, prepared."""

    def __init__(self, packed: PackedWards) -> None:
        self.bounds: NDArray[np.float64] = np.frombuffer(packed.bounds, "<f8").reshape(-1, 4)
        ends = np.frombuffer(packed.ends, "<u8").tolist()
        spans = list(pairwise([0, *ends]))
        self.wkb = partial(_wkb, memoryview(packed.shapes), spans)
        # Of no method of this object: with a circle of references, a mapped file would stay mapped after its snapshot.
        self.polygon = lru_cache(_KEPT)(partial(_polygon, self.wkb))


def _wkb(shapes: memoryview, spans: Sequence[tuple[int, int]], position: int) -> bytes:
    start, end = spans[position]
    return bytes(shapes[start:end])


def _polygon(wkb: Callable[[int], bytes], position: int) -> Polygon | MultiPolygon:
    polygon = shapely.from_wkb(wkb(position))
    if not isinstance(polygon, Polygon | MultiPolygon):
        message = f"the boundary of a stored ward is a {polygon.geom_type} and not an area"
        raise GeodataError(message)
    shapely.prepare(polygon)
    return polygon


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
        return self._shapes.wkb(self._position)
