"""GeoJSON -> features, one at a time, so that a faulty one is reported and the others are read.

GDAL is not used: it leaves out features that it cannot read, and does not say which.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import shapely

from geodata.errors import SourceError
from geodata.projection.declared_crs import identify_crs
from geodata.readers.boundaries.feature_values import BATCH_SIZE, column_name, column_text, refuse_too_many
from geodata.readers.boundaries.messages import EncodedFeature, FeatureBatch, LayerStart
from geodata.readers.sandbox.protocol import ShareRead

_MAX_ERROR_LENGTH: Final = 200


class _Feature(msgspec.Struct):
    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = msgspec.Raw(b"null")


class _Collection(msgspec.Struct):
    features: list[_Feature]
    crs: dict[str, Any] | None = None


def read_geojson(name: str, content: bytes, max_features: int) -> Iterator[msgspec.Struct]:
    """Send the features of a FeatureCollection as one layer. Raises SourceError if it is not a complete one."""
    collection = _decode(name, content)
    count = len(collection.features)
    refuse_too_many(name, count, max_features)
    declared = _declared_crs(collection.crs)
    yield LayerStart("", declared, identify_crs(declared))
    for start in range(0, count, BATCH_SIZE):
        yield FeatureBatch([_encode(feature) for feature in collection.features[start : start + BATCH_SIZE]])
        yield ShareRead(min(start + BATCH_SIZE, count) / count)


def _decode(name: str, content: bytes) -> _Collection:
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{name} is not a whole GeoJSON FeatureCollection ({error}). Download or export it again."
        raise SourceError(message) from error


def _declared_crs(crs: dict[str, Any] | None) -> str:
    """The name of the `crs` member. A member without a name is returned as JSON, so that it does not count as none."""
    if not crs:
        return ""
    properties = crs.get("properties")
    named = properties.get("name") if isinstance(properties, dict) else None
    return column_text(named) or json.dumps(crs)[:100]


def _encode(feature: _Feature) -> EncodedFeature:
    values = {column_name(key): column_text(value) for key, value in (feature.properties or {}).items()}
    raw = bytes(feature.geometry)
    if raw == b"null":
        return EncodedFeature(values)
    try:
        return EncodedFeature(values, shapely.to_wkb(shapely.from_geojson(raw), output_dimension=2))
    except shapely.errors.ShapelyError as error:
        return EncodedFeature(values, fault=f"the geometry cannot be read ({str(error)[:_MAX_ERROR_LENGTH]}).")
