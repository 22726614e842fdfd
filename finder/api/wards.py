"""`/api/v1/wards`: the live wards, the teams that have them, and their boundaries."""

from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import web

from finder.api import shapes
from finder.api.boundary_features import boundary, wanted_detail
from finder.api.live_presenter import Current
from finder.api.negotiation import check
from finder.api.paging import PARAMETERS, Wanted, cut, matches, wanted
from finder.api.presenter import Presenter
from finder.errors import WardUnknownError
from finder.http.body_cache import CachedBody, respond
from geodata.ward import Ward

_PATH: Final = "/api/v1/wards"
_encoder: Final = msgspec.json.Encoder()


class WardsApi:
    """Handlers."""

    def __init__(self, current: Current) -> None:
        self._current = current

    async def wards(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/wards?q=`: every ward, or those whose names or districts hold the words."""
        check(request, "q", *PARAMETERS)
        part = wanted(request)
        presenter = self._current.presenter
        now = datetime.now(UTC)
        return respond(request, presenter.keep(("wards", part), now, lambda: _page(presenter, part)))

    async def ward(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/wards/{gss_code}`: one ward."""
        check(request)
        presenter = self._current.presenter
        ward = _get_ward(presenter, request.match_info["gss_code"])
        answer = shapes.WardAnswer(_covered(presenter, ward), presenter.releases)
        key = ("ward", ward.gss_code)
        return respond(request, presenter.keep(key, datetime.now(UTC), lambda: CachedBody(_encoder.encode(answer))))

    async def boundary(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/wards/{gss_code}/boundary`: its polygon as GeoJSON."""
        detail = wanted_detail(request)
        presenter = self._current.presenter
        ward = _get_ward(presenter, request.match_info["gss_code"])
        whose = shapes.BoundaryOf(ward.gss_code, ward.name, presenter.releases)
        key = ("ward boundary", ward.gss_code, detail)
        return respond(request, presenter.keep(key, datetime.now(UTC), lambda: boundary(whose, [ward], detail)))


def _get_ward(presenter: Presenter, gss_code: str) -> Ward:
    """A live ward; raises WardUnknownError."""
    ward = presenter.snapshot.wards.find(gss_code)
    if ward is None:
        raise WardUnknownError
    return ward


def _covered(presenter: Presenter, ward: Ward) -> shapes.CoveredWard:
    team = presenter.snapshot.team_of_ward.get(ward.gss_code)
    return shapes.CoveredWard(
        ward.gss_code,
        ward.name,
        shapes.District(ward.district.gss_code, ward.district.name),
        shapes.TeamName(team.id, team.name) if team else None,
    )


def _page(presenter: Presenter, part: Wanted) -> CachedBody:
    wards = presenter.snapshot.wards.wards
    found = (each for each in wards if matches(part.search, each.name, each.district.name))
    items, following = cut(found, lambda each: each.gss_code, part, _PATH)
    page = shapes.WardPage([_covered(presenter, each) for each in items], following, presenter.releases)
    return CachedBody(_encoder.encode(page))
