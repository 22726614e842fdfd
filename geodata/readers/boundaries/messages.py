"""What crosses from the process that reads a boundary file to the one that judges it: plain values, no objects."""

from typing import Final

import msgspec

GEOJSON: Final = "GeoJSON"
GEOPACKAGE: Final = "GeoPackage"
SHAPEFILE: Final = "Shapefile"
KML: Final = "KML"


class BoundaryTask(msgspec.Struct):
    """Which file is to be read, of how many million bytes and features at most."""

    path: str
    source_mb: int
    features: int


class Feature(msgspec.Struct, array_like=True):
    """One feature: its columns as text, its geometry as well-known binary (empty for none) or what is wrong with it."""

    values: dict[str, str]
    geometry: bytes = b""
    fault: str = ""


class Opened(msgspec.Struct, tag=True):
    """The format that the file was found to be in."""

    format: str


class LayerBegun(msgspec.Struct, tag=True):
    """What follows is of another layer; the grid in the file's words, and its code where it is known."""

    name: str
    declared: str
    authority: str


class Features(msgspec.Struct, tag=True):
    """The next features of a layer."""

    features: list[Feature]
