"""Which ward a point falls in, and how far the others are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.grid import GridPoint
from geodata.ward import Ward


class WardDistance(NamedTuple):
    """A ward and how far, in metres, the point that was asked for lies from it (0 inside)."""

    ward: Ward
    metres: float


class WardIndex:
    """Spatial index over one set of wards.

    A point on an edge that wards share, or in a sliver where two overlap, belongs to the one whose GSS code sorts
    first: a stated rule, so that every worker and every release gives the same answer.
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
        return found

    def within(self, point: GridPoint, metres: float) -> list[WardDistance]:
        """The wards no farther than so many metres, nearest first, ties by GSS code."""
        centre = shapely.Point(point)
        near = np.sort(self._tree.query(centre, predicate="dwithin", distance=metres))
        distances = shapely.distance(self._polygons[near], centre)
        order = np.argsort(distances, kind="stable")
        return [WardDistance(self.wards[near[i]], float(distances[i])) for i in order]
