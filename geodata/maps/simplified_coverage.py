"""Wards simplified as one coverage: neighbours share the same simplified lines, so that none overlap or gape.

Shapely's own `coverage_simplify` bounds the area of the triangles that it drops and not the distance: vertices moved by
up to twice its tolerance, and more than twice as many were left. Here the lines between neighbours are simplified as
lines.
"""

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.maps.shared_lines import SharedLines, find_shared_lines
from geodata.ward import Ward
from geodata.ward_index import SLIVER_M

STEPS_M: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""The distances for which coverages are computed, so that no series of requests asks for a thousand of them."""

_MOST_CACHED: Final = 4
_SNAPPING_M: Final = 0.001

Area = Polygon | MultiPolygon
_Geometries = NDArray[Any]


class SimplifiedCoverages:
    """The coverages of one set of wards, each computed when it is first needed, by one thread at a time."""

    def __init__(self, wards: Iterable[Ward]) -> None:
        self._wards = wards
        self._lock = Lock()
        self._cached: dict[int, SimplifiedCoverage] = {}

    def within(self, metres: int) -> "SimplifiedCoverage":
        """The coverage whose lines move by at most so many metres, of which there is at least one."""
        step = max(each for each in STEPS_M if each <= metres)
        with self._lock:
            found = self._cached.pop(step, None) or SimplifiedCoverage(self._wards, step)
            self._cached[step] = found
            if len(self._cached) > _MOST_CACHED:
                del self._cached[next(iter(self._cached))]
        return found


class SimplifiedCoverage:
    """All wards with simplified lines. No vertex lies farther than the given metres from the line that replaces it.

    Where the wards overlap or leave slivers, the rules are those of WardIndex: an overlap belongs to the ward whose
    GSS code sorts first, and an enclosed sliver of up to 10 m to one of the wards around it.
    """

    def __init__(self, wards: Iterable[Ward], metres: float) -> None:
        ordered = sorted(wards, key=lambda ward: ward.gss_code)
        # Copies: other threads may be using the wards' own polygons.
        polygons = _as_coverage(shapely.from_wkb([ward.wkb for ward in ordered]))
        shared = find_shared_lines(polygons)
        self._lines = _simplify(shared, metres)
        self._of_ward = dict(zip((ward.gss_code for ward in ordered), shared.of_polygon, strict=True))

    def area(self, wards: Sequence[Ward]) -> Area:
        """The union of some wards; empty if there are none, or if other wards cover them."""
        around = [self._of_ward[ward.gss_code] for ward in wards if ward.gss_code in self._of_ward]
        [area] = _areas([np.concatenate(around) if around else np.array([], dtype=np.intp)], self._lines)
        return area if isinstance(area, Area) else Polygon()


def _as_coverage(polygons: _Geometries) -> _Geometries:
    """The polygons without overlaps and slivers, and with the same vertices along shared edges."""
    if shapely.coverage_is_valid(polygons):
        return polygons
    clean: _Geometries = shapely.coverage_clean(  # type: ignore[attr-defined]  # types-shapely knows 2.1
        polygons, gap_width=2 * SLIVER_M, snapping_distance=_SNAPPING_M, merge_strategy="min_index"
    )
    return clean


def _simplify(shared: SharedLines, metres: float) -> _Geometries:
    """Simplify each line. Those around an area that overlaps another then, or loses a part, move by half as much."""
    lines, around = shared
    limits = np.full(len(lines), metres)
    rings = _count_rings(_areas(around, lines))
    while True:
        simple = _simplify_each(lines, limits)
        faulty = np.flatnonzero(_are_faulty(_areas(around, simple), rings))
        to_lower = np.unique(np.concatenate([around[each] for each in faulty])) if len(faulty) else faulty
        if not limits[to_lower].any():
            return simple
        limits[to_lower] = np.where(limits[to_lower] > STEPS_M[0], limits[to_lower] / 2, 0)


def _simplify_each(lines: _Geometries, limits: NDArray[np.float64]) -> _Geometries:
    """Simplify by Douglas and Peucker. A closed line stays a ring."""
    simple = np.array(lines)
    closed = shapely.is_closed(lines)
    for which, keeps_rings in ((closed & (limits > 0), True), (~closed & (limits > 0), False)):
        simple[which] = shapely.simplify(lines[which], limits[which], preserve_topology=keeps_rings)
    return simple


def _areas(around: Sequence[NDArray[np.intp]], lines: _Geometries) -> _Geometries:
    """The areas within lines, empty where lines cross. A line that is named twice lies inside, and is left out."""
    areas = np.empty(len(around), dtype=object)
    for index, positions in enumerate(around):
        named, counts = np.unique(positions, return_counts=True)
        try:
            areas[index] = shapely.build_area(shapely.geometrycollections(lines[named[counts == 1]]))
        except shapely.errors.GEOSException:
            areas[index] = Polygon()
    return areas


def _are_faulty(areas: _Geometries, rings: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each area has not so many rings, crosses itself, or overlaps another."""
    faulty: NDArray[np.bool_] = (_count_rings(areas) != rings) | ~shapely.is_valid(areas)
    if not faulty.any():
        faulty = ~shapely.is_empty(shapely.coverage_invalid_edges(areas))
    return faulty


def _count_rings(areas: _Geometries) -> NDArray[np.intp]:
    parts, area_of_part = shapely.get_parts(areas, return_index=True)
    count: NDArray[np.intp] = np.zeros(len(areas), dtype=np.intp)
    np.add.at(count, area_of_part, 1 + shapely.get_num_interior_rings(parts))
    return count
