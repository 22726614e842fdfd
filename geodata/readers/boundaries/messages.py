"""The messages between the sandboxed reader of boundary files and its parent: plain values only."""

import msgspec


class BoundaryTask(msgspec.Struct):
    """The file to read, and the limits on its size in million bytes and its number of features."""

    path: str
    max_mb: int
    max_features: int


class EncodedFeature(msgspec.Struct, array_like=True):
    """Columns as text, and the geometry as well-known binary (empty for none), or what is wrong with it."""

    values: dict[str, str]
    geometry: bytes = b""
    fault: str = ""


class FormatFound(msgspec.Struct, tag=True):
    """The format that the file is in."""

    format: str


class LayerStart(msgspec.Struct, tag=True):
    """A new layer: its CRS as declared in the file, and the code of that CRS ("" if it cannot be identified)."""

    name: str
    declared_crs: str
    crs_code: str


class FeatureBatch(msgspec.Struct, tag=True):
    """The next features of the layer."""

    features: list[EncodedFeature]
