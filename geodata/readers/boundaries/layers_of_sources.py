"""The layers of boundary files: how each format lists them, to read the chosen ones later."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from geodata.readers.boundaries import gdal_layers
from geodata.readers.boundaries.boundary_sources import BoundarySource, refuse_incomplete
from geodata.readers.boundaries.choose_layers import FoundLayer
from geodata.readers.boundaries.geojson_features import find_geojson_layer
from geodata.readers.boundaries.json_documents import refuse_endless_arcs, refuse_part_of_esri_json
from geodata.readers.boundaries.refuse_active_content import (
    refuse_broken_xml,
    refuse_database_code,
    refuse_declarations,
    refuse_other_tables,
    remove_schema_locations,
)
from geodata.readers.boundaries.refuse_incomplete_downloads import refuse_part_of_gml
from geodata.readers.boundaries.shapefile_layer import find_shapefile_layer
from geodata.readers.file_formats import (
    ESRI_JSON,
    FILE_GEODATABASE,
    FLATGEOBUF,
    GEOJSON,
    GEOPACKAGE,
    GML,
    KML,
    MAPINFO,
    SHAPEFILE,
    TOPOJSON,
)
from geodata.readers.supplied_files import COPY_STEM, copy_parts, refuse_too_large


def find_layers(name: str, sources: Sequence[BoundarySource], folder: Path, max_mb: int) -> list[FoundLayer]:
    """The layers of sources of one format; `folder` is for copies. Raises SourceError if one cannot be read at all."""
    if sources[0].format != SHAPEFILE:  # of several Shapefiles only the chosen one is read
        refuse_too_large(name, sum(source.size for source in sources), max_mb)
    found: list[FoundLayer] = []
    for number, source in enumerate(sources):
        place = folder / str(number)
        place.mkdir()
        layers = list(_FIND[source.format](name, source, place, max_mb))
        found += [replace(layer, names=_names(layer, source, is_only=len(layers) == 1)) for layer in layers]
    counts = Counter(layer.name.casefold() for layer in found)
    return [layer if counts[layer.name.casefold()] == 1 else _by_path(layer) for layer in found]


def _names(layer: FoundLayer, source: BoundarySource, *, is_only: bool) -> list[str]:
    """What a person may call a layer: its own name, that of its file if that has no other, and last its path."""
    own = source.label if layer.name == COPY_STEM else layer.name  # GDAL takes it from the name of the copy
    names = [own, *([source.label, source.file_name] if is_only else [])]
    return [*names, source.name if is_only else f"{source.name}/{own}"]


def _by_path(layer: FoundLayer) -> FoundLayer:
    """A layer whose own name another one has too."""
    return replace(layer, names=[layer.names[-1], *layer.names])


def _find_geojson(name: str, source: BoundarySource, _: Path, __: int) -> Iterator[FoundLayer]:
    yield find_geojson_layer(name, source.parts[0].read(), source.label)


def _find_shapefile(name: str, source: BoundarySource, place: Path, max_mb: int) -> Iterator[FoundLayer]:
    yield find_shapefile_layer(name, source, place, max_mb)


def _find_in_copy(name: str, source: BoundarySource, place: Path, _: int) -> Iterator[FoundLayer]:
    refuse_incomplete(name, source)
    copy = copy_parts(source.parts, place)
    for check in _CHECKS.get(source.format, ()):
        check(name, copy)
    yield from _find_by_gdal(name, source, copy)


def _find_in_geodatabase(name: str, source: BoundarySource, place: Path, _: int) -> Iterator[FoundLayer]:
    """Copy the tables of a File Geodatabase, whose names say what they are, to a folder with the name of one."""
    copy = place / "source.gdb"
    copy.mkdir()
    for part in source.parts:
        if _TABLE_NAME.fullmatch(part.last_name):
            copy_parts([part], copy, stem=PurePosixPath(part.last_name).stem)
    yield from _find_by_gdal(name, source, copy)


def _find_by_gdal(name: str, source: BoundarySource, copy: Path) -> Iterator[FoundLayer]:
    gdal_layers.open_gdal(name, source.format)
    yield from gdal_layers.find_layers(name, copy, source.format)


_TABLE_NAME: Final = re.compile(r"a[0-9a-f]{8}\.gdbtabl[ex]")
_CHECKS: Final[Mapping[str, Sequence[Callable[[str, Path], None]]]] = {
    KML: [refuse_declarations],
    GEOPACKAGE: [refuse_database_code],
    GML: [refuse_declarations, refuse_broken_xml, refuse_part_of_gml, remove_schema_locations],
    MAPINFO: [refuse_other_tables],
    ESRI_JSON: [refuse_part_of_esri_json],
    TOPOJSON: [refuse_endless_arcs],
}
_FIND: Final = {
    GEOJSON: _find_geojson,
    SHAPEFILE: _find_shapefile,
    GEOPACKAGE: _find_in_copy,
    KML: _find_in_copy,
    GML: _find_in_copy,
    MAPINFO: _find_in_copy,
    FLATGEOBUF: _find_in_copy,
    ESRI_JSON: _find_in_copy,
    TOPOJSON: _find_in_copy,
    FILE_GEODATABASE: _find_in_geodatabase,
}
