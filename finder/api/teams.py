"""`/api/v1/teams`: the teams, their surgeries and their boundaries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import web

from finder.api import json_shapes
from finder.api.answer_json import Presenter, surgery, ward
from finder.api.boundary_features import encode_boundary, parse_detail
from finder.api.live_answers import LivePresenter
from finder.api.paging import PARAMETERS, PageRequest, matches, parse_page_request, take_page
from finder.api.query_parameters import check_request
from finder.domain.surgery import Occurrence
from finder.domain.team import NeighbourhoodTeam
from finder.domain.upcoming_surgeries import year_of_surgeries
from finder.http.etags import CachedBody, respond
from finder.snapshot import replaced_teams
from geodata.ward import Ward

_encoder: Final = msgspec.json.Encoder()


async def list_teams(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """All teams, or those whose names, areas or wards contain the words of `q`."""
    check_request(request, "q", *PARAMETERS)
    wanted = parse_page_request(request, live.root)
    presenter = live.current
    body = await presenter.bodies.get_or_build(
        ("teams", wanted), datetime.now(UTC), lambda: _encode_page(presenter, wanted)
    )
    return await respond(request, body)


async def get_team(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """One team with its people, next surgeries, priorities and wards."""
    check_request(request)
    presenter = live.current
    team = replaced_teams.get_team(presenter.snapshot, request.match_info["id"])
    now = datetime.now(UTC)
    return await respond(
        request, await presenter.bodies.get_or_build(("team", team.id), now, lambda: _encode_team(presenter, team, now))
    )


async def list_surgeries(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The team's surgeries of twelve months; cancelled ones are included and marked."""
    check_request(request, *PARAMETERS)
    wanted = parse_page_request(request, live.root)
    presenter = live.current
    team = replaced_teams.get_team(presenter.snapshot, request.match_info["id"])
    now = datetime.now(UTC)
    key = ("surgeries", team.id, wanted)
    return await respond(
        request, await presenter.bodies.get_or_build(key, now, lambda: _encode_surgeries(presenter, team, wanted, now))
    )


async def get_team_boundary(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The union of the team's live wards as GeoJSON."""
    detail = parse_detail(request)
    presenter = live.current
    team = replaced_teams.get_team(presenter.snapshot, request.match_info["id"])
    properties = json_shapes.BoundaryOf(team.id, team.name, presenter.releases)
    body = await presenter.bodies.get_or_build(
        ("team boundary", team.id, detail),
        datetime.now(UTC),
        lambda: encode_boundary(properties, presenter.snapshot.wards_of(team), detail, presenter.coverages),
    )
    return await respond(request, body)


def _encode_page(presenter: Presenter, wanted: PageRequest) -> CachedBody:
    wards = {each.gss_code: each for each in presenter.snapshot.wards.wards}
    summaries = (_summarise(wards, team, wanted.search) for team in presenter.snapshot.teams.values())
    found = [summary for summary in summaries if summary is not None]
    items, following = take_page(found, lambda each: each.id, wanted)
    return CachedBody(_encoder.encode(json_shapes.TeamPage(items, following, presenter.releases)))


def _summarise(wards: Mapping[str, Ward], team: NeighbourhoodTeam, search: str) -> json_shapes.TeamSummary | None:
    """Returns the team as lists show it, or None if the search does not match; `wards` are live, by GSS code."""
    own = [wards[code] for code in team.ward_codes if code in wards]
    if not matches(search, team.name, team.record.area, *(each.name for each in own)):
        return None
    force = json_shapes.Force(team.force.id, team.force.name)
    return json_shapes.TeamSummary(team.id, team.name, team.record.area, force, [each.gss_code for each in own])


def _encode_team(presenter: Presenter, team: NeighbourhoodTeam, now: datetime) -> CachedBody:
    encoded = presenter.team(team, now)
    wards = [ward(each) for each in presenter.snapshot.wards_of(team)]
    return CachedBody(
        _encoder.encode(json_shapes.TeamAnswer(encoded.json, wards, presenter.releases)), until=encoded.until
    )


def _encode_surgeries(presenter: Presenter, team: NeighbourhoodTeam, wanted: PageRequest, now: datetime) -> CachedBody:
    upcoming = year_of_surgeries(presenter.snapshot.series_of(team.id), now)
    items, following = take_page(upcoming.occurrences, _start_and_id, wanted)
    page = json_shapes.SurgeryPage([surgery(each) for each in items], following, presenter.releases)
    return CachedBody(_encoder.encode(page), until=upcoming.until)


def _start_and_id(occurrence: Occurrence) -> str:
    """Returns a key that sorts occurrences by their start, then their id."""
    return f"{occurrence.starts_at.astimezone(UTC):%Y%m%dT%H%M%S} {occurrence.id}"
