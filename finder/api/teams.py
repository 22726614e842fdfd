"""`/api/v1/teams`: the teams, their surgeries and their boundaries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import web

from finder.api import shapes
from finder.api.boundary_features import boundary, wanted_detail
from finder.api.live_presenter import Current
from finder.api.negotiation import check
from finder.api.paging import PARAMETERS, Wanted, cut, matches, wanted
from finder.api.presenter import Presenter, surgery, ward
from finder.domain.surgery import Occurrence
from finder.domain.team import NeighbourhoodTeam
from finder.http.body_cache import CachedBody, respond
from finder.services.find_team import get_team
from geodata.ward import Ward

_PATH: Final = "/api/v1/teams"
_encoder: Final = msgspec.json.Encoder()


class TeamsApi:
    """Handlers."""

    def __init__(self, current: Current) -> None:
        self._current = current

    async def teams(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams?q=`: every team, or those whose names, areas or wards hold the words."""
        check(request, "q", *PARAMETERS)
        part = wanted(request)
        presenter = self._current.presenter
        now = datetime.now(UTC)
        return respond(request, presenter.keep(("teams", part), now, lambda: _page(presenter, part)))

    async def team(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams/{id}`: one team with its people, next surgeries, priorities and wards."""
        check(request)
        presenter = self._current.presenter
        team = get_team(presenter.snapshot, request.match_info["id"])
        now = datetime.now(UTC)
        return respond(request, presenter.keep(("team", team.id), now, lambda: _answer(presenter, team, now)))

    async def surgeries(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams/{id}/surgeries`: twelve months, cancelled ones included and marked."""
        check(request, *PARAMETERS)
        part = wanted(request)
        presenter = self._current.presenter
        team = get_team(presenter.snapshot, request.match_info["id"])
        now = datetime.now(UTC)
        key = ("surgeries", team.id, part)
        return respond(request, presenter.keep(key, now, lambda: _surgeries(presenter, team, part, now)))

    async def boundary(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams/{id}/boundary`: the union of its live wards as GeoJSON."""
        detail = wanted_detail(request)
        presenter = self._current.presenter
        team = get_team(presenter.snapshot, request.match_info["id"])
        whose = shapes.BoundaryOf(team.id, team.name, presenter.releases)
        return respond(
            request,
            presenter.keep(
                ("team boundary", team.id, detail),
                datetime.now(UTC),
                lambda: boundary(whose, presenter.snapshot.wards_of(team), detail),
            ),
        )


def _page(presenter: Presenter, part: Wanted) -> CachedBody:
    wards = {each.gss_code: each for each in presenter.snapshot.wards.wards}
    summaries = (_summary(wards, team, part.search) for team in presenter.snapshot.teams.values())
    found = [summary for summary in summaries if summary is not None]
    items, following = cut(found, lambda each: each.id, part, _PATH)
    return CachedBody(_encoder.encode(shapes.TeamPage(items, following, presenter.releases)))


def _summary(wards: Mapping[str, Ward], team: NeighbourhoodTeam, search: str) -> shapes.TeamSummary | None:
    """A team as lists show it, None where it does not match; `wards` are the live ones by GSS code."""
    own = [wards[code] for code in team.ward_codes if code in wards]
    if not matches(search, team.name, team.record.area, *(each.name for each in own)):
        return None
    force = shapes.Force(team.force.id, team.force.name)
    return shapes.TeamSummary(team.id, team.name, team.record.area, force, [each.gss_code for each in own])


def _answer(presenter: Presenter, team: NeighbourhoodTeam, now: datetime) -> CachedBody:
    encoded = presenter.team(team, now)
    wards = [ward(each) for each in presenter.snapshot.wards_of(team)]
    return CachedBody(_encoder.encode(shapes.TeamAnswer(encoded.json, wards, presenter.releases)), until=encoded.until)


def _surgeries(presenter: Presenter, team: NeighbourhoodTeam, part: Wanted, now: datetime) -> CachedBody:
    upcoming = presenter.snapshot.year_of_surgeries(team.id, now)
    items, following = cut(upcoming.occurrences, _moment, part, f"{_PATH}/{team.id}/surgeries")
    page = shapes.SurgeryPage([surgery(each) for each in items], following, presenter.releases)
    return CachedBody(_encoder.encode(page), until=upcoming.until)


def _moment(occurrence: Occurrence) -> str:
    """Sorts occurrences by start."""
    return f"{occurrence.starts_at.astimezone(UTC):%Y%m%dT%H%M%S} {occurrence.id}"
