"""GeoPackage, Shapefile and KML -> features, by way of GDAL with a single driver."""

import os
import re
import sqlite3
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from geodata.errors import SourceError
from geodata.projection import identify
from geodata.sources.drivers import DRIVER, environment_for
from geodata.sources.features import GEOPACKAGE, KML, Feature, Layer
from geodata.sources.reader_columns import as_text, refuse_too_many

_MOST_LAYERS: Final = 500
_MOST_COLUMNS: Final = 300
_MARKUP: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CHUNK: Final = 1 << 20
# The triggers that the GeoPackage standard and GDAL keep their own indexes and counts with.
_OWN_TRIGGER: Final = re.compile(
    r"rtree_.*_(?:insert|update[1-7]?|delete)|trigger_(?:insert|delete)_feature_count_.*|gpkg_(?:tile|metadata)_.*",
    re.DOTALL,
)
_OWN_VIRTUAL: Final = re.compile(r"""CREATE VIRTUAL TABLE ["'\[]?rtree_[^"'\]]*["'\]]? USING rtree""", re.IGNORECASE)
_OWN_VIEWS: Final = frozenset({"st_spatial_ref_sys", "st_geometry_columns"})  # version 1.0 of the standard, and ArcGIS
_REMEDY: Final = "Export the wards again, as GeoJSON or as a GeoPackage of plain tables."


def read_with_gdal(name: str, copy: Path, format_: str, most: int) -> list[Layer]:
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
        return _read_layers(name, copy, most)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        message = f"{name} is not a whole {format_} ({_without_path(error, copy)}). Download or export it again."
        raise SourceError(message) from error


def _without_path(error: Exception, copy: Path) -> str:
    return str(error).replace(str(copy), "the file").strip().rstrip(".")


def _read_layers(name: str, copy: Path, most: int) -> list[Layer]:
    pyogrio = import_module("pyogrio")
    layers = [str(layer) for layer, geometry in pyogrio.list_layers(copy) if geometry is not None]
    if len(layers) > _MOST_LAYERS:
        message = f"{name} has more than {_MOST_LAYERS} layers. Export the wards alone."
        raise SourceError(message)
    found, left = [], most
    for layer in layers:
        read = _read_layer(name, copy, layer, left)
        refuse_too_many(name, len(read.features), left)
        left -= len(read.features)
        found.append(read)
    return found


def _read_layer(name: str, copy: Path, layer: str, most: int) -> Layer:
    pyogrio, raw = import_module("pyogrio"), import_module("pyogrio.raw")
    if len(pyogrio.read_info(copy, layer=layer)["fields"]) > _MOST_COLUMNS:
        message = f"{name} has more than {_MOST_COLUMNS} columns. Export the code, name and district of each ward."
        raise SourceError(message)
    meta, _, geometries, columns = raw.read(
        copy, layer=layer, max_features=most + 1, force_2d=True, datetime_as_string=True
    )
    declared = meta["crs"] or ""
    return Layer(layer, declared, identify(declared), _features(list(meta["fields"]), geometries, columns))


def _features(names: list[str], geometries: Any, columns: list[Any]) -> list[Feature]:
    texts = [[as_text(value) for value in column.tolist()] for column in columns]
    rows = zip(*texts, strict=True) if texts else ((),) * len(geometries)
    return [
        Feature(dict(zip(names, row, strict=True)), bytes(geometry or b""))
        for row, geometry in zip(rows, geometries, strict=True)
    ]


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
