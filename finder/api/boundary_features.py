"""Boundaries as GeoJSON features (RFC 7946), in the precision that a request asks for."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from aiohttp import web

from finder.api import json_shapes
from finder.api.query_parameters import check_request, parse_whole_number
from finder.http.etags import CachedBody
from finder.http.media_types import GEOJSON
from geodata.maps.boundary_geojson import Outline, outline, union
from geodata.maps.simplified_coverage import SimplifiedCoverages
from geodata.points_and_extents import DEGREE_DECIMALS
from geodata.ward import Ward

PRECISIONS: Final = (4, 7)
"""Decimals of a degree. Four are about 10 m: even the smallest ward stays visible."""
SIMPLIFICATIONS: Final = (0, 1000)
"""Metres."""
_encoder: Final = msgspec.json.Encoder()


class Detail(NamedTuple):
    """Decimals of a degree, and metres by which a line may move."""

    decimals: int
    simplify_m: int


def parse_detail(request: web.Request) -> Detail:
    """Reads the parameters of a boundary; raises RequestRefusedError."""
    check_request(request, "precision", "simplify", media_type=GEOJSON)
    return Detail(
        parse_whole_number(request, "precision", PRECISIONS, DEGREE_DECIMALS),
        parse_whole_number(request, "simplify", SIMPLIFICATIONS, 0),
    )


def encode_boundary(
    properties: json_shapes.BoundaryOf, wards: Sequence[Ward], detail: Detail, coverages: SimplifiedCoverages
) -> CachedBody:
    """Encodes the union of some wards as one feature. Its geometry is null if there are no wards.

    The first that is simplified so much takes a tenth of a second for the wards of a force: call it in a thread.
    """
    area = coverages.within(detail.simplify_m).area(wards) if detail.simplify_m else union(wards)
    drawn = outline(area, decimals=detail.decimals)
    geometry = _geometry(drawn) if drawn else None
    bbox = drawn.bbox if drawn else msgspec.UNSET
    return CachedBody(_encoder.encode(json_shapes.Boundary(properties.id, geometry, properties, bbox)), GEOJSON)


def _geometry(drawn: Outline) -> json_shapes.Polygon | json_shapes.MultiPolygon:
    geometry = {"type": drawn.kind, "coordinates": drawn.coordinates}
    return msgspec.convert(geometry, json_shapes.Polygon | json_shapes.MultiPolygon)
