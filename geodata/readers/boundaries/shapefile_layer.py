"""A Shapefile -> its layer; columns come from its table, so that of many Shapefiles only the chosen one is copied."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from geodata.readers.boundaries import gdal_layers
from geodata.readers.boundaries.boundary_sources import BoundarySource, refuse_incomplete
from geodata.readers.boundaries.choose_layers import FoundLayer
from geodata.readers.boundaries.feature_values import refuse_too_many_columns
from geodata.readers.boundaries.messages import SourceFinding
from geodata.readers.boundaries.shapefile_table_and_encoding import Table, find_encoding, first_rows, read_table
from geodata.readers.file_formats import SHAPEFILE
from geodata.readers.supplied_files import SourcePart, copy_parts, refuse_too_large

_FIRST_ROWS: Final = 20
_SHAPE_TYPE: Final = slice(32, 36)  # in the head of the .shp
_NO_AREAS: Final = frozenset({1, 3, 8, 11, 13, 18, 21, 23, 28})  # points and lines
_MAX_CPG: Final = 100
_REMEDY: Final = "Look at the names in the report; ask for the file in UTF-8 if they are wrong."


def find_shapefile_layer(name: str, source: BoundarySource, place: Path, max_mb: int) -> FoundLayer:
    """The one layer of a Shapefile. Raises SourceError for more columns than wards have."""
    with source.parts[0].open() as stream:
        head = stream.read(_SHAPE_TYPE.stop)
    table, rows = _read_head(source)
    columns = table.names if table else []
    refuse_too_many_columns(name, columns)

    def read(max_features: int) -> Iterator[msgspec.Struct]:
        refuse_too_large(name, source.size, max_mb)
        yield from _read(name, source, place, max_features)

    return FoundLayer(
        names=[source.label],
        columns=columns,
        first_values=rows,
        read=read,
        is_empty=table is not None and table.rows == 0,
        is_area=int.from_bytes(head[_SHAPE_TYPE], "little") not in _NO_AREAS,
    )


def _read(name: str, source: BoundarySource, place: Path, max_features: int) -> Iterator[msgspec.Struct]:
    refuse_incomplete(name, source)
    copy = copy_parts(source.parts, place)
    yield from _name_encoding(source, copy.with_suffix(".cpg"))
    gdal_layers.open_gdal(name, SHAPEFILE)
    for layer in gdal_layers.find_layers(name, copy, SHAPEFILE):
        yield from layer.read(max_features)


def _name_encoding(source: BoundarySource, cpg: Path) -> Iterator[SourceFinding]:
    """Have GDAL read the table's text in the encoding that it is in, and tell if the file says otherwise."""
    table = _part(source, ".dbf")
    if table is None:
        return
    with table.open() as stream:
        head = read_table(stream)
        if head is None:
            return
        declared = cpg.read_bytes()[:_MAX_CPG].decode("ascii", "replace").strip() if cpg.exists() else ""
        encoding = find_encoding(stream, head, declared)
    if encoding.name:
        cpg.write_text(encoding.name.removeprefix("cp"), encoding="ascii")
    if encoding.problem:
        yield SourceFinding(encoding.problem, _REMEDY if encoding.is_doubtful else "")


def _read_head(source: BoundarySource) -> tuple[Table | None, list[dict[str, str]]]:
    part = _part(source, ".dbf")
    if part is None:
        return None, []
    with part.open() as stream:
        table = read_table(stream)
        return table, first_rows(stream, table, _FIRST_ROWS) if table else []


def _part(source: BoundarySource, suffix: str) -> SourcePart | None:
    return next((part for part in source.parts if part.suffix == suffix), None)
