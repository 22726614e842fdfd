"""Boundary files -> wards, with their grid declared and not guessed."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec
import shapely
from shapely.geometry import shape

from geodata.errors import SourceError
from geodata.report import Report
from geodata.sources.tables import open_source
from geodata.ward import District, Ward

_GRID: Final = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:{1,2}(?:[0-9.]*:)?27700", re.IGNORECASE)
_CODE: Final = re.compile(r"wd[0-9]{2}cd|ward_?code|gss_code", re.IGNORECASE)
_NAME: Final = re.compile(r"wd[0-9]{2}nm|ward_?name|name", re.IGNORECASE)
_DISTRICT_CODE: Final = re.compile(r"lad[0-9]{2}cd|district_?code", re.IGNORECASE)
_DISTRICT_NAME: Final = re.compile(r"lad[0-9]{2}nm|district_?name", re.IGNORECASE)
_GSS_CODE: Final = re.compile(r"[EWSN][0-9]{8}")
_REMEDY_FORMAT: Final = (
    "For now, load GeoJSON in British National Grid metres whose crs member says EPSG:27700, "
    "like geodata/west_midlands/wards.geojson."
)


class _Feature(msgspec.Struct):
    properties: dict[str, Any]
    geometry: dict[str, Any] | None


class _Collection(msgspec.Struct):
    features: list[_Feature]
    crs: dict[str, Any] | None = None


def read_wards(path: Path, report: Report) -> list[Ward]:
    """Every ward of a GeoJSON file in EPSG:27700, faults collected in the report with the feature's number.

    Raises SourceError where the file as a whole cannot be read.
    """
    collection = _decode(path)
    _require_grid(path.name, collection.crs)
    wards: dict[str, Ward] = {}
    for number, feature in enumerate(collection.features, start=1):
        code = _property(feature, _CODE)
        try:
            ward = _read_ward(code, feature)
        except _FeatureError as fault:
            report.error(fault.problem, fault.remedy, row=number, column="feature", value=code)
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
    except msgspec.DecodeError as error:
        sentence = f"{path.name} is not a whole GeoJSON FeatureCollection ({error}). {_REMEDY_FORMAT}"
        raise SourceError(sentence) from error


def _require_grid(name: str, crs: dict[str, Any] | None) -> None:
    properties = (crs or {}).get("properties")
    declared = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not _GRID.fullmatch(declared):
        stated = f"declares {declared!r}" if declared else "declares no crs, which by RFC 7946 means degrees"
        sentence = f"{name} {stated}; other grids are not read yet. {_REMEDY_FORMAT}"
        raise SourceError(sentence)


class _FeatureError(Exception):
    """What is wrong with one feature."""

    def __init__(self, problem: str, remedy: str = "Ask the supplier for the boundary again.") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(problem)


def _read_ward(code: str, feature: _Feature) -> Ward:
    name = _property(feature, _NAME)
    if not _GSS_CODE.fullmatch(code):
        raise _FeatureError("no ward code.", "Give each ward its GSS code, like E05011151.")
    if not name:
        raise _FeatureError("the ward has no name.", "Give each ward its name.")
    district = District(_property(feature, _DISTRICT_CODE), _property(feature, _DISTRICT_NAME))
    return Ward(code, name, district, _polygon(feature))


def _polygon(feature: _Feature) -> shapely.Polygon | shapely.MultiPolygon:
    try:
        geometry = shape(feature.geometry or {"type": "GeometryCollection", "geometries": []})
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise _FeatureError(f"the geometry cannot be read ({error}).") from error
    if not isinstance(geometry, shapely.Polygon | shapely.MultiPolygon):
        raise _FeatureError(f"a {geometry.geom_type} is not an area.")
    if geometry.is_empty:
        raise _FeatureError("the ward has an empty boundary.")
    if not geometry.is_valid:
        raise _FeatureError(f"invalid boundary: {shapely.is_valid_reason(geometry)}.")
    return shapely.force_2d(geometry)


def _property(feature: _Feature, pattern: re.Pattern[str]) -> str:
    found = next((value for key, value in feature.properties.items() if pattern.fullmatch(key)), None)
    return found.strip() if isinstance(found, str) else ""
