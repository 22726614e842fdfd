"""GeoJSON -> features, a feature at a time, so that one that is faulty is told and the others are read.

Not by GDAL: it leaves out what it cannot read, without saying which feature that was.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import shapely

from geodata.errors import SourceError
from geodata.projection.declared_crs import identify_crs
from geodata.readers.boundaries.feature_values import AT_ONCE, as_name, as_text, refuse_too_many
from geodata.readers.boundaries.messages import Feature, Features, LayerBegun
from geodata.readers.sandbox.protocol import ShareRead

_SHOWN: Final = 200


class _Feature(msgspec.Struct):
    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = msgspec.Raw(b"null")


class _Collection(msgspec.Struct):
    features: list[_Feature]
    crs: dict[str, Any] | None = None


def read_geojson(name: str, content: bytes, most: int) -> Iterator[msgspec.Struct]:
    """The one layer of a FeatureCollection; raises SourceError where it is no whole one."""
    collection = _decode(name, content)
    count = len(collection.features)
    refuse_too_many(name, count, most)
    declared = _declared(collection.crs)
    yield LayerBegun("", declared, identify_crs(declared))
    for start in range(0, count, AT_ONCE):
        yield Features([_read(feature) for feature in collection.features[start : start + AT_ONCE]])
        yield ShareRead(min(start + AT_ONCE, count) / count)


def _decode(name: str, content: bytes) -> _Collection:
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{name} is not a whole GeoJSON FeatureCollection ({error}). Download or export it again."
        raise SourceError(message) from error


def _declared(crs: dict[str, Any] | None) -> str:
    """The grid by name; a member of another make is shown as it is, so that it is not taken for none."""
    if not crs:
        return ""
    properties = crs.get("properties")
    named = properties.get("name") if isinstance(properties, dict) else None
    return as_text(named) or json.dumps(crs)[:100]


def _read(feature: _Feature) -> Feature:
    values = {as_name(key): as_text(value) for key, value in (feature.properties or {}).items()}
    raw = bytes(feature.geometry)
    if raw == b"null":
        return Feature(values)
    try:
        return Feature(values, shapely.to_wkb(shapely.from_geojson(raw), output_dimension=2))
    except shapely.errors.ShapelyError as error:
        return Feature(values, fault=f"the geometry cannot be read ({str(error)[:_SHOWN]}).")
