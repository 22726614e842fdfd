"""The messages between the sandboxed reader of boundary files and its parent: plain values only."""

import msgspec

from geodata.readers.boundaries.ward_columns import ANY_COLUMNS, WardColumns


class BoundaryTask(msgspec.Struct):
    """The file to read, and the limits on its size in million bytes and its number of features."""

    path: str
    max_mb: int
    max_features: int
    layers: list[str] = []
    """Those that a person names; without a name the layer of the wards is found."""
    columns: WardColumns = ANY_COLUMNS
    with_codes: bool = True
    """Whether the layer of the wards has their codes."""


class EncodedFeature(msgspec.Struct, array_like=True):
    """Columns as text, and the geometry as well-known binary (empty for none), or what is wrong with it."""

    values: dict[str, str]
    geometry: bytes = b""
    fault: str = ""


class FormatFound(msgspec.Struct, tag=True):
    """The format that the file is in, the layers that are read, and those with features that are not."""

    format: str
    layers: list[str]
    layers_left: list[str]


class SourceFinding(msgspec.Struct, tag=True):
    """What is doubtful in the file as a whole; without a remedy it is only a note."""

    problem: str
    remedy: str = ""


class LayerStart(msgspec.Struct, tag=True):
    """A new layer: its CRS as declared in the file, and the code of that CRS ("" if it cannot be identified)."""

    name: str
    declared_crs: str
    crs_code: str


class FeatureBatch(msgspec.Struct, tag=True):
    """The next features of the layer."""

    features: list[EncodedFeature]
