"""Which ward a point falls in, and how far the others are."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.grid import GridPoint
from geodata.ward import Ward


class WardDistance(NamedTuple):
    """A ward and how far, in metres, the point that was asked for lies from it (0 inside)."""

    ward: Ward
    metres: float


_SLIVER_M: Final = 5.0
"""Half the width of a gap between wards that comes of two vintages, or of generalising, and not of the ground."""


_CHUNK: Final = 50_000
"""Points matched together: as objects they take some 150 bytes each."""


class WardIndex:
    """Spatial index over one set of wards.

    Stated rules, so that every worker and every release gives the same answer: a point on an edge that wards share, or
    in a sliver where two overlap, belongs to the one whose GSS code sorts first. A point in none, but between
    two that are each within 5 m, lies in a sliver: the nearer has it, at equal distance the first by GSS code.
    A point in a hole belongs to whatever fills the hole, or to none.
    """

    def __init__(self, wards: Sequence[Ward]) -> None:
        self.wards: tuple[Ward, ...] = tuple(sorted(wards, key=lambda ward: ward.gss_code))
        # Bounds alone, as diagonals: a tree of polygons would need all of them, and 8,000 take 100 MB prepared.
        corners = np.array([ward.bounds for ward in self.wards], dtype=np.float64).reshape(-1, 2, 2)
        corners += np.array([[-_SLIVER_M], [_SLIVER_M]])
        diagonals: NDArray[np.object_] = np.array(shapely.linestrings(corners), dtype=object)
        self._tree = shapely.STRtree(diagonals)

    def locate(self, point: GridPoint) -> Ward | None:
        """The ward that holds a point, edges included."""
        near = self._tree.query(shapely.Point(point))
        for position in sorted(map(int, near)):
            if shapely.intersects_xy(self._prepared(position), *point):
                return self.wards[position]
        return self._locate_in_sliver(point) if len(near) > 1 else None

    def locate_many(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        """For points, shape (n, 2), easting then northing: positions in `wards`, -1 where there is none."""
        found = [self._locate_chunk(points[start : start + _CHUNK]) for start in range(0, len(points), _CHUNK)]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int32)

    def _locate_chunk(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        found = np.full(len(points), -1, dtype=np.int32)
        near = list(_by_ward(*self._tree.query(shapely.points(points))))
        for position, rows in reversed(near):  # so that the first by GSS code has the last word
            found[rows[shapely.intersects_xy(self._prepared(position), points[rows])]] = position
        close = np.zeros(len(points), dtype=np.int32)
        for position, rows in near:
            lost = rows[found[rows] < 0]
            if len(lost):
                close[lost] += shapely.dwithin(self._prepared(position), shapely.points(points[lost]), _SLIVER_M)
        for row in np.flatnonzero(close > 1):
            ward = self._locate_in_sliver(GridPoint(*points[row]))
            found[row] = -1 if ward is None else self.wards.index(ward)
        return found

    def _locate_in_sliver(self, point: GridPoint) -> Ward | None:
        """For a point that no ward holds, the nearer of those between which it lies."""
        wards = [each.ward for each in self.within(point, _SLIVER_M)]
        return wards[0] if len(wards) > 1 and _is_between(np.array(point), wards) else None

    def within(self, point: GridPoint, metres: float) -> list[WardDistance]:
        """The wards no farther than so many metres, nearest first, ties by GSS code."""
        easting, northing = point
        around = shapely.box(easting - metres, northing - metres, easting + metres, northing + metres)
        near = np.sort(self._tree.query(around)).tolist()
        polygons = np.array([self._prepared(position) for position in near], dtype=object)
        centre = shapely.Point(point)
        reached = np.flatnonzero(shapely.dwithin(polygons, centre, metres))
        distances = shapely.distance(polygons[reached], centre)
        order = np.argsort(distances, kind="stable")
        return [WardDistance(self.wards[near[reached[i]]], float(distances[i])) for i in order]

    def _prepared(self, position: int) -> Polygon | MultiPolygon:
        polygon = self.wards[position].polygon
        shapely.prepare(polygon)  # does nothing a second time
        return polygon


def _by_ward(rows: NDArray[np.intp], wards: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """From pairs of point and ward, for each ward in order its points."""
    order = np.argsort(wards, kind="stable")
    positions, starts = np.unique(wards[order], return_index=True)
    yield from zip(positions.tolist(), np.split(rows[order], starts)[1:], strict=True)


def _is_between(point: NDArray[np.float64], wards: Sequence[Ward]) -> bool:
    """Whether the first ward and some other lie in opposite directions; beyond an outer edge all lie in one."""
    lines = shapely.shortest_line(shapely.Point(point), [ward.polygon for ward in wards])
    towards = np.array([shapely.get_coordinates(line)[1] - point for line in lines])
    return bool((towards[1:] @ towards[0] < 0).any())
