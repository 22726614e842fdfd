"""`/police-uk/api/…`: the addresses of data.police.uk, so that its clients work unchanged with this service.

Unknown query parameters are ignored, because some clients of that API send them.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web

from finder.api.answer_json import Presenter
from finder.api.live_answers import LivePresenter
from finder.domain.team import NeighbourhoodTeam
from finder.domain.upcoming_surgeries import year_of_surgeries
from finder.errors import TeamUnknownError
from finder.http.etags import CachedBody, respond
from finder.police_uk import events, forces, neighbourhoods, officers, priorities
from geodata.points_and_extents import LonLat
from geodata.police_forces import Force

PREFIX: Final = "/police-uk/"
_POINT: Final = re.compile(r" *(-?[0-9]{1,3}(?:\.[0-9]{1,20})?) *, *(-?[0-9]{1,3}(?:\.[0-9]{1,20})?) *", re.ASCII)
_encoder: Final = msgspec.json.Encoder()


async def list_forces(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The forces that have live teams."""
    found = sorted(_forces(live.current).values(), key=lambda force: force.name)
    return await _respond(live, request, lambda _: [forces.list_item(force) for force in found])


async def get_force(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """One force."""
    force = _get_force(live.current, request)
    return await _respond(live, request, lambda _: forces.details(force))


async def list_senior_officers(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """Always empty: the directory has the officers of teams only."""
    _get_force(live.current, request)
    return await _respond(live, request, lambda _: [])


async def locate_neighbourhood(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The team of the point `q`: latitude, comma, longitude."""
    match = _POINT.fullmatch(request.query.get("q", ""))
    if match is None:
        raise web.HTTPBadRequest
    place = LonLat(latitude=float(match[1]), longitude=float(match[2]))
    team = live.resolver.by_point(live.current.snapshot, place).team
    return await respond(request, CachedBody(_encoder.encode(neighbourhoods.found(team))))


async def list_neighbourhoods(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The teams of a force."""
    presenter = live.current
    force = _get_force(presenter, request)
    teams = [team for team in presenter.snapshot.teams.values() if team.force.id == force.id]
    return await _respond(live, request, lambda _: [neighbourhoods.list_item(team) for team in teams])


async def get_neighbourhood(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """One team."""
    team = _get_team(live.current, request)

    def build(presenter: Presenter) -> neighbourhoods.PoliceNeighbourhood:
        snapshot = presenter.snapshot
        return neighbourhoods.details(team, snapshot.wards_of(team), snapshot.wards.wards)

    return await _respond(live, request, build)


async def get_boundary(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The outer ring of the largest piece of the team's area."""
    team = _get_team(live.current, request)
    return await _respond(live, request, lambda presenter: neighbourhoods.boundary(presenter.snapshot.wards_of(team)))


async def list_people(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The team's officers."""
    team = _get_team(live.current, request)
    return await _respond(live, request, lambda _: officers.officers(team))


async def list_events(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The team's surgeries of twelve months."""
    presenter = live.current
    team = _get_team(presenter, request)
    now = datetime.now(UTC)

    def build() -> CachedBody:
        upcoming = year_of_surgeries(presenter.snapshot.series_of(team.id), now)
        shown = [events.event(each) for each in upcoming.occurrences]
        return CachedBody(_encoder.encode(shown), until=upcoming.until)

    return await respond(request, await presenter.bodies.get_or_build(request.path, now, build))


async def list_priorities(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The team's priorities."""
    team = _get_team(live.current, request)
    return await _respond(live, request, lambda _: priorities.priorities(team))


def render_refusal(status: int) -> web.Response:
    """Returns a refusal in the wording of data.police.uk: the phrase of its status, as plain text."""
    return web.Response(text=HTTPStatus(status).phrase, status=status)


async def _respond(
    live: LivePresenter, request: web.Request, shape: Callable[[Presenter], object]
) -> web.StreamResponse:
    """Answers with a body that is the same for the whole snapshot; it is encoded once for each address.

    Unknown forces and teams are refused before this, so clients cannot fill the cache with made-up addresses.
    """
    presenter = live.current
    body = await presenter.bodies.get_or_build(
        request.path, datetime.now(UTC), lambda: CachedBody(_encoder.encode(shape(presenter)))
    )
    return await respond(request, body)


def _forces(presenter: Presenter) -> dict[str, Force]:
    return {team.force.id: team.force for team in presenter.snapshot.teams.values()}


def _get_force(presenter: Presenter, request: web.Request) -> Force:
    """Returns the force of the address, or raises HTTPNotFound."""
    force = _forces(presenter).get(request.match_info["force"])
    if force is None:
        raise web.HTTPNotFound
    return force


def _get_team(presenter: Presenter, request: web.Request) -> NeighbourhoodTeam:
    """Returns the team of the address, or raises TeamUnknownError; a team of another force is unknown."""
    team = presenter.snapshot.teams.get(request.match_info["id"])
    if team is None or team.force.id != request.match_info["force"]:
        raise TeamUnknownError
    return team
