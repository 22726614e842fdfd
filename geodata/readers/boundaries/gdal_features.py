"""GeoPackage, Shapefile and KML -> features, read by GDAL with a single driver."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from geodata.errors import SourceError
from geodata.projection.declared_crs import identify_crs
from geodata.readers.boundaries.feature_values import BATCH_SIZE, column_text, refuse_too_many
from geodata.readers.boundaries.gdal_drivers import DRIVER, environment_for
from geodata.readers.boundaries.messages import EncodedFeature, FeatureBatch, LayerStart
from geodata.readers.boundaries.refuse_active_content import refuse_database_code, refuse_declarations
from geodata.readers.file_formats import GEOPACKAGE, KML, SHAPEFILE
from geodata.readers.sandbox.protocol import ShareRead

_MAX_LAYERS: Final = 500
_MAX_COLUMNS: Final = 300
_READ_OPTIONS: Final = {"force_2d": True, "datetime_as_string": True}


def read_with_gdal(name: str, copy: Path, format_: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Send the layers of a file that is alone in its folder. Raises SourceError."""
    if format_ == KML:
        refuse_declarations(name, copy)
    if format_ == GEOPACKAGE:
        refuse_database_code(name, copy)
    os.environ.update(environment_for(format_))
    pyogrio = import_module("pyogrio")  # only now: GDAL reads the environment once, when it is imported
    if set(pyogrio.list_drivers()) != {DRIVER[format_]}:
        message = f"{name} was not opened: the GDAL that is installed has drivers unknown here. Load it as GeoJSON."
        raise SourceError(message)
    try:
        yield from _read_layers(name, copy, format_, max_features)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        message = f"{name} is not a whole {format_} ({_without_path(error, copy)}). Download or export it again."
        raise SourceError(message) from error


def _without_path(error: Exception, copy: Path) -> str:
    return str(error).replace(str(copy), "the file").strip().rstrip(".")


def _read_layers(name: str, copy: Path, format_: str, max_features: int) -> Iterator[msgspec.Struct]:
    pyogrio = import_module("pyogrio")
    layers = [str(layer) for layer, geometry in pyogrio.list_layers(copy) if geometry is not None]
    if len(layers) > _MAX_LAYERS:
        message = f"{name} has more than {_MAX_LAYERS} layers. Export the wards alone."
        raise SourceError(message)
    for number, layer in enumerate(layers):
        if len(pyogrio.read_info(copy, layer=layer)["fields"]) > _MAX_COLUMNS:
            message = f"{name} has more than {_MAX_COLUMNS} columns. Export the code, name and district of each ward."
            raise SourceError(message)
        for message_ in _READ[format_](name, copy, layer, max_features):
            match message_:
                case ShareRead(share):
                    yield ShareRead((number + share) / len(layers))
                case FeatureBatch(features):
                    max_features -= len(features)
                    yield message_
                case _:
                    yield message_


def _read_by_id(name: str, copy: Path, layer: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Read a layer of a database in batches, so that only one is in memory; it finds features by their ids."""
    raw = import_module("pyogrio.raw")
    meta, ids, _, _ = raw.read(
        copy, layer=layer, max_features=max_features + 1, columns=[], read_geometry=False, return_fids=True
    )
    refuse_too_many(name, len(ids), max_features)
    yield _layer_start(layer, meta)
    for start in range(0, len(ids), BATCH_SIZE):
        yield _batch(raw.read(copy, layer=layer, fids=ids[start : start + BATCH_SIZE], **_READ_OPTIONS))
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
        yield _batch(found)
        yield ShareRead(start / max(count, 1))


def _read_whole(name: str, copy: Path, layer: str, max_features: int) -> Iterator[msgspec.Struct]:
    """Read a layer of a document at once: GDAL has all of it in memory, and cannot find its features by id."""
    found = import_module("pyogrio.raw").read(copy, layer=layer, max_features=max_features + 1, **_READ_OPTIONS)
    refuse_too_many(name, len(found[2]), max_features)
    yield _layer_start(layer, found[0])
    yield _batch(found)


_READ: Final = {GEOPACKAGE: _read_by_id, SHAPEFILE: _read_in_order, KML: _read_whole}


def _layer_start(layer: str, meta: dict[str, Any]) -> LayerStart:
    declared = meta["crs"] or ""
    return LayerStart(layer, declared, identify_crs(declared))


def _batch(found: tuple[dict[str, Any], Any, Any, Any]) -> FeatureBatch:
    meta, _, geometries, columns = found
    names = list(meta["fields"])
    texts = [[column_text(value) for value in column.tolist()] for column in columns]
    rows = zip(*texts, strict=True) if texts else ((),) * len(geometries)
    return FeatureBatch(
        [
            EncodedFeature(dict(zip(names, row, strict=True)), bytes(geometry or b""))
            for row, geometry in zip(rows, geometries, strict=True)
        ]
    )
