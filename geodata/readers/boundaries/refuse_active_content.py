"""Refuses files whose content can do more than hold wards: entities, triggers and views, references to other files."""

import re
import sqlite3
from pathlib import Path
from typing import Final
from xml.parsers import expat

from geodata.errors import SourceError

_CHUNK: Final = 1 << 20
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_DECLARATION_LENGTH: Final = 10

# The triggers with which the GeoPackage standard and GDAL maintain their own indexes and counts.
_STANDARD_TRIGGER: Final = re.compile(
    r"rtree_.*_(?:insert|update[1-7]?|delete)|trigger_(?:insert|delete)_feature_count_.*|gpkg_(?:tile|metadata)_.*",
    re.DOTALL,
)
_STANDARD_VIRTUAL_TABLE: Final = re.compile(
    r"""CREATE VIRTUAL TABLE ["'\[]?rtree_[^"'\]]*["'\]]? USING rtree""", re.IGNORECASE
)
# Those of version 1.0 of the standard, and of ArcGIS.
_STANDARD_VIEWS: Final = frozenset({"st_spatial_ref_sys", "st_geometry_columns"})
_SCHEMA_LOCATION: Final = b"chemaLocation"  # also noNamespaceSchemaLocation
_SCHEMA_IGNORED: Final = b"chemaNotTaken"
_MAPINFO_TABLE: Final = re.compile(rb"\s*!table", re.IGNORECASE)
_NATIVE_TABLE: Final = re.compile(rb"^\s*type\s+native\b", re.IGNORECASE | re.MULTILINE)
_OTHER_TABLES: Final = re.compile(
    rb"create\s+view|open\s+table|isseamless|^\s*type\s+(?!native\b)|^\s*file\b", re.IGNORECASE | re.MULTILINE
)
_REMEDY: Final = "Export the wards again, as GeoJSON or as a GeoPackage of plain tables."


def refuse_declarations(name: str, xml: Path) -> None:
    """Raise SourceError for KML or GML with a document type: entities that expand or fetch start there.

    Also refuses text that is not UTF-8, in which the declaration would not be found.
    """
    with xml.open("rb") as stream:
        end_of_last = b""
        while chunk := stream.read(_CHUNK):
            if _DECLARATION.search(end_of_last + chunk):
                message = f"{name} declares a document type or entities, which no boundary file needs. Do not trust it."
                raise SourceError(message)
            if b"\0" in chunk:
                raise SourceError(f"{name} is not UTF-8 text. Save it as UTF-8.")
            end_of_last = chunk[-_DECLARATION_LENGTH:]


def refuse_broken_xml(name: str, xml: Path) -> None:
    """Raise SourceError for XML that is not whole: GDAL would read what is there, and not say that the rest is missing.

    It must have passed `refuse_declarations`.
    """
    try:
        with xml.open("rb") as stream:
            expat.ParserCreate().ParseFile(stream)
    except expat.ExpatError as error:
        raise SourceError(f"{name} is not whole XML ({error}). Download or export it again.") from error


def remove_schema_locations(_: str, gml: Path) -> None:
    """Rename the attributes that say where a schema is, so that GDAL neither opens nor fetches one."""
    with gml.open("r+b") as stream:
        position, end_of_last = 0, b""
        while chunk := stream.read(_CHUNK):
            text = end_of_last + chunk
            renamed = text.replace(_SCHEMA_LOCATION, _SCHEMA_IGNORED)
            stream.seek(position - len(end_of_last))
            stream.write(renamed)
            position += len(chunk)
            end_of_last = renamed[-len(_SCHEMA_LOCATION) :]
            stream.seek(position)


def refuse_other_tables(name: str, table: Path) -> None:
    """Raise SourceError for a MapInfo table that is a view of other files, or that another program holds."""
    with table.open("rb") as stream:
        head = stream.read(_CHUNK)
    if _MAPINFO_TABLE.match(head) and not (_NATIVE_TABLE.search(head) and not _OTHER_TABLES.search(head)):
        message = f"{name} is a MapInfo table that refers to other files. Save a copy of it as a native table."
        raise SourceError(message)


def refuse_database_code(name: str, geopackage: Path) -> None:
    """Raise SourceError for a database with more than tables and the standard's own triggers and indexes."""
    try:
        with sqlite3.connect(f"{geopackage.as_uri()}?mode=ro&immutable=1", uri=True) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            schema = database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        message = f"{name} is not a whole GeoPackage ({error}). Download or export it again."
        raise SourceError(message) from error
    for kind, object_name, sql in schema:
        if not _is_plain(kind, str(object_name), str(sql)):
            message = f"{name} holds the {kind} {str(object_name)[:60]!r}, which can do more than hold wards. {_REMEDY}"
            raise SourceError(message)


def _is_plain(kind: str, object_name: str, sql: str) -> bool:
    if kind == "trigger":
        return _STANDARD_TRIGGER.fullmatch(object_name) is not None
    if kind == "table" and sql.upper().startswith("CREATE VIRTUAL"):
        return _STANDARD_VIRTUAL_TABLE.match(sql) is not None
    return kind in {"table", "index"} or (kind == "view" and object_name in _STANDARD_VIEWS)
