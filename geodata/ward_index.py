"""Which ward contains a point, and how far the others are."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geodata.points_and_extents import GridPoint
from geodata.progress import NO_PROGRESS, Progress
from geodata.ward import Ward
from geodata.wards_as_bytes import LazyWards


class WardDistance(NamedTuple):
    """A ward, and its distance in metres from the point that was given (0 inside)."""

    ward: Ward
    metres: float


SLIVER_M: Final = 5.0
"""Half the greatest width of a gap between wards that comes from two vintages, or from generalising the boundaries."""


class WardIndex:
    """Spatial index over one set of wards.

    Its rules are the same for every worker and every release. A point on an edge that wards share, or where two
    overlap, belongs to the ward whose GSS code sorts first. A point in no ward, but between two that are each within
    5 m, lies in a sliver: it belongs to the nearer, or to the first by GSS code at equal distance. A point in a hole
    belongs to the ward that fills the hole, or to none.
    """

    def __init__(self, wards: Sequence[Ward]) -> None:
        if isinstance(wards, LazyWards):
            self.wards: Sequence[Ward] = wards
            self._find: Callable[[str], Ward | None] = wards.find
            bounds = wards.bounds
        else:
            self.wards = tuple(sorted(wards, key=lambda ward: ward.gss_code))
            self._find = {ward.gss_code: ward for ward in self.wards}.get
            bounds = np.array([ward.bounds for ward in self.wards], dtype=np.float64).reshape(-1, 4)
        margins = (-SLIVER_M, -SLIVER_M, SLIVER_M, SLIVER_M)
        self._bounds: NDArray[np.float64] = np.ascontiguousarray((bounds + margins).T)  # a row for each side

    def find(self, gss_code: str) -> Ward | None:
        """The ward with a GSS code."""
        return self._find(gss_code)

    def intersecting(self, bounds: tuple[float, float, float, float]) -> list[Ward]:
        """The wards whose own bounds, 5 m wider, intersect the given west, south, east and north; by GSS code."""
        return [self.wards[position] for position in self._intersecting(*bounds)]

    def _intersecting(self, west: float, south: float, east: float, north: float) -> list[int]:
        """The positions of those wards. Comparing all 8,000 of the country takes 7 µs; a tree of them takes 4."""
        wests, souths, easts, norths = self._bounds
        meet = (wests <= east) & (easts >= west) & (souths <= north) & (norths >= south)
        found: list[int] = np.flatnonzero(meet).tolist()
        return found

    def locate(self, point: GridPoint) -> Ward | None:
        """The ward that contains a point, edges included."""
        easting, northing = point
        near = self._intersecting(easting, northing, easting, northing)
        for position in near:
            if shapely.intersects_xy(self._prepared(position), *point):
                return self.wards[position]
        sliver = self._locate_in_sliver(point) if len(near) > 1 else None
        return None if sliver is None else self.wards[sliver]

    def locate_many(self, points: NDArray[np.float64], progress: Progress = NO_PROGRESS) -> NDArray[np.int32]:
        """For points, shape (n, 2), easting then northing: positions in `wards`, -1 for none."""
        found = np.full(len(points), -1, dtype=np.int32)
        step = progress.start_step("wards matched with postcodes", len(self.wards))
        for position, rows in self._points_near_wards(points):  # the last first, so that the first by GSS code wins
            found[rows[shapely.intersects_xy(self._prepared(position), points[rows])]] = position
            step.update(1)
        outside = np.flatnonzero(found < 0)
        near_count = np.zeros(len(outside), dtype=np.int32)
        for position, rows in self._points_near_wards(points[outside]):
            candidates = shapely.points(points[outside[rows]])
            near_count[rows] += shapely.dwithin(self._prepared(position), candidates, SLIVER_M)
        for row in outside[near_count > 1]:
            sliver = self._locate_in_sliver(GridPoint(*points[row]))
            found[row] = -1 if sliver is None else sliver
        return found

    def _points_near_wards(self, points: NDArray[np.float64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """For each ward, the last first, the points within its widened bounds.

        The points are sorted by easting and searched in strips: making an object of each for a tree takes longer than
        everything else.
        """
        order = np.argsort(points[:, 0], kind="stable")
        eastings, northings = points[order].T.copy()
        west, south, east, north = self._bounds
        starts, ends = np.searchsorted(eastings, west), np.searchsorted(eastings, east, side="right")
        for position in range(len(self.wards) - 1, -1, -1):
            strip = slice(starts[position], ends[position])
            inside = (northings[strip] >= south[position]) & (northings[strip] <= north[position])
            rows = order[strip][inside]
            if len(rows):
                yield position, rows

    def _locate_in_sliver(self, point: GridPoint) -> int | None:
        """For a point in no ward, the position of the nearer of the two wards between which it lies."""
        near, _ = self._within(point, SLIVER_M)
        polygons = [self._prepared(position) for position in near]
        return near[0] if len(near) > 1 and _is_between(np.array(point), polygons) else None

    def within(self, point: GridPoint, metres: float) -> list[WardDistance]:
        """The wards within a distance, nearest first, then by GSS code."""
        near, distances = self._within(point, metres)
        return [WardDistance(self.wards[position], each) for position, each in zip(near, distances, strict=True)]

    def _within(self, point: GridPoint, metres: float) -> tuple[list[int], list[float]]:
        easting, northing = point
        near = self._intersecting(easting - metres, northing - metres, easting + metres, northing + metres)
        polygons = np.array([self._prepared(position) for position in near], dtype=object)
        centre = shapely.Point(point)
        reached = np.flatnonzero(shapely.dwithin(polygons, centre, metres))
        distances = shapely.distance(polygons[reached], centre)
        order = np.argsort(distances, kind="stable")
        return [near[index] for index in reached[order]], distances[order].tolist()

    def _prepared(self, position: int) -> Polygon | MultiPolygon:
        polygon = self.wards[position].polygon
        shapely.prepare(polygon)  # does nothing the second time
        return polygon


def _is_between(point: NDArray[np.float64], polygons: Sequence[Polygon | MultiPolygon]) -> bool:
    """Whether the first polygon and another lie in opposite directions; outside an outer edge all lie in one."""
    lines = shapely.shortest_line(shapely.Point(point), polygons)
    directions = np.array([shapely.get_coordinates(line)[1] - point for line in lines])
    return bool((directions[1:] @ directions[0] < 0).any())
