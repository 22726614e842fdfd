"""The area that polygons make together, put together piece by piece, and which of them fit their neighbours exactly."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geodata.progress import Progress, counted

Polygons = NDArray[np.object_]

_COMPARED_AT_ONCE: Final = 1_000  # polygons, those around them as well: in pieces of 100 it takes half as long again
_JOINED_AT_ONCE: Final = 32


def matched(polygons: Polygons, progress: Progress) -> NDArray[np.bool_]:
    """Which polygons share every vertex of their edges with their neighbours, and so overlap none.

    Found by comparing edges, while to cut each with all its neighbours takes minutes for the wards of the country.
    """
    found = np.zeros(len(polygons), dtype=np.bool_)
    step = progress.start_step("wards compared with their neighbours", len(polygons))
    tree = shapely.STRtree(polygons)
    boxes: Polygons = np.array(shapely.box(*shapely.bounds(polygons).T), dtype=object)
    for piece in _neighbourhoods(polygons, _COMPARED_AT_ONCE):
        around = np.setdiff1d(tree.query(boxes[piece])[1], piece)
        edges = shapely.coverage_invalid_edges(polygons[np.concatenate([piece, around])])
        found[piece] = shapely.is_empty(edges[: len(piece)])
        step.update(len(piece))
    return found


def joined(polygons: Polygons, fitting: NDArray[np.bool_], least_hole_m2: float, progress: Progress) -> Polygons:
    """The ground of all polygons as separate pieces, without the holes up to a size.

    Those that fit their neighbours exactly are joined at once, the others in groups, and these in groups again. Small
    holes along edges that do not meet are dropped each time: carried along, they make it take several times as long.
    """
    exact = polygons[fitting]
    parts = list(_neighbourhoods(exact, _COMPARED_AT_ONCE))
    count = bool(parts) + int(np.count_nonzero(~fitting))
    step = progress.start_step("groups of wards put together", len(parts) + sum(_groups_until_one(count)))
    together = [shapely.coverage_union_all(exact[part]) for part in counted(parts, step)]
    pieces = np.array([*_one(together), *polygons[~fitting]], dtype=object)
    while len(pieces) > 1:
        groups = counted(list(_neighbourhoods(pieces, _JOINED_AT_ONCE)), step)
        pieces = np.array([_cleaned(shapely.union_all(pieces[group]), least_hole_m2) for group in groups], dtype=object)
    return shapely.get_parts(pieces)


def _one(parts: Sequence[BaseGeometry]) -> Sequence[BaseGeometry]:
    """Parts that fit each other exactly as one, if there are any."""
    return [shapely.coverage_union_all(parts)] if parts else []


def _groups_until_one(count: int) -> Iterator[int]:
    while count > 1:
        count = math.ceil(count / _JOINED_AT_ONCE)
        yield count


def _neighbourhoods(polygons: Polygons, size: int) -> Iterator[NDArray[np.intp]]:
    """The positions of polygons, so many at a time, those near each other together: by columns, and along them."""
    west, south, east, north = shapely.bounds(polygons).T
    columns = max(1, round(math.sqrt(len(polygons) / size)))
    column = np.argsort(np.argsort(west + east)) * columns // max(1, len(polygons))
    order = np.lexsort((south + north, column))
    return (order[start : start + size] for start in range(0, len(order), size))


def _cleaned(ground: BaseGeometry, least_hole_m2: float) -> BaseGeometry:
    """Ground without its holes up to a size."""
    return shapely.multipolygons([_filled(piece, least_hole_m2) for piece in shapely.get_parts(ground)])


def _filled(piece: Polygon, least_hole_m2: float) -> Polygon:
    holes = [ring for ring in piece.interiors if Polygon(ring).area > least_hole_m2]
    return piece if len(holes) == len(piece.interiors) else Polygon(piece.exterior, holes)
