"""The layers of a file -> their columns and features, read by GDAL with a single driver."""

import os
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import msgspec

from geodata.errors import SourceError
from geodata.projection.declared_crs import identify_crs
from geodata.readers.boundaries.choose_layers import FoundLayer
from geodata.readers.boundaries.feature_values import (
    BATCH_SIZE,
    column_text,
    printable,
    refuse_too_many,
    refuse_too_many_columns,
)
from geodata.readers.boundaries.gdal_drivers import DRIVER, environment_for
from geodata.readers.boundaries.kml_descriptions import described_columns
from geodata.readers.boundaries.messages import EncodedFeature, FeatureBatch, LayerStart
from geodata.readers.file_formats import FILE_GEODATABASE, FLATGEOBUF, GEOPACKAGE, GML, KML, SHAPEFILE
from geodata.readers.sandbox.protocol import ShareRead

_MAX_LAYERS: Final = 500
_FIRST_ROWS: Final = 20
_DESCRIPTION: Final = "description"
_MAY_BE_EMPTY: Final = frozenset({KML, GML})  # a document without shapes
_READ_OPTIONS: Final = {"force_2d": True, "datetime_as_string": True}


def open_gdal(name: str, format_: str) -> None:
    """Import GDAL with the one driver of a format. Raises SourceError if it would have another."""
    os.environ.update(environment_for(format_))
    pyogrio = import_module("pyogrio")  # only now: GDAL reads the environment once, when it is imported
    if set(pyogrio.list_drivers()) != {DRIVER[format_]}:
        message = f"{name} was not opened: the GDAL that is installed has drivers unknown here. Load it as GeoJSON."
        raise SourceError(message)


def find_layers(name: str, copy: Path, format_: str) -> list[FoundLayer]:
    """The layers of a file that is alone in its folder. Raises SourceError."""
    try:
        return _find_layers(name, copy, format_)
    except _errors() as error:
        raise _not_whole(name, copy, format_, error) from error


def _errors() -> tuple[type[Exception], ...]:
    errors = import_module("pyogrio.errors")
    return errors.DataSourceError, errors.DataLayerError, errors.FeatureError


def _not_whole(name: str, copy: Path, format_: str, error: Exception) -> SourceError:
    said = str(error).replace(str(copy), "the file").strip().rstrip(".")
    return SourceError(f"{name} is not a whole {format_} ({said}). Download or export it again.")


def _find_layers(name: str, copy: Path, format_: str) -> list[FoundLayer]:
    pyogrio = import_module("pyogrio")
    layers = [(str(layer), geometry) for layer, geometry in pyogrio.list_layers(copy) if geometry is not None]
    if not layers and format_ not in _MAY_BE_EMPTY:
        raise SourceError(f"{name} is not a whole {format_}: no layer in it can be read. Download or export it again.")
    if len(layers) > _MAX_LAYERS:
        message = f"{name} has more than {_MAX_LAYERS} layers. Export the wards alone."
        raise SourceError(message)
    return [_find_layer(name, copy, format_, layer, geometry) for layer, geometry in layers]


def _find_layer(name: str, copy: Path, format_: str, layer: str, geometry: str) -> FoundLayer:
    raw = import_module("pyogrio.raw")
    first = raw.read(copy, layer=layer, max_features=_FIRST_ROWS, read_geometry=False, datetime_as_string=True)
    rows = _rows(first)
    columns = list(dict.fromkeys((*first[0]["fields"], *(column for row in rows for column in row))))
    refuse_too_many_columns(name, columns)
    return FoundLayer(
        names=[printable(layer)],
        columns=columns,
        first_values=rows,
        read=partial(_read, name, copy, format_, layer),
        is_empty=not rows,
        is_area=not any(each in geometry for each in ("Point", "LineString")),
    )


def _read(name: str, copy: Path, format_: str, layer: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Send a layer. Raises SourceError."""
    try:
        yield from _READ.get(format_, _read_whole)(name, copy, layer, max_features)
    except _errors() as error:
        raise _not_whole(name, copy, format_, error) from error


def _read_by_id(name: str, copy: Path, layer: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Read a layer of a database in batches, so that only one is in memory; it finds features by their ids."""
    raw = import_module("pyogrio.raw")
    meta, ids, _, _ = raw.read(
        copy, layer=layer, max_features=max_features + 1, columns=[], read_geometry=False, return_fids=True
    )
    refuse_too_many(name, len(ids), max_features)
    yield _layer_start(layer, meta)
    for start in range(0, len(ids), BATCH_SIZE):
        yield from _batches(raw.read(copy, layer=layer, fids=ids[start : start + BATCH_SIZE], **_READ_OPTIONS))
        yield ShareRead(start / len(ids))


def _read_in_order(name: str, copy: Path, layer: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Read a layer in batches by position: read by id, GDAL would not report which features are cut short."""
    raw = import_module("pyogrio.raw")
    count = import_module("pyogrio").read_info(copy, layer=layer)["features"]
    refuse_too_many(name, count, max_features)
    for start in range(0, max(count, 1), BATCH_SIZE):
        found = raw.read(copy, layer=layer, skip_features=start, max_features=BATCH_SIZE, **_READ_OPTIONS)
        if start == 0:
            yield _layer_start(layer, found[0])
        yield from _batches(found)
        yield ShareRead(start / max(count, 1))


def _read_whole(name: str, copy: Path, layer: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Read a layer of a document at once: GDAL has all of it in memory, and cannot find its features by id."""
    found = import_module("pyogrio.raw").read(copy, layer=layer, max_features=max_features + 1, **_READ_OPTIONS)
    refuse_too_many(name, len(found[2]), max_features)
    yield _layer_start(layer, found[0])
    yield from _batches(found)


def _read_counted(name: str, copy: Path, layer: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Read a layer of a file that says how many features it has: GDAL would not report that some are missing."""
    count, read = import_module("pyogrio").read_info(copy, layer=layer)["features"], 0
    refuse_too_many(name, count, max_features)
    for message in _read_whole(name, copy, layer, max_features):
        read += len(message.features) if isinstance(message, FeatureBatch) else 0
        yield message
    if read != count:
        raise SourceError(f"{name} is not whole: it has {read:,} of its {count:,} features. Export it again.")


_READ: Final = {
    GEOPACKAGE: _read_by_id,
    FILE_GEODATABASE: _read_by_id,
    SHAPEFILE: _read_in_order,
    FLATGEOBUF: _read_counted,
}


def _layer_start(layer: str, meta: dict[str, Any]) -> LayerStart:
    declared = meta["crs"] or ""
    return LayerStart(printable(layer), declared, identify_crs(declared))


def _batches(found: tuple[dict[str, Any], Any, Any, Any]) -> Iterator[FeatureBatch]:
    rows, geometries = _rows(found), found[2]
    for start in range(0, len(rows), BATCH_SIZE):
        batch = slice(start, start + BATCH_SIZE)
        yield FeatureBatch(
            [
                EncodedFeature(values, bytes(geometry or b""))
                for values, geometry in zip(rows[batch], geometries[batch], strict=True)
            ]
        )


def _rows(found: tuple[dict[str, Any], Any, Any, Any]) -> list[dict[str, str]]:
    """The columns of each feature as text, with those that only its description has."""
    meta, _, geometries, columns = found
    names = list(meta["fields"])
    texts = [[column_text(value) for value in column.tolist()] for column in columns]
    count = len(texts[0]) if texts else len(geometries if geometries is not None else ())
    rows = zip(*texts, strict=True) if texts else ((),) * count
    described = next((column for name, column in zip(names, columns, strict=True) if name.lower() == _DESCRIPTION), ())
    return [
        described_columns(text or "") | dict(zip(names, row, strict=True)) for row, text in zip_longest(rows, described)
    ]
