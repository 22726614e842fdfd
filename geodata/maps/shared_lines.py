"""The lines of a coverage: where two of its polygons meet, or one ends, each line once.

A line runs between two places where at least three of the rings meet, or is closed. TopoJSON calls it an arc.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

_Positions = NDArray[np.intp]


class SharedLines(NamedTuple):
    """Lines, and for each polygon the positions of those around it."""

    lines: NDArray[Any]
    of_polygon: list[_Positions]


def find_shared_lines(polygons: Sequence[Polygon | MultiPolygon] | NDArray[Any]) -> SharedLines:
    """Find the lines of polygons that neither overlap nor have different vertices along a shared edge."""
    parts, polygon_of_part = shapely.get_parts(polygons, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring_of_corner = shapely.get_coordinates(rings, return_index=True)
    places, at = np.unique(corners.view(np.complex128).ravel(), return_inverse=True)
    is_end = _is_end(at, ring_of_corner)
    found: dict[tuple[int, int], int] = {}
    lines: list[NDArray[np.float64]] = []
    of_polygon: list[list[int]] = [[] for _ in range(len(polygons))]
    for ring, ring_at in enumerate(np.split(at, np.flatnonzero(np.diff(ring_of_corner)) + 1) if len(at) else ()):
        for line in _cut(ring_at[:-1], is_end):
            position = found.setdefault((int(line[0]), int(line[1])), len(found))
            if position == len(lines):
                lines.append(places[line].view(np.float64).reshape(-1, 2))
            of_polygon[polygon_of_part[part_of_ring[ring]]].append(position)
    return SharedLines(np.array([shapely.LineString(line) for line in lines], dtype=object), [
        np.array(positions, dtype=np.intp) for positions in of_polygon
    ])  # fmt: skip


def _is_end(at: _Positions, ring_of_corner: _Positions) -> NDArray[np.bool_]:
    """For each place, whether lines end there: whether the rings lead from it to other than two places."""
    follows = (ring_of_corner[1:] == ring_of_corner[:-1]) & (at[1:] != at[:-1])
    here, there = at[:-1][follows], at[1:][follows]
    count = int(at.max(initial=-1)) + 1
    edges = np.unique(np.concatenate([here * count + there, there * count + here]))
    is_end: NDArray[np.bool_] = np.bincount(edges // max(count, 1), minlength=count) != 2  # noqa: PLR2004 - two ways on
    return is_end


def _cut(ring: _Positions, is_end: NDArray[np.bool_]) -> Iterator[_Positions]:
    """Cut a ring, given without its last corner, where lines end. All rings give a line the same direction."""
    ring = ring[ring != np.roll(ring, 1)]  # corners that are repeated
    ends = np.flatnonzero(is_end[ring])
    first = ends[0] if len(ends) else int(np.argmin(ring))
    ring = np.append(np.roll(ring, -first), ring[first])
    stops = (*(ends[1:] - first), len(ring) - 1) if len(ends) else (len(ring) - 1,)
    start = 0
    for stop in stops:
        line = ring[start : stop + 1]
        yield line if (line[0], line[1]) < (line[-1], line[-2]) else line[::-1]
        start = stop
