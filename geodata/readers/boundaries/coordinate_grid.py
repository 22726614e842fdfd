"""Raw features -> geometries in metres: the grid that the file declares, as long as its numbers bear that out."""

from collections.abc import Callable
from enum import Enum
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.findings import Report
from geodata.grid import LATITUDES, LONGITUDES
from geodata.progress import NO_PROGRESS, Progress
from geodata.projection.datum_path import detect_datum_path, reverse_datum_path
from geodata.projection.declared_crs import needs_no_transformation, transform_declared
from geodata.readers.boundaries.layers import Layer

# The same in metres as LONGITUDES and LATITUDES are in degrees.
_EASTINGS, _NORTHINGS = (-10_000.0, 700_000.0), (-20_000.0, 1_300_000.0)
_EXPORT: Final = "Have it exported again with longitude first, and with the grid that the numbers are really in."
_DECLARE: Final = (
    "Have it exported again with its grid declared (the .prj file of a Shapefile), best in British National Grid."
)
_AT_ONCE: Final = 200  # geometries
_ENOUGH: Final = 200_000  # vertices
_OUTSIDE: Final = "the boundary lies far outside Great Britain."
_UNCOVERED: Final = "the boundary goes so far out to sea that OSTN15 does not cover it."


Move = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Look(Enum):
    """What coordinates can only be, by their size."""

    METRES = "metres"
    DEGREES = "degrees"
    SWAPPED = "degrees with latitude first"
    ELSEWHERE = "no place in Great Britain"


_BOXES: Final = {
    Look.DEGREES: (LONGITUDES, LATITUDES),
    Look.SWAPPED: (LATITUDES, LONGITUDES),
    Look.METRES: (_EASTINGS, _NORTHINGS),
}

Placed = BaseGeometry | str | None
"""A geometry in metres; or what is wrong with it; or None where the grid of all is not known."""


class _Readable(NamedTuple):
    """The geometries that can be read, and at which features they stand."""

    geometries: NDArray[np.object_]
    positions: list[int]


def place(layer: Layer, report: Report, *, is_geojson: bool, progress: Progress = NO_PROGRESS) -> list[Placed]:
    """The geometry of each feature in metres, or what stands against it; faults of the whole layer in the report."""
    found: list[Placed] = [feature.geometry for feature in layer.features]
    positions = [i for i, each in enumerate(found) if isinstance(each, BaseGeometry) and not each.is_empty]
    readable = _Readable(np.array([found[i] for i in positions], dtype=object), positions)
    if not positions:
        return found
    moved = _on_grid(layer, readable.geometries, report, progress, is_geojson=is_geojson)
    for i, position in enumerate(positions):
        found[position] = None if moved is None else moved[i]
    return found


def _on_grid(
    layer: Layer, geometries: NDArray[np.object_], report: Report, progress: Progress, *, is_geojson: bool
) -> list[Placed] | None:
    """Each geometry in metres or what is wrong with it; None, with the reason in the report, where no grid is sure."""
    brought, in_degrees = _as_declared(layer, geometries, progress)
    look = look_of_most(brought)
    problem = _contradiction(layer, look, look_of_most(geometries), in_degrees=in_degrees)
    if not layer.declared and look is Look.DEGREES and not is_geojson and not _settled(brought):
        problem = "the file declares no grid, and its degrees may be of any of several datums, 100 m apart."
        report.error(problem, _DECLARE, column="crs")
        return None
    if problem:
        report.error(problem, _EXPORT, column="crs", value=layer.declared)
        return None
    if not layer.declared and look is Look.METRES:
        report.note("the file declares no grid; its numbers can only be British National Grid metres.")
    return _without_strays(brought, look, report, progress)


def _as_declared(
    layer: Layer, geometries: NDArray[np.object_], progress: Progress
) -> tuple[NDArray[np.object_], bool | None]:
    """The geometries in degrees or British National Grid metres by what the layer declares, and whether in degrees."""
    if not layer.authority:
        return geometries, None
    in_degrees = transform_declared(layer.authority, np.empty((0, 2))).in_degrees
    if needs_no_transformation(layer.authority):
        return geometries, in_degrees
    return _transformed(
        geometries, lambda points: transform_declared(layer.authority, points).points, progress
    ), in_degrees


def _transformed(geometries: NDArray[np.object_], move: Move, progress: Progress) -> NDArray[np.object_]:
    """The geometries with their vertices moved, some at a time: those of a whole country have a gigabyte of them."""
    moved, step = np.empty_like(geometries), progress.start_step("wards brought onto the grid", len(geometries))
    for start in range(0, len(geometries), _AT_ONCE):
        piece = slice(start, start + _AT_ONCE)
        moved[piece] = shapely.transform(geometries[piece], lambda points: _closed(move(points)))
        step.update(len(moved[piece]))
    return moved


def _closed(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points with infinity where there is none: as NaN equals nothing, a ring of it would not be closed."""
    return np.where(np.isnan(points), np.inf, points)


def _sampled(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    """Vertices from all over, enough to tell by them what holds for all."""
    step = int(shapely.get_num_coordinates(geometries).sum()) // _ENOUGH + 1
    pieces = (geometries[start : start + _AT_ONCE] for start in range(0, len(geometries), _AT_ONCE))
    return np.concatenate([np.empty((0, 2)), *(shapely.get_coordinates(piece)[::step] for piece in pieces)])


def _contradiction(layer: Layer, look: Look, raw: Look, *, in_degrees: bool | None) -> str:
    """What speaks against reading a layer's numbers as they are declared; empty for nothing."""
    if layer.declared and not layer.authority:
        return f"the file declares a grid that is not known here; its coordinates look like {raw.value}."
    if layer.declared and look is (Look.DEGREES if in_degrees else Look.METRES):
        return ""
    if not layer.declared and look in {Look.DEGREES, Look.METRES}:
        return ""
    meant = {True: "degrees", False: "metres", None: "no grid"}[in_degrees]
    return f"the file declares {meant}, but its coordinates look like {raw.value}."


def look_of_most(geometries: NDArray[np.object_]) -> Look:
    """What the coordinates of at least half of some geometries can only be."""
    for look in _BOXES:
        if 2 * np.count_nonzero(_fits(geometries, look)) >= len(geometries):
            return look
    return Look.ELSEWHERE


def _fits(geometries: NDArray[np.object_], look: Look) -> NDArray[np.bool_]:
    (west, east), (south, north) = _BOXES[look]
    bounds = shapely.bounds(geometries)
    inside = np.column_stack((bounds[:, :2] >= (west, south), bounds[:, 2:] <= (east, north)))
    fits: NDArray[np.bool_] = np.logical_and.reduce(inside, axis=1)
    return fits


def _settled(geometries: NDArray[np.object_]) -> bool:
    """Whether undeclared degrees come back onto the grid of Ordnance Survey's vertices, which settles their datum."""
    fitting = geometries[_fits(geometries, Look.DEGREES)]
    return detect_datum_path(_sampled(fitting)).certain


def _without_strays(geometries: NDArray[np.object_], look: Look, report: Report, progress: Progress) -> list[Placed]:
    fits = _fits(geometries, look)
    moved = iter(_from_degrees(geometries[fits], report, progress) if look is Look.DEGREES else geometries[fits])
    return [_whole(next(moved)) if fit else _OUTSIDE for fit in fits]


def _whole(geometry: BaseGeometry) -> BaseGeometry | str:
    return geometry if np.isfinite(shapely.get_coordinates(geometry)).all() else _UNCOVERED


def _from_degrees(geometries: NDArray[np.object_], report: Report, progress: Progress) -> NDArray[np.object_]:
    path, certain = detect_datum_path(_sampled(geometries))
    sure = "" if certain else " (taken because the vertices do not tell)"
    report.note(f"the degrees were made by {path}{sure}, which was undone.")
    return _transformed(geometries, lambda points: reverse_datum_path(points, path), progress)
