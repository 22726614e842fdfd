"""A boundary file of strangers -> its layers, as the process that read it apart sends them."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.readers.boundaries.messages import BoundaryTask, Feature, Features, LayerBegun, Opened
from geodata.readers.sandbox.parent import Tell, read_in_sandbox
from geodata.readers.sandbox.protocol import Bounds, Reader
from geodata.readers.supplied_files import Limits
from geodata.readers.text_files import open_source

_READER: Final = Reader(
    "geodata.readers.boundaries.in_sandbox:read",
    Opened | LayerBegun | Features,
    "Do not trust this file: ask the supplier for the wards as GeoJSON.",
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One feature: its columns as text, and its geometry as the file has it or what is wrong with that."""

    values: dict[str, str]
    geometry: BaseGeometry | str


@dataclass(slots=True)
class Layer:
    """The features of one layer; `declared` is the grid in the file's words, `authority` its code where it is known."""

    name: str
    declared: str
    authority: str
    features: list[Drawn]

    @property
    def columns(self) -> list[str]:
        """The columns that any feature has, in the order of their first appearance."""
        return list(dict.fromkeys(column for feature in self.features for column in feature.values))


@dataclass(slots=True)
class Contents:
    """A file that was read."""

    format: str
    layers: list[Layer]


def read_contents(path: Path, limits: Limits, tell: Tell = lambda _: None) -> Contents:
    """The layers of a boundary file, zip or folder. Raises SourceError with what is wrong and what to do."""
    if not path.is_dir():
        with open_source(path):
            pass  # says in words that it is absent or closed to us
    task = BoundaryTask(str(path.absolute()), limits.wards_mb, limits.features)
    contents = Contents("", [])
    with closing(read_in_sandbox(path.name, _READER, task, bounds_of(limits), tell)) as messages:
        for message in messages:
            match message:
                case Opened(format_):
                    contents.format = format_
                case LayerBegun(name, declared, authority):
                    contents.layers.append(Layer(name, declared, authority, []))
                case Features(features):
                    contents.layers[-1].features.extend(map(_drawn, features))
    return contents


def bounds_of(limits: Limits) -> Bounds:
    """What a process that reads boundaries may use."""
    return Bounds(memory_mb=limits.memory_mb, seconds=limits.seconds, written_mb=limits.wards_mb)


def _drawn(feature: Feature) -> Drawn:
    if feature.fault:
        return Drawn(feature.values, feature.fault)
    try:
        found = shapely.from_wkb(feature.geometry) if feature.geometry else shapely.Polygon()
    except shapely.errors.ShapelyError as error:
        return Drawn(feature.values, f"the geometry cannot be read ({error}).")
    whole = np.isfinite(shapely.get_coordinates(found)).all()
    return Drawn(feature.values, found if whole else "a coordinate is not a number.")
