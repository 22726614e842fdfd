"""What crosses from the process that reads a boundary file to the one that judges it: plain values, no objects."""

from typing import Final

import msgspec

GEOJSON: Final = "GeoJSON"
GEOPACKAGE: Final = "GeoPackage"
SHAPEFILE: Final = "Shapefile"
KML: Final = "KML"


class Feature(msgspec.Struct, array_like=True):
    """One feature: its columns as text, its geometry as well-known binary (empty for none) or what is wrong with it."""

    values: dict[str, str]
    geometry: bytes = b""
    fault: str = ""


class Layer(msgspec.Struct):
    """The features of one layer; `declared` is the grid in the file's words, `authority` its code where it is known."""

    name: str
    declared: str
    authority: str
    features: list[Feature]

    @property
    def columns(self) -> list[str]:
        """The columns that any feature has, in the order of their first appearance."""
        return list(dict.fromkeys(column for feature in self.features for column in feature.values))


class Task(msgspec.Struct):
    """What the reading process is to do, and within which limits."""

    path: str
    scratch: str  # a folder of its own, emptied afterwards
    source_mb: int
    features: int
    memory_mb: int
    seconds: int


class Contents(msgspec.Struct, tag=True):
    """A file that was read."""

    format: str
    layers: list[Layer]


class Refused(msgspec.Struct, tag=True):
    """A file that was not read, and why, in a sentence for staff."""

    sentence: str
