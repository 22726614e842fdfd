"""`/api/v1/wards`: the live wards, their teams and their boundaries."""

from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import web

from finder.api import json_shapes
from finder.api.answer_json import Presenter
from finder.api.boundary_features import encode_boundary, parse_detail
from finder.api.live_answers import LivePresenter
from finder.api.paging import PARAMETERS, PageRequest, matches, parse_page_request, take_page
from finder.api.query_parameters import check_request
from finder.errors import WardUnknownError
from finder.http.etags import CachedBody, respond
from geodata.ward import Ward

WARDS: Final = "/api/v1/wards/"
_encoder: Final = msgspec.json.Encoder()


async def list_wards(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """All wards, or those whose names or districts contain the words of `q`."""
    check_request(request, "q", *PARAMETERS)
    wanted = parse_page_request(request, live.root)
    presenter = live.current
    body = await presenter.bodies.get_or_build(
        ("wards", wanted), datetime.now(UTC), lambda: _encode_page(presenter, wanted)
    )
    return await respond(request, body)


async def get_ward(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """One ward and its team."""
    check_request(request)
    presenter = live.current
    ward = _get_ward(presenter, request)
    answer = json_shapes.WardAnswer(_covered(presenter, ward), presenter.releases)
    key = ("ward", ward.gss_code)
    body = await presenter.bodies.get_or_build(key, datetime.now(UTC), lambda: CachedBody(_encoder.encode(answer)))
    return await _respond(live, request, ward, body)


async def get_ward_boundary(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The ward's polygon as GeoJSON."""
    detail = parse_detail(request)
    presenter = live.current
    ward = _get_ward(presenter, request)
    properties = json_shapes.BoundaryOf(ward.gss_code, ward.name, presenter.releases)
    key = ("ward boundary", ward.gss_code, detail)
    body = await presenter.bodies.get_or_build(
        key, datetime.now(UTC), lambda: encode_boundary(properties, [ward], detail, presenter.coverages)
    )
    return await _respond(live, request, ward, body)


async def _respond(live: LivePresenter, request: web.Request, ward: Ward, body: CachedBody) -> web.StreamResponse:
    """Answers about a ward. If its code was written with small letters, the answer names the right address."""
    response = await respond(request, body)
    typed = request.match_info["gss_code"]
    if typed != ward.gss_code:
        _, _, rest = request.path.removeprefix(WARDS).partition("/")
        response.headers["Content-Location"] = f"{live.root}{WARDS}{'/'.join(filter(None, (ward.gss_code, rest)))}"
    return response


def _get_ward(presenter: Presenter, request: web.Request) -> Ward:
    """Returns the live ward of the address, whose code may have small letters, or raises WardUnknownError."""
    ward = presenter.snapshot.wards.find(request.match_info["gss_code"].upper())
    if ward is None:
        raise WardUnknownError
    return ward


def _covered(presenter: Presenter, ward: Ward) -> json_shapes.CoveredWard:
    team = presenter.snapshot.team_of_ward.get(ward.gss_code)
    return json_shapes.CoveredWard(
        ward.gss_code,
        ward.name,
        json_shapes.District(ward.district.gss_code, ward.district.name),
        json_shapes.TeamName(team.id, team.name) if team else None,
    )


def _encode_page(presenter: Presenter, wanted: PageRequest) -> CachedBody:
    wards = presenter.snapshot.wards.wards
    found = (each for each in wards if matches(wanted.search, each.name, each.district.name))
    items, following = take_page(found, lambda each: each.gss_code, wanted)
    page = json_shapes.WardPage([_covered(presenter, each) for each in items], following, presenter.releases)
    return CachedBody(_encoder.encode(page))
