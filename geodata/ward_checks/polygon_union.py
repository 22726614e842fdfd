"""The union of the polygons of a country's wards, fast: those that fit their neighbours exactly need no cutting."""

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

_COMPARED_AT_ONCE: Final = 1_000  # polygons, and their neighbours; groups of 100 take half as long again
_JOINED_AT_ONCE: Final = 32


def fit_neighbours(polygons: Polygons, progress: Progress) -> NDArray[np.bool_]:
    """Which polygons share every vertex of their edges with their neighbours, and so overlap none.

    Edges are compared, because cutting each polygon with all its neighbours takes minutes for a country's wards.
    """
    fits = np.zeros(len(polygons), dtype=np.bool_)
    step = progress.start_step("wards compared with their neighbours", len(polygons))
    tree = shapely.STRtree(polygons)
    boxes: Polygons = np.array(shapely.box(*shapely.bounds(polygons).T), dtype=object)
    for group in _nearby_groups(polygons, _COMPARED_AT_ONCE):
        neighbours = np.setdiff1d(tree.query(boxes[group])[1], group)
        edges = shapely.coverage_invalid_edges(polygons[np.concatenate([group, neighbours])])
        fits[group] = shapely.is_empty(edges[: len(group)])
        step.update(len(group))
    return fits


def join_polygons(polygons: Polygons, fits: NDArray[np.bool_], max_filled_m2: float, progress: Progress) -> Polygons:
    """The union of all polygons as separate pieces, without holes up to a size.

    Polygons that fit their neighbours are joined at once, the others in groups, and the results in groups again. Small
    holes along edges that do not meet are filled each time: kept to the end, they make it take several times as long.
    """
    exact = polygons[fits]
    exact_groups = list(_nearby_groups(exact, _COMPARED_AT_ONCE))
    count = bool(exact_groups) + int(np.count_nonzero(~fits))
    step = progress.start_step("groups of wards put together", len(exact_groups) + sum(_groups_until_one(count)))
    unions = [shapely.coverage_union_all(exact[group]) for group in counted(exact_groups, step)]
    pieces = np.array([*_joined_exactly(unions), *polygons[~fits]], dtype=object)
    while len(pieces) > 1:
        rest = counted(list(_nearby_groups(pieces, _JOINED_AT_ONCE)), step)
        pieces = np.array(
            [_fill_holes(shapely.union_all(pieces[group]), max_filled_m2) for group in rest], dtype=object
        )
    return shapely.get_parts(pieces)


def _joined_exactly(parts: Sequence[BaseGeometry]) -> Sequence[BaseGeometry]:
    """Parts that fit each other exactly, joined to one; none if there are none."""
    return [shapely.coverage_union_all(parts)] if parts else []


def _groups_until_one(count: int) -> Iterator[int]:
    while count > 1:
        count = math.ceil(count / _JOINED_AT_ONCE)
        yield count


def _nearby_groups(polygons: Polygons, size: int) -> Iterator[NDArray[np.intp]]:
    """The positions of polygons in groups of a size, by nearness: the map is cut into columns, and these along."""
    west, south, east, north = shapely.bounds(polygons).T
    columns = max(1, round(math.sqrt(len(polygons) / size)))
    column = np.argsort(np.argsort(west + east)) * columns // max(1, len(polygons))
    order = np.lexsort((south + north, column))
    return (order[start : start + size] for start in range(0, len(order), size))


def _fill_holes(area: BaseGeometry, max_filled_m2: float) -> BaseGeometry:
    """An area without its holes up to a size."""
    return shapely.multipolygons([_fill_piece(piece, max_filled_m2) for piece in shapely.get_parts(area)])


def _fill_piece(piece: Polygon, max_filled_m2: float) -> Polygon:
    holes = [ring for ring in piece.interiors if Polygon(ring).area > max_filled_m2]
    return piece if len(holes) == len(piece.interiors) else Polygon(piece.exterior, holes)
