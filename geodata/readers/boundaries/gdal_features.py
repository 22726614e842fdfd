"""GeoPackage, Shapefile and KML -> features, by way of GDAL with a single driver."""

import os
import re
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from geodata.errors import SourceError
from geodata.projection.declared_crs import identify_crs
from geodata.readers.boundaries.feature_values import AT_ONCE, as_text, refuse_too_many
from geodata.readers.boundaries.gdal_drivers import DRIVER, environment_for
from geodata.readers.boundaries.messages import GEOPACKAGE, KML, SHAPEFILE, Feature, Features, LayerBegun
from geodata.readers.sandbox.protocol import ShareRead

_MOST_LAYERS: Final = 500
_MOST_COLUMNS: Final = 300
_MARKUP: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CHUNK: Final = 1 << 20
_AS_WANTED: Final = {"force_2d": True, "datetime_as_string": True}
# The triggers that the GeoPackage standard and GDAL keep their own indexes and counts with.
_OWN_TRIGGER: Final = re.compile(
    r"rtree_.*_(?:insert|update[1-7]?|delete)|trigger_(?:insert|delete)_feature_count_.*|gpkg_(?:tile|metadata)_.*",
    re.DOTALL,
)
_OWN_VIRTUAL: Final = re.compile(r"""CREATE VIRTUAL TABLE ["'\[]?rtree_[^"'\]]*["'\]]? USING rtree""", re.IGNORECASE)
_OWN_VIEWS: Final = frozenset({"st_spatial_ref_sys", "st_geometry_columns"})  # version 1.0 of the standard, and ArcGIS
_REMEDY: Final = "Export the wards again, as GeoJSON or as a GeoPackage of plain tables."


def read_with_gdal(name: str, copy: Path, format_: str, most: int) -> Iterator[msgspec.Struct]:
    """The layers of a file that lies alone in its folder; raises SourceError."""
    if format_ == KML:
        _refuse_markup(name, copy)
    if format_ == GEOPACKAGE:
        _refuse_schema(name, copy)
    os.environ.update(environment_for(format_))
    pyogrio = import_module("pyogrio")  # only now: GDAL reads the environment once, when it is imported
    if set(pyogrio.list_drivers()) != {DRIVER[format_]}:
        message = f"{name} was not opened: the GDAL that is installed has drivers unknown here. Load it as GeoJSON."
        raise SourceError(message)
    try:
        yield from _read_layers(name, copy, format_, most)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        message = f"{name} is not a whole {format_} ({_without_path(error, copy)}). Download or export it again."
        raise SourceError(message) from error


def _without_path(error: Exception, copy: Path) -> str:
    return str(error).replace(str(copy), "the file").strip().rstrip(".")


def _read_layers(name: str, copy: Path, format_: str, most: int) -> Iterator[msgspec.Struct]:
    pyogrio = import_module("pyogrio")
    layers = [str(layer) for layer, geometry in pyogrio.list_layers(copy) if geometry is not None]
    if len(layers) > _MOST_LAYERS:
        message = f"{name} has more than {_MOST_LAYERS} layers. Export the wards alone."
        raise SourceError(message)
    for number, layer in enumerate(layers):
        if len(pyogrio.read_info(copy, layer=layer)["fields"]) > _MOST_COLUMNS:
            message = f"{name} has more than {_MOST_COLUMNS} columns. Export the code, name and district of each ward."
            raise SourceError(message)
        for found in _READ[format_](name, copy, layer, most):
            match found:
                case ShareRead(share):
                    yield ShareRead((number + share) / len(layers))
                case Features(features):
                    most -= len(features)
                    yield found
                case _:
                    yield found


def _read_by_number(name: str, copy: Path, layer: str, most: int) -> Iterator[msgspec.Struct]:
    """A layer piece by piece, so that no more than one is in memory; a database finds features by their numbers."""
    raw = import_module("pyogrio.raw")
    meta, numbers, _, _ = raw.read(
        copy, layer=layer, max_features=most + 1, columns=[], read_geometry=False, return_fids=True
    )
    refuse_too_many(name, len(numbers), most)
    yield _begun(layer, meta)
    for start in range(0, len(numbers), AT_ONCE):
        yield _features(raw.read(copy, layer=layer, fids=numbers[start : start + AT_ONCE], **_AS_WANTED))
        yield ShareRead(start / len(numbers))


def _read_in_order(name: str, copy: Path, layer: str, most: int) -> Iterator[msgspec.Struct]:
    """A layer piece by piece, by features' places: by their numbers GDAL would not say which of them are cut short."""
    raw = import_module("pyogrio.raw")
    count = import_module("pyogrio").read_info(copy, layer=layer)["features"]
    refuse_too_many(name, count, most)
    for start in range(0, max(count, 1), AT_ONCE):
        piece = raw.read(copy, layer=layer, skip_features=start, max_features=AT_ONCE, **_AS_WANTED)
        if start == 0:
            yield _begun(layer, piece[0])
        yield _features(piece)
        yield ShareRead(start / max(count, 1))


def _read_whole(name: str, copy: Path, layer: str, most: int) -> Iterator[msgspec.Struct]:
    """A layer of a document that GDAL holds in memory as a whole, and finds no feature in by its number."""
    found = import_module("pyogrio.raw").read(copy, layer=layer, max_features=most + 1, **_AS_WANTED)
    refuse_too_many(name, len(found[2]), most)
    yield _begun(layer, found[0])
    yield _features(found)


_READ: Final = {GEOPACKAGE: _read_by_number, SHAPEFILE: _read_in_order, KML: _read_whole}


def _begun(layer: str, meta: dict[str, Any]) -> LayerBegun:
    declared = meta["crs"] or ""
    return LayerBegun(layer, declared, identify_crs(declared))


def _features(found: tuple[dict[str, Any], Any, Any, Any]) -> Features:
    meta, _, geometries, columns = found
    names = list(meta["fields"])
    texts = [[as_text(value) for value in column.tolist()] for column in columns]
    rows = zip(*texts, strict=True) if texts else ((),) * len(geometries)
    return Features(
        [
            Feature(dict(zip(names, row, strict=True)), bytes(geometry or b""))
            for row, geometry in zip(rows, geometries, strict=True)
        ]
    )


def _refuse_markup(name: str, copy: Path) -> None:
    """KML has no use for a document type, which is where entities that expand or fetch are declared."""
    with copy.open("rb") as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            if _MARKUP.search(before + chunk):
                message = f"{name} declares a document type or entities, which KML never needs. Do not trust this file."
                raise SourceError(message)
            if b"\0" in chunk:
                message = f"{name} is not UTF-8 text. Save the KML as UTF-8."
                raise SourceError(message)
            before = chunk[-10:]


def _refuse_schema(name: str, copy: Path) -> None:
    """Refuse a database that holds more than tables and the standard's own triggers and indexes."""
    try:
        with sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            schema = database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        message = f"{name} is not a whole GeoPackage ({error}). Download or export it again."
        raise SourceError(message) from error
    for kind, named, sql in schema:
        if not _is_plain(kind, str(named), str(sql)):
            message = f"{name} holds the {kind} {str(named)[:60]!r}, which can do more than hold wards. {_REMEDY}"
            raise SourceError(message)


def _is_plain(kind: str, named: str, sql: str) -> bool:
    if kind == "trigger":
        return _OWN_TRIGGER.fullmatch(named) is not None
    if kind == "table" and sql.upper().startswith("CREATE VIRTUAL"):
        return _OWN_VIRTUAL.match(sql) is not None
    return kind in {"table", "index"} or (kind == "view" and named in _OWN_VIEWS)
