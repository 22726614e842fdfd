"""GeoJSON -> features, one at a time, so that a faulty one is reported and the others are read.

GDAL is not used: it leaves out features that it cannot read, and does not say which.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import msgspec
import shapely

from geodata.errors import SourceError
from geodata.projection.declared_crs import identify_crs
from geodata.readers.boundaries.choose_layers import FoundLayer
from geodata.readers.boundaries.feature_values import BATCH_SIZE, column_name, column_text, refuse_too_many
from geodata.readers.boundaries.messages import EncodedFeature, FeatureBatch, LayerStart
from geodata.readers.boundaries.refuse_incomplete_downloads import (
    ServerAnswer,
    refuse_error_document,
    refuse_error_member,
    refuse_part_of_answer,
)
from geodata.readers.file_formats import as_utf8
from geodata.readers.sandbox.protocol import ShareRead

_NumberedText = tuple[int, bytes]

_MAX_ERROR_LENGTH: Final = 200
_FIRST_ROWS: Final = 20
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_RECORD_SEPARATOR: Final = b"\x1e"  # RFC 8142 puts it before each text of a sequence


class _Feature(msgspec.Struct):
    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = msgspec.Raw(b"null")


class _Collection(ServerAnswer):
    features: list[_Feature] | None = None
    crs: dict[str, Any] | None = None


class _SequencedFeature(_Feature, kw_only=True):
    """A feature that stands alone, as each line of a sequence does."""

    type: Literal["Feature"]


def find_geojson_layer(name: str, content: bytes, label: str) -> FoundLayer:
    """The one layer of a FeatureCollection or of a sequence of features. Raises SourceError if it is not complete."""
    content = _as_utf8(name, content)
    if texts := _split_sequence(content):
        first = _decode_texts(name, texts[:_FIRST_ROWS])
        return _layer(label, first, lambda max_features: _read_sequence(name, texts, max_features))
    collection, features = _decode(name, content)
    declared = _declared_crs(collection.crs)
    return _layer(label, features[:_FIRST_ROWS], lambda most: _read(name, features, declared, most))


def _layer(label: str, first: list[_Feature], read: Callable[[int], Iterator[msgspec.Struct]]) -> FoundLayer:
    rows = [_values(feature) for feature in first]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return FoundLayer(names=[label], columns=columns, first_values=rows, read=read, is_empty=not rows)


def _read_sequence(name: str, texts: list[_NumberedText], max_features: int) -> Iterator[msgspec.Struct]:
    refuse_too_many(name, len(texts), max_features)
    yield from _read(name, _decode_texts(name, texts), "", max_features)


def _read(name: str, features: list[_Feature], declared: str, max_features: int) -> Iterator[msgspec.Struct]:
    count = len(features)
    refuse_too_many(name, count, max_features)
    yield LayerStart("", declared, identify_crs(declared))
    for start in range(0, count, BATCH_SIZE):
        yield FeatureBatch([_encode(feature) for feature in features[start : start + BATCH_SIZE]])
        yield ShareRead(min(start + BATCH_SIZE, count) / count)


def _as_utf8(name: str, content: bytes) -> bytes:
    try:
        return as_utf8(content)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is no text in UTF-16, which it says it is. Save it as UTF-8.") from error


def _decode(name: str, content: bytes) -> tuple[_Collection, list[_Feature]]:
    """A FeatureCollection and its features. Raises SourceError if it is incomplete, or a message of a server."""
    try:
        collection = msgspec.json.decode(content, type=_Collection)
        refuse_error_member(name, collection)
        if collection.features is None and _is_feature(content):
            collection.features = [msgspec.json.decode(content, type=_SequencedFeature)]
        if collection.features is None:
            refuse_error_document(name, content)
            raise msgspec.ValidationError("it has no features")
    except _UNREADABLE as error:
        message = f"{name} is not a whole GeoJSON FeatureCollection ({error}). Download or export it again."
        raise SourceError(message) from error
    refuse_part_of_answer(name, collection, len(collection.features))
    return collection, collection.features


def _split_sequence(content: bytes) -> list[_NumberedText]:
    """The lines of a text with one feature a line (GeoJSONSeq, newline-delimited); none if it is no such text."""
    if not content.startswith(_RECORD_SEPARATOR) and not _is_feature(content.partition(b"\n")[0]):
        return []
    texts = content.split(_RECORD_SEPARATOR if content.startswith(_RECORD_SEPARATOR) else b"\n")
    return [(number, text) for number, text in enumerate(texts, start=1) if text.strip()]


def _decode_texts(name: str, texts: list[_NumberedText]) -> list[_Feature]:
    features: list[_Feature] = []
    for number, text in texts:
        try:
            features.append(msgspec.json.decode(text, type=_SequencedFeature))
        except _UNREADABLE as error:
            message = (
                f"{name} is not whole: line {number} is no GeoJSON feature ({error}). Download or export it again."
            )
            raise SourceError(message) from error
    return features


def _is_feature(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=_SequencedFeature)
    except _UNREADABLE:
        return False
    return True


def _declared_crs(crs: dict[str, Any] | None) -> str:
    """The name of the `crs` member. A member without a name is returned as JSON, so that it does not count as none."""
    if not crs:
        return ""
    properties = crs.get("properties")
    named = properties.get("name") if isinstance(properties, dict) else None
    return column_text(named) or json.dumps(crs)[:100]


def _values(feature: _Feature) -> dict[str, str]:
    return {column_name(key): column_text(value) for key, value in (feature.properties or {}).items()}


def _encode(feature: _Feature) -> EncodedFeature:
    values = _values(feature)
    raw = bytes(feature.geometry)
    if raw == b"null":
        return EncodedFeature(values)
    try:
        return EncodedFeature(values, shapely.to_wkb(shapely.from_geojson(raw), output_dimension=2))
    except shapely.errors.ShapelyError as error:
        return EncodedFeature(values, fault=f"the geometry cannot be read ({str(error)[:_MAX_ERROR_LENGTH]}).")
