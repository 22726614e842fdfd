"""Which ward a point falls in, and how far the others are."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.grid import GridPoint
from geodata.ward import Ward


class WardDistance(NamedTuple):
    """A ward and how far, in metres, the point that was asked for lies from it (0 inside)."""

    ward: Ward
    metres: float


_SLIVER_M: Final = 5.0
"""Half the width of a gap between wards that comes of two vintages, or of generalising, and not of the ground."""


class WardIndex:
    """Spatial index over one set of wards.

    Stated rules, so that every worker and every release gives the same answer: a point on an edge that wards share, or
    in a sliver where two overlap, belongs to the one whose GSS code sorts first. A point in none, but between
    two that are each within 5 m, lies in a sliver: the nearer has it, at equal distance the first by GSS code.
    A point in a hole belongs to whatever fills the hole, or to none.
    """

    def __init__(self, wards: Sequence[Ward]) -> None:
        self.wards: tuple[Ward, ...] = tuple(sorted(wards, key=lambda ward: ward.gss_code))
        self._polygons: NDArray[np.object_] = np.array([ward.polygon for ward in self.wards], dtype=object)
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def locate(self, point: GridPoint) -> Ward | None:
        """The ward that holds a point, edges included."""
        position = int(self.locate_many(np.array([point], dtype=float))[0])
        return None if position < 0 else self.wards[position]

    def locate_many(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        """For points, shape (n, 2), easting then northing: positions in `wards`, -1 where there is none."""
        found = np.full(len(points), len(self.wards), dtype=np.int32)
        rows, wards = self._tree.query(shapely.points(points), predicate="intersects")
        np.minimum.at(found, rows, wards.astype(np.int32))
        found[found == len(self.wards)] = -1
        self._fill_slivers(points, found)
        return found

    def _fill_slivers(self, points: NDArray[np.float64], found: NDArray[np.int32]) -> None:
        """Give points that no ward holds, but that lie between two, to the nearer."""
        outside = np.flatnonzero(found < 0)
        rows, _ = self._tree.query(shapely.points(points[outside]), predicate="dwithin", distance=_SLIVER_M)
        near, counts = np.unique(rows, return_counts=True)
        for row in outside[near[counts > 1]]:
            wards = [each.ward for each in self.within(GridPoint(*points[row]), _SLIVER_M)]
            if _is_between(points[row], wards):
                found[row] = self.wards.index(wards[0])

    def within(self, point: GridPoint, metres: float) -> list[WardDistance]:
        """The wards no farther than so many metres, nearest first, ties by GSS code."""
        centre = shapely.Point(point)
        near = np.sort(self._tree.query(centre, predicate="dwithin", distance=metres))
        distances = shapely.distance(self._polygons[near], centre)
        order = np.argsort(distances, kind="stable")
        return [WardDistance(self.wards[near[i]], float(distances[i])) for i in order]


def _is_between(point: NDArray[np.float64], wards: Sequence[Ward]) -> bool:
    """Whether the first ward and some other lie in opposite directions; beyond an outer edge all lie in one."""
    lines = shapely.shortest_line(shapely.Point(point), [ward.polygon for ward in wards])
    towards = np.array([shapely.get_coordinates(line)[1] - point for line in lines])
    return bool((towards[1:] @ towards[0] < 0).any())
