"""What a supplied file is, told by its first bytes, or by its name where it is one of many."""

import re
from pathlib import PurePosixPath
from typing import Final

from geodata.readers.boundaries.messages import GEOJSON, GEOPACKAGE, KML, SHAPEFILE

ENOUGH: Final = 4096
"""Bytes that tell a format."""

BOUNDARIES: Final = frozenset({".geojson", ".json", ".gpkg", ".kml", ".shp"})
"""The endings of the names of boundary files."""

_SHAPEFILE_BEGINS: Final = b"\x00\x00\x27\x0a"
# Where the files lie in the zips of Ordnance Survey and ONS, and what they are called wherever they lie.
_IN_ITS_PLACE: Final = re.compile(r".*/Data/(?:CSV/[a-z]{1,2}|(?:ONSPD|NSPL)_[^/]*)\.csv", re.IGNORECASE)
_BY_NAME: Final = re.compile(r"(?:[a-z]{1,2}|(?:ONSPD|NSPL)_[^/]*)\.csv", re.IGNORECASE)


def boundary_format(begins: bytes) -> str:
    """The format of boundaries that a file is in, empty for none. Names lie, and GDAL believes what it finds."""
    text = begins.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return GEOJSON
    if begins.startswith(b"SQLite format 3\0"):
        return GEOPACKAGE
    if begins.startswith(_SHAPEFILE_BEGINS):
        return SHAPEFILE
    return KML if text.startswith(b"<") and b"<kml" in text else ""


def is_boundary_file(name: str) -> bool:
    """Whether a part of a zip or folder is called like a boundary file."""
    return is_meant(name) and PurePosixPath(name).suffix.lower() in BOUNDARIES


def is_postcode_file(name: str, folder: str = "") -> bool:
    """Whether a part of a zip or folder is called like a file of postcodes; directly in it, the name is enough."""
    return bool(_IN_ITS_PLACE.fullmatch(name) or _BY_NAME.fullmatch(name.removeprefix(folder)))


def is_meant(name: str) -> bool:
    """Whether somebody put a file there, and not the system for itself."""
    return "/__MACOSX/" not in name and not PurePosixPath(name).name.startswith(".")
