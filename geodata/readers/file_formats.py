"""Which format a supplied file is in, by its first bytes; which parts of a zip or folder to read, by their names."""

import codecs
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

GEOJSON: Final = "GeoJSON"
GEOPACKAGE: Final = "GeoPackage"
SHAPEFILE: Final = "Shapefile"
KML: Final = "KML"
GML: Final = "GML"
FILE_GEODATABASE: Final = "File Geodatabase"
MAPINFO: Final = "MapInfo file"
FLATGEOBUF: Final = "FlatGeobuf"
ESRI_JSON: Final = "Esri JSON"
TOPOJSON: Final = "TopoJSON"

FORMAT_BYTES: Final = 4096
"""How many of a file's first bytes are enough to know its format."""

BOUNDARY_SUFFIXES: Final = frozenset(
    {".geojson", ".geojsonl", ".geojsons", ".ndjson", ".json", ".esrijson", ".topojson"}
    | {".gpkg", ".kml", ".gml", ".shp", ".tab", ".mif", ".fgb", ".gdbtable", ".parquet"}
)

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SHAPEFILE_SIGNATURE: Final = b"\x00\x00\x27\x0a"
# Where the files are in the zips of Ordnance Survey and ONS, and what they are called in any place.
_POSTCODE_PATH: Final = re.compile(r".*/Data/(?:CSV/[a-z]{1,2}|(?:ONSPD|NSPL)_[^/]*)\.csv", re.IGNORECASE)
_POSTCODE_NAME: Final = re.compile(r"(?:[a-z]{1,2}|(?:ONSPD|NSPL)_[^/]*)\.csv", re.IGNORECASE)


def boundary_format(first_bytes: bytes) -> str:
    """The boundary format of a file, or "" if it has none. Names do not count, and GDAL does not check them."""
    text = first_bytes.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first_bytes.startswith(_UTF_16):
        text = first_bytes[2:].replace(b"\0", b"").lstrip()
    if text.startswith((b"{", b"\x1e")):
        return GEOJSON
    if first_bytes.startswith(b"SQLite format 3\0"):
        return GEOPACKAGE
    if first_bytes.startswith(_SHAPEFILE_SIGNATURE):
        return SHAPEFILE
    for format_, is_of_format in _FORMATS.items():
        if is_of_format(text):
            return format_
    return ""


def _is_gml(text: bytes) -> bool:
    is_schema_or_fault = re.search(rb"<(?:\w+:)?(?:schema|ExceptionReport)\b", text) is not None
    return text.startswith(b"<") and b"opengis.net/gml" in text and not is_schema_or_fault


_FORMATS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    KML: lambda text: text.startswith(b"<") and b"<kml" in text,
    GML: _is_gml,
    FLATGEOBUF: lambda text: text.startswith(b"fgb\x03fgb"),
    MAPINFO: lambda text: bool(re.match(rb"!table\b|version\s+\d+\s[^\0]*\bcolumns\b", text, re.IGNORECASE)),
}


def as_utf8(content: bytes) -> bytes:
    """A text in UTF-8 or, with a byte-order mark, UTF-16 -> UTF-8 without the mark. Raises UnicodeDecodeError."""
    if content.startswith(_UTF_16):
        return content.decode("utf-16").encode()
    return content.removeprefix(codecs.BOM_UTF8)


def is_boundary_file(name: str) -> bool:
    """Whether a part of a zip or folder has the name of a boundary file."""
    return is_data_file(name) and PurePosixPath(name).suffix.lower() in BOUNDARY_SUFFIXES


def is_postcode_file(name: str, folder: str = "") -> bool:
    """Whether a part of a zip or folder has the path of a postcode file; directly in `folder`, its name is enough."""
    return bool(_POSTCODE_PATH.fullmatch(name) or _POSTCODE_NAME.fullmatch(name.removeprefix(folder)))


def is_data_file(name: str) -> bool:
    """Whether a person put a part there, and not macOS or another system for its own use."""
    return "/__MACOSX/" not in name and not PurePosixPath(name).name.startswith(".")
