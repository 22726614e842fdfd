"""Wards grouped into areas: which ward contains a point, and how far the nearest ward of another area is.

The map is divided into squares, and what a square needs is computed when a point in it is first looked up. Most squares
lie in one ward, so no polygon need be looked at. Of the boundaries, only the pieces are stored that can be the nearest
to some point of the square. That takes a fifth of the time of asking the tree of all wards twice.
"""

import math
from collections.abc import Hashable, Mapping
from typing import Any, Final, NamedTuple

import shapely
from shapely import GeometryCollection
from shapely.geometry.base import BaseGeometry

from geodata.points_and_extents import GridPoint
from geodata.ward import Ward
from geodata.ward_index import WardIndex

HORIZON_M: Final = 1000.0
"""Longer distances are not computed: they count as infinite."""

_SIDE_M: Final = 500.0
_HALF_DIAGONAL_M: Final = _SIDE_M * math.sqrt(0.5)
_TOLERANCE_M: Final = 1.0
_MAX_CACHED_SQUARES: Final = 4096  # of about 3 KB each; the West Midlands have 3,800
_Square = tuple[int, int]
_SquareOfArea = tuple[_Square, Hashable]


class _SquareWards(NamedTuple):
    """The wards that reach into a square, by GSS code; `covered` if the first of them contains the whole square."""

    wards: tuple[Ward, ...]
    covered: bool


class TeamAreaIndex:
    """Wards by area; `area_of` gives a ward's area by its GSS code, and wards that are not in it have no area."""

    def __init__(self, wards: WardIndex, area_of: Mapping[str, Hashable]) -> None:
        self._wards = wards
        self._area_of = area_of
        self._wards_of: dict[_Square, _SquareWards] = {}
        self._asked_once: dict[_SquareOfArea, None] = {}
        self._others_of: dict[_SquareOfArea, BaseGeometry | None] = {}

    def locate(self, point: GridPoint) -> Ward | None:
        """The ward that contains a point, by the rules of WardIndex."""
        square = _square(point)
        found = self._wards_of.get(square)
        if found is None:
            found = self._wards_of[square] = self._find_wards(square)
            _make_room(self._wards_of)
        if found.covered:
            return found.wards[0]
        easting, northing = point
        for ward in found.wards:
            if shapely.intersects_xy(ward.polygon, easting, northing):
                return ward
        return self._wards.locate(point)  # in none, or in a sliver between two

    def distance(self, point: GridPoint, area: Hashable) -> float:
        """Metres to the nearest ward of another area than the one given; infinite beyond the horizon."""
        key = (_square(point), area)
        others = self._others_of[key] if key in self._others_of else self._find_and_cache_others(key)
        metres = math.inf if others is None else float(shapely.distance(others, shapely.points(point)))
        return metres if metres <= HORIZON_M else math.inf

    def _find_wards(self, square: _Square) -> _SquareWards:
        near = self._wards.within(_centre(square), _HALF_DIAGONAL_M)
        box = shapely.box(*_bounds(square, 0.0))
        wards = sorted(
            (each.ward for each in near if shapely.intersects(each.ward.polygon, box)), key=lambda ward: ward.gss_code
        )
        shapely.prepare([ward.polygon for ward in wards])
        return _SquareWards(tuple(wards), len(wards) == 1 and bool(shapely.covers(wards[0].polygon, box)))

    def _find_and_cache_others(self, key: _SquareOfArea) -> BaseGeometry | None:
        """The wards of other areas near a square. They are cached at the second request, which few squares get.

        A postcode's distance is computed once, and 4,096 squares with all that is near them take ten megabytes.
        """
        others = self._find_others(*key)
        if key in self._asked_once:
            del self._asked_once[key]
            self._others_of[key] = others
            _make_room(self._others_of)
        else:
            self._asked_once[key] = None
            _make_room(self._asked_once)
        return others

    def _find_others(self, square: _Square, area: Hashable) -> BaseGeometry | None:
        """The wards of other areas near a square, without the parts that cannot be nearest to any of its points."""
        near = self._wards.within(_centre(square), HORIZON_M + _HALF_DIAGONAL_M)
        others = [each for each in near if self._area_of.get(each.ward.gss_code, area) != area]
        if not others:
            return None
        # No point of the square is farther from the centre than half a diagonal, so none is farther from its nearest.
        bounds = _bounds(square, others[0].metres + _HALF_DIAGONAL_M + _TOLERANCE_M)
        pieces = shapely.clip_by_rect([each.ward.polygon for each in others], *bounds)
        return GeometryCollection([piece for piece in pieces if not piece.is_empty])


def _square(point: GridPoint) -> _Square:
    return int(point[0] // _SIDE_M), int(point[1] // _SIDE_M)


def _centre(square: _Square) -> GridPoint:
    return GridPoint((square[0] + 0.5) * _SIDE_M, (square[1] + 0.5) * _SIDE_M)


def _bounds(square: _Square, margin_m: float) -> tuple[float, float, float, float]:
    west, south = square[0] * _SIDE_M, square[1] * _SIDE_M
    return west - margin_m, south - margin_m, west + _SIDE_M + margin_m, south + _SIDE_M + margin_m


def _make_room(squares: dict[Any, Any]) -> None:
    """Remove the square that was added first if there are too many."""
    if len(squares) > _MAX_CACHED_SQUARES:
        del squares[next(iter(squares))]
