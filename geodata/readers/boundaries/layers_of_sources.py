"""The layers of boundary files: how each format lists them, to read the chosen ones later."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from geodata.readers.boundaries import gdal_layers
from geodata.readers.boundaries.boundary_sources import BoundarySource
from geodata.readers.boundaries.choose_layers import FoundLayer
from geodata.readers.boundaries.geojson_features import find_geojson_layer
from geodata.readers.boundaries.refuse_active_content import refuse_database_code, refuse_declarations
from geodata.readers.boundaries.shapefile_layer import find_shapefile_layer
from geodata.readers.file_formats import GEOJSON, GEOPACKAGE, KML, SHAPEFILE
from geodata.readers.supplied_files import copy_parts, refuse_too_large

FindLayers = Callable[[str, BoundarySource, Path], Iterator[FoundLayer]]


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
    names = [layer.name, *([source.label, source.file_name] if is_only else [])]
    return [*names, source.name if is_only else f"{source.name}/{layer.name}"]


def _by_path(layer: FoundLayer) -> FoundLayer:
    """A layer whose own name another one has too."""
    return replace(layer, names=[layer.names[-1], *layer.names])


def _find_geojson(name: str, source: BoundarySource, _: Path, __: int) -> Iterator[FoundLayer]:
    yield find_geojson_layer(name, source.parts[0].read(), source.label)


def _find_shapefile(name: str, source: BoundarySource, place: Path, max_mb: int) -> Iterator[FoundLayer]:
    yield find_shapefile_layer(name, source, place, max_mb)


def _find_in_copy(name: str, source: BoundarySource, place: Path, _: int) -> Iterator[FoundLayer]:
    copy = copy_parts(source.parts, place)
    _CHECKS[source.format](name, copy)
    gdal_layers.open_gdal(name, source.format)
    yield from gdal_layers.find_layers(name, copy, source.format)


_CHECKS: Final = {KML: refuse_declarations, GEOPACKAGE: refuse_database_code}
_FIND: Final = {
    GEOJSON: _find_geojson,
    SHAPEFILE: _find_shapefile,
    GEOPACKAGE: _find_in_copy,
    KML: _find_in_copy,
}
