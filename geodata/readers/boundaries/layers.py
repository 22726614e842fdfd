"""A boundary file -> its layers and features, which the sandbox reads."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.progress import OnProgress, ignore_progress
from geodata.readers.boundaries.messages import (
    BoundaryTask,
    EncodedFeature,
    FeatureBatch,
    FormatFound,
    LayerStart,
    SourceFinding,
)
from geodata.readers.boundaries.ward_file_options import NO_OPTIONS, WardFileOptions
from geodata.readers.open_file import open_file
from geodata.readers.sandbox.protocol import SandboxReader
from geodata.readers.sandbox.start_child import read_in_sandbox
from geodata.readers.source_limits import SourceLimits

_MAX_SENT_MB: Final = 500  # of the chosen layer; all wards of the country in full detail have 200
_READER: Final = SandboxReader(
    "geodata.readers.boundaries.in_sandbox:read",
    FormatFound | SourceFinding | LayerStart | FeatureBatch,
    "Do not trust this file: ask the supplier for the wards as GeoJSON.",
)


@dataclass(frozen=True, slots=True)
class Feature:
    """Columns as text, and the geometry in the file's own coordinates, or what is wrong with it."""

    values: dict[str, str]
    geometry: BaseGeometry | str


@dataclass(slots=True)
class Layer:
    """The features of one layer; `declared_crs` is the file's own wording, `crs_code` "" if it is not identified."""

    name: str
    declared_crs: str
    crs_code: str
    features: list[Feature]

    @property
    def columns(self) -> list[str]:
        """The columns that any feature has, in the order of their first appearance."""
        return list(dict.fromkeys(column for feature in self.features for column in feature.values))


@dataclass(slots=True)
class BoundaryFile:
    """The content of a boundary file."""

    format: str
    layers: list[Layer]
    layers_read: list[str] = field(default_factory=list)
    layers_left: list[str] = field(default_factory=list)
    """The names of layers, those that were read and those with features that were not."""
    findings: list[SourceFinding] = field(default_factory=list)


def read_layers(
    path: Path,
    limits: SourceLimits,
    options: WardFileOptions = NO_OPTIONS,
    on_progress: OnProgress = ignore_progress,
) -> BoundaryFile:
    """The layers with the wards of a boundary file, zip or folder. Raises SourceError with a remedy."""
    if not path.is_dir():
        with open_file(path):
            pass  # raises SourceError if the file is missing or not readable
    task = BoundaryTask(
        str(path.absolute()),
        limits.wards_mb,
        limits.features,
        list(options.layers),
        options.columns,
        options.codes is None,
    )
    found = BoundaryFile("", [])
    with closing(
        read_in_sandbox(path.name, _READER, task, limits.for_sandbox(_MAX_SENT_MB, limits.wards_mb), on_progress)
    ) as messages:
        for message in messages:
            match message:
                case FormatFound(format_, layers_read, layers_left):
                    found.format, found.layers_read, found.layers_left = format_, layers_read, layers_left
                case SourceFinding():
                    found.findings.append(message)
                case LayerStart(name, declared_crs, crs_code):
                    found.layers.append(Layer(name, declared_crs, crs_code, []))
                case FeatureBatch(features):
                    found.layers[-1].features.extend(map(_decode, features))
    return found


def _decode(feature: EncodedFeature) -> Feature:
    if feature.fault:
        return Feature(feature.values, feature.fault)
    try:
        geometry = shapely.from_wkb(feature.geometry) if feature.geometry else shapely.Polygon()
    except shapely.errors.ShapelyError as error:
        return Feature(feature.values, f"the geometry cannot be read ({error}).")
    is_finite = np.isfinite(shapely.get_coordinates(geometry)).all()
    return Feature(feature.values, geometry if is_finite else "a coordinate is not a number.")
