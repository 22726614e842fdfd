"""Wards grouped into areas: which ward holds a single point, and how far it is to the nearest ward of another area.

The map is cut into squares, and what a square needs is worked out when a point in it is asked for. Most lie
in one ward, so that no polygon need be looked at; and of the boundaries only the pieces that can be the nearest to
some point of the square are kept. That is a fifth of the time of asking the tree of all wards twice.
"""

import math
from collections.abc import Hashable, Mapping
from typing import Any, Final, NamedTuple

import shapely
from shapely import GeometryCollection
from shapely.geometry.base import BaseGeometry

from geodata.grid import GridPoint
from geodata.ward import Ward
from geodata.ward_index import WardIndex

HORIZON_M: Final = 1000.0
"""Distances beyond it are not told apart."""

_SIDE_M: Final = 500.0
_HALF_DIAGONAL_M: Final = _SIDE_M * math.sqrt(0.5)
_TOLERANCE_M: Final = 1.0
_MOST_SQUARES: Final = 4096  # of about 3 KB each; the West Midlands have 3,800
_Square = tuple[int, int]
_Asked = tuple[_Square, Hashable]


class _Held(NamedTuple):
    """The wards that reach into a square, by GSS code; `alone` where the first of them holds the whole square."""

    wards: tuple[Ward, ...]
    alone: bool


class AreaIndex:
    """Wards by the area that they belong to; `area_of` gives it by GSS code, wards not in it belong to none."""

    def __init__(self, wards: WardIndex, area_of: Mapping[str, Hashable]) -> None:
        self._wards = wards
        self._area_of = area_of
        self._held: dict[_Square, _Held] = {}
        self._asked: dict[_Asked, None] = {}  # once
        self._others: dict[_Asked, BaseGeometry | None] = {}

    def locate(self, point: GridPoint) -> Ward | None:
        """The ward that holds a point, by the rules of WardIndex."""
        square = _square(point)
        held = self._held.get(square)
        if held is None:
            held = self._held[square] = self._find_held(square)
            _make_room(self._held)
        if held.alone:
            return held.wards[0]
        easting, northing = point
        for ward in held.wards:
            if shapely.intersects_xy(ward.polygon, easting, northing):
                return ward
        return self._wards.locate(point)  # in none, or in a sliver between two

    def distance(self, point: GridPoint, area: Hashable) -> float:
        """Metres to the nearest ward of another area than the one given; infinite beyond the horizon."""
        key = (_square(point), area)
        others = self._others[key] if key in self._others else self._find_others_again(key)
        metres = math.inf if others is None else float(shapely.distance(others, shapely.points(point)))
        return metres if metres <= HORIZON_M else math.inf

    def _find_held(self, square: _Square) -> _Held:
        near = self._wards.within(_centre(square), _HALF_DIAGONAL_M)
        box = shapely.box(*_bounds(square, 0.0))
        wards = sorted(
            (each.ward for each in near if shapely.intersects(each.ward.polygon, box)), key=lambda ward: ward.gss_code
        )
        shapely.prepare([ward.polygon for ward in wards])
        return _Held(tuple(wards), len(wards) == 1 and bool(shapely.covers(wards[0].polygon, box)))

    def _find_others_again(self, key: _Asked) -> BaseGeometry | None:
        """What other areas have near a square; kept if it is asked for a second time, as few squares of a country are.

        A postcode's distance is asked for once, and 4,096 squares with all that is near them take ten megabytes.
        """
        others = self._find_others(*key)
        if key in self._asked:
            del self._asked[key]
            self._others[key] = others
            _make_room(self._others)
        else:
            self._asked[key] = None
            _make_room(self._asked)
        return others

    def _find_others(self, square: _Square, area: Hashable) -> BaseGeometry | None:
        """What other areas have near a square, cut off where it cannot be the nearest to any of its points."""
        near = self._wards.within(_centre(square), HORIZON_M + _HALF_DIAGONAL_M)
        others = [each for each in near if self._area_of.get(each.ward.gss_code, area) != area]
        if not others:
            return None
        # No point of the square is farther from the centre than half a diagonal, so none has its nearest farther off.
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
    """Forget the square that has been known longest, where there are too many."""
    if len(squares) > _MOST_SQUARES:
        del squares[next(iter(squares))]
