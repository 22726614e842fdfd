"""Which of the JSON formats a document is in, and whether a document of Esri is whole."""

from pathlib import Path
from typing import Any, Final

import msgspec

from geodata.errors import SourceError
from geodata.readers.boundaries.refuse_incomplete_downloads import (
    ServerAnswer,
    refuse_error_member,
    refuse_part_of_answer,
)
from geodata.readers.file_formats import ESRI_JSON, GEOJSON, TOPOJSON, as_utf8


class _Document(ServerAnswer):
    """Members that tell the formats apart; features stay undecoded."""

    type: Any = None
    geometryType: Any = None  # noqa: N815 - Esri's name
    spatialReference: Any = None  # noqa: N815
    features: list[msgspec.Raw] | None = None


class _EsriFeature(msgspec.Struct):
    attributes: msgspec.Raw


class _Geometry(msgspec.Struct):
    arcs: Any = None
    geometries: "list[_Geometry]" = []


class _Topology(msgspec.Struct):
    arcs: list[list[msgspec.Raw]]
    objects: dict[str, _Geometry]


_MAX_POINTS: Final = 20_000_000  # all wards of the country in full detail have 12 million


def json_format(content: bytes) -> str:
    """The format of a JSON document; GeoJSON if it is none, because the reader of GeoJSON says what is wrong."""
    try:
        document = msgspec.json.decode(as_utf8(content), type=_Document)
        if document.type == "Topology":
            return TOPOJSON
        if document.features and not document.type:
            msgspec.json.decode(document.features[0], type=_EsriFeature)
            return ESRI_JSON
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return GEOJSON
    return ESRI_JSON if document.features == [] and document.geometryType else GEOJSON


def refuse_endless_arcs(name: str, copy: Path) -> None:
    """Raise SourceError for TopoJSON whose shapes have more points than any wards: each may draw the same long arc."""
    topology = msgspec.json.decode(as_utf8(copy.read_bytes()), type=_Topology)
    lengths = [len(arc) for arc in topology.arcs]
    points = sum(_points(each, lengths) for each in topology.objects.values())
    if points > _MAX_POINTS:
        message = f"{name} has shapes with {points:,} points, more than all wards of the country. Do not trust it."
        raise SourceError(message)


def _points(geometry: _Geometry, lengths: list[int]) -> int:
    """How many points a shape has; `lengths` are those of the arcs. An arc that runs backwards has a number below 0."""
    inner = sum(_points(each, lengths) for each in geometry.geometries)
    return inner + _points_of_arcs(geometry.arcs, lengths)


def _points_of_arcs(arcs: Any, lengths: list[int]) -> int:
    if isinstance(arcs, list):
        return sum(_points_of_arcs(each, lengths) for each in arcs)
    number = (arcs if arcs >= 0 else ~arcs) if isinstance(arcs, int) else len(lengths)
    return lengths[number] if number < len(lengths) else 0


def refuse_part_of_esri_json(name: str, copy: Path) -> None:
    """Raise SourceError if the server that sent a document of Esri says that it is not whole."""
    document = msgspec.json.decode(as_utf8(copy.read_bytes()), type=_Document)
    refuse_error_member(name, document)
    refuse_part_of_answer(name, document, len(document.features or ()))
