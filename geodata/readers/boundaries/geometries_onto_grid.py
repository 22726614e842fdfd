"""The geometries of a layer -> metres on the British National Grid, by the CRS that the file declares.

The declaration counts only if the coordinates agree with it.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.check_report import Report
from geodata.progress import NO_PROGRESS, Progress
from geodata.projection.declared_crs import needs_no_transformation, transform_declared
from geodata.projection.detect_transformation import detect_datum_path, reverse_datum_path
from geodata.readers.boundaries.coordinate_kind import CoordinateKind, are_of_kind, kind_of_most
from geodata.readers.boundaries.layers import Layer

_EXPORT: Final = "Have it exported again with longitude first, and with the grid that the numbers are really in."
_DECLARE: Final = (
    "Have it exported again with its grid declared (the .prj file of a Shapefile), best in British National Grid."
)
_BATCH_SIZE: Final = 200  # geometries
_SAMPLE_SIZE: Final = 200_000  # vertices
_OUTSIDE: Final = "the boundary lies far outside Great Britain."
_UNCOVERED: Final = "the boundary goes so far out to sea that OSTN15 does not cover it."

Move = Callable[[NDArray[np.float64]], NDArray[np.float64]]

Placed = BaseGeometry | str | None
"""A geometry in metres; or what is wrong with it; or None if the layer's CRS is not known."""


def place_on_grid(layer: Layer, report: Report, *, is_geojson: bool, progress: Progress = NO_PROGRESS) -> list[Placed]:
    """The geometry of each feature in metres, or what is wrong with it. Faults of the whole layer are reported."""
    found: list[Placed] = [feature.geometry for feature in layer.features]
    positions = [i for i, each in enumerate(found) if isinstance(each, BaseGeometry) and not each.is_empty]
    if not positions:
        return found
    readable = np.array([found[i] for i in positions], dtype=object)
    moved = _place_readable(layer, readable, report, progress, is_geojson=is_geojson)
    for i, position in enumerate(positions):
        found[position] = None if moved is None else moved[i]
    return found


def _place_readable(
    layer: Layer, geometries: NDArray[np.object_], report: Report, progress: Progress, *, is_geojson: bool
) -> list[Placed] | None:
    """Each geometry in metres or what is wrong with it; None, with the reason reported, if the CRS is in doubt."""
    moved, in_degrees = _as_declared(layer, geometries, progress)
    kind = kind_of_most(moved)
    problem = _contradiction(layer, kind, kind_of_most(geometries), in_degrees=in_degrees)
    if not layer.declared_crs and kind is CoordinateKind.DEGREES and not is_geojson and not _has_known_datum(moved):
        problem = "the file declares no grid, and its degrees may be of any of several datums, 100 m apart."
        report.error(problem, _DECLARE, column="crs")
        return None
    if problem:
        report.error(problem, _EXPORT, column="crs", value=layer.declared_crs)
        return None
    if not layer.declared_crs and kind is CoordinateKind.METRES:
        report.note("the file declares no grid; its numbers can only be British National Grid metres.")
    return _without_strays(moved, kind, report, progress)


def _as_declared(
    layer: Layer, geometries: NDArray[np.object_], progress: Progress
) -> tuple[NDArray[np.object_], bool | None]:
    """The geometries in degrees or British National Grid metres as the layer declares, and whether in degrees."""
    if not layer.crs_code:
        return geometries, None
    in_degrees = transform_declared(layer.crs_code, np.empty((0, 2))).in_degrees
    if needs_no_transformation(layer.crs_code):
        return geometries, in_degrees
    moved = _transform(geometries, lambda points: transform_declared(layer.crs_code, points).points, progress)
    return moved, in_degrees


def _contradiction(layer: Layer, kind: CoordinateKind, raw: CoordinateKind, *, in_degrees: bool | None) -> str:
    """Why the layer's coordinates cannot be what it declares, or "" if they can; `raw` is their kind in the file."""
    if layer.declared_crs and not layer.crs_code:
        return f"the file declares a grid that is not known here; its coordinates look like {raw.value}."
    if layer.declared_crs and kind is (CoordinateKind.DEGREES if in_degrees else CoordinateKind.METRES):
        return ""
    if not layer.declared_crs and kind in {CoordinateKind.DEGREES, CoordinateKind.METRES}:
        return ""
    declared = {True: "degrees", False: "metres", None: "no grid"}[in_degrees]
    return f"the file declares {declared}, but its coordinates look like {raw.value}."


def _has_known_datum(geometries: NDArray[np.object_]) -> bool:
    """Whether undeclared degrees come back to the grid of Ordnance Survey's vertices, which proves their datum."""
    in_degrees = geometries[are_of_kind(geometries, CoordinateKind.DEGREES)]
    return detect_datum_path(_sample_vertices(in_degrees)).certain


def _without_strays(
    geometries: NDArray[np.object_], kind: CoordinateKind, report: Report, progress: Progress
) -> list[Placed]:
    is_near = are_of_kind(geometries, kind)
    near = geometries[is_near]
    placed = iter(_from_degrees(near, report, progress) if kind is CoordinateKind.DEGREES else near)
    return [_require_cover(next(placed)) if near_ else _OUTSIDE for near_ in is_near]


def _require_cover(geometry: BaseGeometry) -> BaseGeometry | str:
    return geometry if np.isfinite(shapely.get_coordinates(geometry)).all() else _UNCOVERED


def _from_degrees(geometries: NDArray[np.object_], report: Report, progress: Progress) -> NDArray[np.object_]:
    path, certain = detect_datum_path(_sample_vertices(geometries))
    doubt = "" if certain else " (taken because the vertices do not tell)"
    report.note(f"the degrees were made by {path}{doubt}, which was undone.")
    return _transform(geometries, lambda points: reverse_datum_path(points, path), progress)


def _transform(geometries: NDArray[np.object_], move: Move, progress: Progress) -> NDArray[np.object_]:
    """The geometries with their vertices moved, in batches: a whole country has a gigabyte of vertices."""
    moved, step = np.empty_like(geometries), progress.start_step("wards brought onto the grid", len(geometries))
    for start in range(0, len(geometries), _BATCH_SIZE):
        batch = slice(start, start + _BATCH_SIZE)
        moved[batch] = shapely.transform(geometries[batch], lambda points: _keep_closed(move(points)))
        step.update(len(moved[batch]))
    return moved


def _keep_closed(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points with infinity for NaN: NaN equals nothing, so a ring that starts with it would not be closed."""
    return np.where(np.isnan(points), np.inf, points)


def _sample_vertices(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    """Vertices from all geometries, enough to detect what is true of all."""
    step = int(shapely.get_num_coordinates(geometries).sum()) // _SAMPLE_SIZE + 1
    batches = (geometries[start : start + _BATCH_SIZE] for start in range(0, len(geometries), _BATCH_SIZE))
    return np.concatenate([np.empty((0, 2)), *(shapely.get_coordinates(batch)[::step] for batch in batches)])
