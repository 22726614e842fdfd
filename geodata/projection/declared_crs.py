"""The coordinate reference system (CRS) that a file declares -> its code, and points in it -> grid or degrees.

pyproj is used only between systems that share a datum, where PROJ's missing OSTN15 grid makes no difference.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyproj

_CODE: Final = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"(EPSG|OGC|ESRI)[:/]{1,2}(?:[0-9.]*[:/])?([0-9]{4,6}|CRS84)",
    re.IGNORECASE,
)
_MAX_WKT_LENGTH: Final = 20_000
_NATIONAL_GRID: Final = "EPSG:27700"
_PLAIN_DEGREES: Final = frozenset({"OGC:CRS84", "EPSG:4326", "EPSG:4258"})
_OSGB36: Final = 4277


class Transformed(NamedTuple):
    """Points, shape (n, 2), in metres of the British National Grid, or in degrees of WGS 84 with longitude first."""

    points: NDArray[np.float64]
    in_degrees: bool


def identify_crs(declared: str) -> str:
    """Authority and code of a declared CRS, like EPSG:27700; empty if it cannot be identified.

    Accepts the usual spellings of a code, and well-known text. Other notations of PROJ are not passed to PROJ, because
    they can name files to read.
    """
    if match := _CODE.fullmatch(declared.strip()):
        code = ":".join(match.groups()).upper()
        return code if code in _PLAIN_DEGREES or _find_crs(code) else ""
    if not declared or len(declared) > _MAX_WKT_LENGTH:
        return ""
    import pyproj  # noqa: PLC0415 - here and below: only loading boundaries needs it, and it takes long to import

    try:
        found = pyproj.CRS.from_wkt(declared).to_authority()
    except pyproj.exceptions.CRSError:
        return ""
    return ":".join(found) if found else ""


def transform_declared(code: str, points: NDArray[np.float64]) -> Transformed:
    """Points of an identified CRS: on the British National Grid if it has the same datum, else in degrees.

    How the publisher made the degrees is not known yet: see datum_path.py. Points that PROJ cannot transform become
    infinite.
    """
    crs = None if needs_no_transformation(code) else _find_crs(code)
    if crs is None:
        return Transformed(points, in_degrees=code in _PLAIN_DEGREES)
    import pyproj  # noqa: PLC0415

    base = crs.geodetic_crs
    shares_datum = base is not None and base.to_epsg() == _OSGB36
    target = pyproj.CRS.from_epsg(27700 if shares_datum else 4326)
    transformer = pyproj.Transformer.from_crs(crs, target, always_xy=True)
    return Transformed(np.column_stack(transformer.transform(points[:, 0], points[:, 1])), in_degrees=not shares_datum)


def needs_no_transformation(code: str) -> bool:
    """Whether `transform_declared` returns the points of a CRS unchanged."""
    return code == _NATIONAL_GRID or code in _PLAIN_DEGREES


@cache
def _find_crs(code: str) -> "pyproj.CRS | None":
    """A CRS without its heights, or None if PROJ does not know the code."""
    import pyproj  # noqa: PLC0415

    try:
        found = pyproj.CRS.from_authority(*code.split(":"))
    except pyproj.exceptions.CRSError:
        return None
    return found.sub_crs_list[0] if found.is_compound else found
