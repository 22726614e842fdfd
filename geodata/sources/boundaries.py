"""Boundary files -> wards on the British National Grid, their own grid declared and not guessed."""

import re
from enum import Enum
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata.errors import SourceError
from geodata.projection import undo
from geodata.repair import UnrepairableError, repair
from geodata.report import Report
from geodata.sources.tables import open_source
from geodata.ward import District, Ward

_METRES: Final = re.compile(r"(?:urn:(?:x-)?ogc:def:crs:)?EPSG:{1,2}(?:[0-9.]*:)?27700", re.IGNORECASE)
_DEGREES: Final = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?(?:OGC:(?:1\.3:|:)?CRS84|EPSG:{1,2}(?:[0-9.]*:)?(?:4326|4258))", re.IGNORECASE
)
_CODE: Final = re.compile(r"wd[0-9]{2}cd|ward_?code|gss_code", re.IGNORECASE)
_NAME: Final = re.compile(r"wd[0-9]{2}nm|ward_?name|name", re.IGNORECASE)
_DISTRICT_CODE: Final = re.compile(r"lad[0-9]{2}cd|district_?code", re.IGNORECASE)
_DISTRICT_NAME: Final = re.compile(r"lad[0-9]{2}nm|district_?name", re.IGNORECASE)
_GSS_CODE: Final = re.compile(r"[EWSN][0-9]{8}")
_ASK_AGAIN: Final = "Ask the supplier for the boundary again."
_REMEDY_FORMAT: Final = "Load GeoJSON in degrees or in British National Grid metres, as ONS publishes it."

# Great Britain with its islands and some sea: what coordinates must look like to be believed.
_LONGITUDES, _LATITUDES = (-9.5, 2.5), (49.0, 61.5)
_EASTINGS, _NORTHINGS = (-10_000.0, 700_000.0), (-20_000.0, 1_300_000.0)
_NOTICEABLE_M2: Final = 1.0


class _Grid(Enum):
    METRES = "metres"
    DEGREES = "degrees"
    SWAPPED = "degrees with latitude first"
    ELSEWHERE = "no place in Great Britain"


class _Feature(msgspec.Struct):
    properties: dict[str, Any]
    geometry: dict[str, Any] | None


class _Collection(msgspec.Struct):
    features: list[_Feature]
    crs: dict[str, Any] | None = None


def read_wards(path: Path, report: Report) -> list[Ward]:
    """Every ward of a GeoJSON file of any vintage, faults collected in the report with the feature's number.

    Degrees are brought onto the grid by the path by which they left it. Raises SourceError where the file as a whole
    cannot be read.
    """
    collection = _decode(path)
    wards: dict[str, Ward] = {}
    geometries = _on_grid(path.name, collection, report)
    for number, (feature, geometry) in enumerate(zip(collection.features, geometries, strict=True), start=1):
        code = _property(feature, _CODE)
        try:
            ward = _read_ward(code, feature, geometry, number, report)
        except (_FeatureError, UnrepairableError) as fault:
            remedy = fault.remedy if isinstance(fault, _FeatureError) else _ASK_AGAIN
            report.error(str(fault), remedy, row=number, column="feature", value=code)
            continue
        if wards.setdefault(code, ward) is not ward:
            remedy = "Keep one feature a ward."
            report.error("the ward stands in the file twice.", remedy, row=number, column="feature", value=code)
    if not wards and not report.errors:
        report.error("there is no ward in the file.", "Check that the right file was chosen.")
    return list(wards.values())


def _decode(path: Path) -> _Collection:
    with open_source(path) as stream:
        content = stream.read()
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        sentence = f"{path.name} is not a whole GeoJSON FeatureCollection ({error}). {_REMEDY_FORMAT}"
        raise SourceError(sentence) from error


def _on_grid(name: str, collection: _Collection, report: Report) -> list[BaseGeometry | str]:
    """The geometry of each feature in metres, or in its place what is wrong with it."""
    found = [_geometry(feature) for feature in collection.features]
    readable = np.array([each for each in found if isinstance(each, BaseGeometry)], dtype=object)
    grid = _grid_of(name, collection.crs, shapely.get_coordinates(readable), report)
    if grid is _Grid.METRES:
        return found

    def transform(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        regridded = undo(degrees)
        sure = "" if regridded.certain else " (taken because the vertices do not tell)"
        report.note(f"the degrees were made by {regridded.path}{sure}, which was undone.")
        return regridded.points

    moved = iter(shapely.transform(readable, transform))
    return [next(moved) if isinstance(each, BaseGeometry) else each for each in found]


def _geometry(feature: _Feature) -> BaseGeometry | str:
    try:
        found = shape(feature.geometry or {"type": "GeometryCollection", "geometries": []})
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        return f"the geometry cannot be read ({error})."
    return found if np.isfinite(shapely.get_coordinates(found)).all() else "a coordinate is not a number."


def _grid_of(name: str, crs: dict[str, Any] | None, vertices: NDArray[np.float64], report: Report) -> _Grid:
    """Which grid a file is in: what it declares, as long as the numbers bear that out. Raises SourceError."""
    declared = _declared(crs)
    numbers = _look_of(vertices)
    if declared and not _METRES.fullmatch(declared) and not _DEGREES.fullmatch(declared):
        sentence = f"{name} declares the grid {declared!r}, which is not read yet. {_REMEDY_FORMAT}"
        raise SourceError(sentence)
    said = _Grid.METRES if declared and _METRES.fullmatch(declared) else _Grid.DEGREES
    if numbers is said or not len(vertices):
        return said
    if not declared and numbers is _Grid.METRES:
        report.note("the file declares no grid; its numbers can only be British National Grid metres.")
        return numbers
    stated = f"declares {declared!r}" if declared else "declares no crs, which by RFC 7946 means degrees"
    sentence = (
        f"{name} {stated}, but its coordinates, such as {vertices[0][0]:.7g}, {vertices[0][1]:.7g}, are "
        f"{numbers.value}. Have it exported again with longitude first or with the right crs member."
    )
    raise SourceError(sentence)


def _declared(crs: dict[str, Any] | None) -> str:
    properties = (crs or {}).get("properties")
    return str(properties.get("name", "")) if isinstance(properties, dict) else ""


def _look_of(vertices: NDArray[np.float64]) -> _Grid:
    """What coordinates can only be, by their size."""
    for grid, first, second in (
        (_Grid.DEGREES, _LONGITUDES, _LATITUDES),
        (_Grid.SWAPPED, _LATITUDES, _LONGITUDES),
        (_Grid.METRES, _EASTINGS, _NORTHINGS),
    ):
        low, high = zip(first, second, strict=True)
        if ((vertices >= low) & (vertices <= high)).all():
            return grid
    return _Grid.ELSEWHERE


class _FeatureError(Exception):
    """What is wrong with one feature."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(problem)


def _read_ward(code: str, feature: _Feature, geometry: BaseGeometry | str, number: int, report: Report) -> Ward:
    name = _property(feature, _NAME)
    if not _GSS_CODE.fullmatch(code):
        raise _FeatureError("no ward code.", "Give each ward its GSS code, like E05011151.")
    if not name:
        raise _FeatureError("the ward has no name.", "Give each ward its name.")
    if isinstance(geometry, str):
        raise _FeatureError(geometry, _ASK_AGAIN)
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise _FeatureError("the boundary leaves Great Britain.", _ASK_AGAIN)
    polygon, changed = repair(geometry)
    if changed > _NOTICEABLE_M2:
        problem = f"the boundary was invalid; mending it changed {changed:,.0f} m²."
        report.warning(problem, "Look at the ward on a map.", row=number, column="feature", value=code)
    district = District(_property(feature, _DISTRICT_CODE), _property(feature, _DISTRICT_NAME))
    return Ward(code, name, district, polygon)


def _property(feature: _Feature, pattern: re.Pattern[str]) -> str:
    found = next((value for key, value in feature.properties.items() if pattern.fullmatch(key)), None)
    return found.replace("\0", "").strip() if isinstance(found, str) else ""  # PostgreSQL takes no NUL in a text
