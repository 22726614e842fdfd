"""Boundaries as GeoJSON (RFC 7946), as fine or as coarse as asked for."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from aiohttp import web

from finder.api import shapes
from finder.api.negotiation import GEOJSON, check, whole_number
from finder.http.body_cache import CachedBody
from geodata.grid import DEGREE_DECIMALS
from geodata.maps.boundary_geojson import Outline, outline
from geodata.ward import Ward

PRECISIONS: Final = (4, 7)
"""Decimals of a degree: 4 is about 10 m, and no ward is so small that it would vanish."""
SIMPLIFICATIONS: Final = (0, 1000)
"""Metres."""
_encoder: Final = msgspec.json.Encoder()


class Detail(NamedTuple):
    """Decimals of a degree, and metres by which a vertex may move."""

    decimals: int
    simplify_m: int


def wanted_detail(request: web.Request) -> Detail:
    """What a request for a boundary asks for; raises RequestRefusedError."""
    check(request, "precision", "simplify", media_type=GEOJSON)
    return Detail(
        whole_number(request, "precision", PRECISIONS, DEGREE_DECIMALS),
        whole_number(request, "simplify", SIMPLIFICATIONS, 0),
    )


def boundary(whose: shapes.BoundaryOf, wards: Sequence[Ward], detail: Detail) -> CachedBody:
    """The feature of some wards together; its geometry is null where they have none."""
    drawn = outline(wards, decimals=detail.decimals, simplify_m=detail.simplify_m)
    geometry = _geometry(drawn) if drawn else None
    bbox = drawn.bbox if drawn else msgspec.UNSET
    return CachedBody(_encoder.encode(shapes.Boundary(whose.id, geometry, whose, bbox)), GEOJSON)


def _geometry(drawn: Outline) -> shapes.Polygon | shapes.MultiPolygon:
    made = {"type": drawn.kind, "coordinates": drawn.coordinates}
    return msgspec.convert(made, shapes.Polygon | shapes.MultiPolygon)
