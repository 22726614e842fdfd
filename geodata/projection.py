"""The single place that turns other coordinates into the British National Grid, and the grid into degrees.

Ordnance Survey's OSTN15 is the definition; convertbng carries its grid. PROJ without that grid falls back in silence to
a seven-parameter transformation that is 1.7 m off in the West Midlands, so pyproj is used only where a source was made
that way and must be undone the same way, and between grids that share a datum, where there is nothing to be off by.
"""

import math
import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from convertbng.cutil import convert_bng, convert_lonlat
from numpy.typing import NDArray

from geodata.grid import GridPoint, LonLat

if TYPE_CHECKING:
    import pyproj

# EPSG:1314, "OSGB36 to WGS 84 (6)", turned round: degrees to cartesian, seven parameters, Airy, Transverse Mercator.
_HELMERT: Final = """
    +proj=pipeline
    +step +proj=unitconvert +xy_in=deg +xy_out=rad
    +step +proj=cart +ellps=WGS84
    +step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489
          +convention=position_vector
    +step +inv +proj=cart +ellps=airy
    +step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy
"""

# Boundary-Line, from which every official boundary is made, keeps its vertices on a grid of 0.1 m.
_SOURCE_GRID_M: Final = 0.1
_ON_GRID_M: Final = 0.01
_CONVINCING: Final = 0.6

_AUTHORITY: Final = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"(EPSG|OGC)[:/]{1,2}(?:[0-9.]*[:/])?([0-9]{4,6}|CRS84)",
    re.IGNORECASE,
)
_LONGEST_WKT: Final = 20_000
_NATIONAL_GRID: Final = "EPSG:27700"
_PLAIN_DEGREES: Final = frozenset({"OGC:CRS84", "EPSG:4326", "EPSG:4258"})
_OSGB36: Final = 4277


class DatumPath(StrEnum):
    """How a publisher turned grid references into degrees."""

    OSTN15 = "OSTN15"
    HELMERT = "the seven-parameter transformation EPSG:1314"


class Brought(NamedTuple):
    """Points, shape (n, 2), in metres of the British National Grid, or in degrees of WGS 84 with longitude first."""

    points: NDArray[np.float64]
    in_degrees: bool


class DetectedPath(NamedTuple):
    """The path by which degrees were made, and whether the vertices leave no doubt of it."""

    path: DatumPath
    certain: bool


def to_lonlat(point: GridPoint) -> LonLat | None:
    """Degrees of a grid point, or None beyond OSTN15's cover (at sea, abroad)."""
    longitude, latitude = convert_lonlat(point.easting, point.northing)
    found = LonLat(float(longitude[0]), float(latitude[0]))
    return None if math.isnan(found.longitude) else found


def to_grid(point: LonLat) -> GridPoint | None:
    """Grid point of degrees, or None beyond OSTN15's cover (at sea, abroad, not a number)."""
    easting, northing = convert_bng(point.longitude, point.latitude)
    found = GridPoint(float(easting[0]), float(northing[0]))
    return None if math.isnan(found.easting) else found


def to_lonlat_many(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees, longitude then latitude, of points, easting then northing, both shape (n, 2); NaN beyond cover."""
    return np.column_stack(convert_lonlat(points[:, 0], points[:, 1]))


def to_grid_many(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points, easting then northing, of degrees, longitude then latitude, both shape (n, 2); NaN beyond cover."""
    return np.column_stack(convert_bng(degrees[:, 0], degrees[:, 1]))


def identify(declared: str) -> str:
    """The authority and code of a declared grid, like EPSG:27700; empty where it cannot be told.

    Takes the usual spellings of a code, and well-known text. What else PROJ would take is not passed on to it, because
    its own notation can name files to read.
    """
    if match := _AUTHORITY.fullmatch(declared.strip()):
        name = ":".join(match.groups()).upper()
        return name if name in _PLAIN_DEGREES or _grid(name) else ""
    if not declared or len(declared) > _LONGEST_WKT:
        return ""
    import pyproj  # noqa: PLC0415 - here and below: only loading boundaries needs it, and it takes long to import

    try:
        found = pyproj.CRS.from_wkt(declared).to_authority()
    except pyproj.exceptions.CRSError:
        return ""
    return ":".join(found) if found else ""


def bring(authority: str, points: NDArray[np.float64]) -> Brought:
    """Points of a grid that was identified, onto the British National Grid if it has its datum, else into degrees.

    Degrees still have to be undone by `undo`. Points that the grid cannot have become infinite.
    """
    grid = None if holds_as_it_is(authority) else _grid(authority)
    if grid is None:
        return Brought(points, in_degrees=authority in _PLAIN_DEGREES)
    import pyproj  # noqa: PLC0415

    base = grid.geodetic_crs
    shares_datum = base is not None and base.to_epsg() == _OSGB36
    target = pyproj.CRS.from_epsg(27700 if shares_datum else 4326)
    transformer = pyproj.Transformer.from_crs(grid, target, always_xy=True)
    return Brought(np.column_stack(transformer.transform(points[:, 0], points[:, 1])), in_degrees=not shares_datum)


def holds_as_it_is(authority: str) -> bool:
    """Whether `bring` leaves the points of a grid as they are."""
    return authority == _NATIONAL_GRID or authority in _PLAIN_DEGREES


def tell_path(degrees: NDArray[np.float64]) -> DetectedPath:
    """By whichever path a publisher made the degrees of boundary vertices, of which a sample will do.

    ONS went by EPSG:1314 up to at least 2022 and by OSTN15 in 2025, 1.75 m apart in the West Midlands, and says so
    nowhere. But the vertices began on a 0.1 m grid: the path that brings them back onto it is the one that was taken.
    Where neither does (simplified or reshaped vertices), OSTN15 is taken and `certain` is false.
    """
    ostn15, helmert = (_share_on_grid(undo(degrees, path)) for path in (DatumPath.OSTN15, DatumPath.HELMERT))
    if helmert > max(ostn15, _CONVINCING):
        return DetectedPath(DatumPath.HELMERT, certain=True)
    return DetectedPath(DatumPath.OSTN15, certain=ostn15 >= _CONVINCING)


def undo(degrees: NDArray[np.float64], path: DatumPath) -> NDArray[np.float64]:
    """Points, shape (n, 2), easting then northing, of degrees that were made by a path."""
    if path is DatumPath.OSTN15:
        return to_grid_many(degrees)
    return np.column_stack(_helmert().transform(degrees[:, 0], degrees[:, 1]))


def _share_on_grid(points: NDArray[np.float64]) -> float:
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        return 0.0
    off = np.abs(finite - np.round(finite / _SOURCE_GRID_M) * _SOURCE_GRID_M)
    return float((off < _ON_GRID_M).all(axis=1).mean())


@cache
def _grid(authority: str) -> "pyproj.CRS | None":
    """A grid by its code, its heights left out; None where PROJ does not know it."""
    import pyproj  # noqa: PLC0415

    try:
        found = pyproj.CRS.from_authority(*authority.split(":"))
    except pyproj.exceptions.CRSError:
        return None
    return found.sub_crs_list[0] if found.is_compound else found


@cache
def _helmert() -> "pyproj.Transformer":
    import pyproj  # noqa: PLC0415

    return pyproj.Transformer.from_pipeline(_HELMERT)
