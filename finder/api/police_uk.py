"""The same answers in the shapes of data.police.uk, so that its clients work unchanged with this service."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
from aiohttp import web

from finder.api.live_presenter import Current
from finder.api.presenter import Presenter
from finder.domain.surgery import LONDON, Occurrence, Status
from finder.domain.team import NeighbourhoodTeam
from finder.errors import TeamUnknownError
from finder.http.body_cache import CachedBody, respond
from finder.police_uk import shapes
from geodata.grid import DEGREE_DECIMALS, LonLat
from geodata.maps.boundary_geojson import centre, outer_ring
from geodata.police_forces import Force

PREFIX: Final = "/police-uk/"
_POINT: Final = re.compile(r" *(-?[0-9]{1,3}(?:\.[0-9]{1,20})?) *, *(-?[0-9]{1,3}(?:\.[0-9]{1,20})?) *", re.ASCII)
_TELEPHONE: Final = "101"
_encoder: Final = msgspec.json.Encoder()


class PoliceUkApi:
    """Handlers. Unknown parameters pass, for some clients of that API send them."""

    def __init__(self, current: Current) -> None:
        self._current = current

    async def forces(self, request: web.Request) -> web.StreamResponse:
        """`GET forces`: the forces that have teams here."""
        forces = sorted(_forces(self._current.presenter).values(), key=lambda force: force.name)
        return self._respond(request, lambda _: [shapes.PoliceForce(force.id, force.name) for force in forces])

    async def force(self, request: web.Request) -> web.StreamResponse:
        """`GET forces/{force}`."""
        force = _get_force(self._current.presenter, request)
        return self._respond(
            request, lambda _: shapes.PoliceForceDetails(force.id, force.name, None, force.web, _TELEPHONE, [])
        )

    async def senior_officers(self, request: web.Request) -> web.StreamResponse:
        """`GET forces/{force}/people`: none, for the directory holds the officers of teams only."""
        _get_force(self._current.presenter, request)
        return self._respond(request, lambda _: [])

    async def neighbourhoods(self, request: web.Request) -> web.StreamResponse:
        """`GET {force}/neighbourhoods`."""
        presenter = self._current.presenter
        force = _get_force(presenter, request)
        teams = [team for team in presenter.snapshot.teams.values() if team.force.id == force.id]
        return self._respond(request, lambda _: [shapes.PoliceNeighbourhoodName(team.id, team.name) for team in teams])

    async def neighbourhood(self, request: web.Request) -> web.StreamResponse:
        """`GET {force}/{id}`."""
        return self._of_team(request, _neighbourhood)

    async def boundary(self, request: web.Request) -> web.StreamResponse:
        """`GET {force}/{id}/boundary`: the outer ring of the largest piece; the shape has no room for more."""
        return self._of_team(request, _boundary)

    async def people(self, request: web.Request) -> web.StreamResponse:
        """`GET {force}/{id}/people`."""
        return self._of_team(request, _people)

    async def priorities(self, request: web.Request) -> web.StreamResponse:
        """`GET {force}/{id}/priorities`."""
        return self._of_team(request, _priorities)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """`GET {force}/{id}/events`: the surgeries of twelve months."""
        presenter = self._current.presenter
        team = _get_team(presenter, request)
        now = datetime.now(UTC)

        def build() -> CachedBody:
            upcoming = presenter.snapshot.year_of_surgeries(team.id, now)
            return CachedBody(_encoder.encode([_event(each) for each in upcoming.occurrences]), until=upcoming.until)

        return respond(request, presenter.keep(request.path, now, build))

    async def locate(self, request: web.Request) -> web.StreamResponse:
        """`GET locate-neighbourhood?q=lat,lon`."""
        match = _POINT.fullmatch(request.query.get("q", ""))
        if match is None:
            raise web.HTTPBadRequest
        place = LonLat(latitude=float(match[1]), longitude=float(match[2]))
        team = self._current.resolver.by_point(self._current.presenter.snapshot, place).team
        return respond(request, CachedBody(_encoder.encode(shapes.PoliceNeighbourhoodFound(team.force.id, team.id))))

    def _of_team(
        self, request: web.Request, shape: Callable[[Presenter, NeighbourhoodTeam], object]
    ) -> web.StreamResponse:
        team = _get_team(self._current.presenter, request)
        return self._respond(request, lambda presenter: shape(presenter, team))

    def _respond(self, request: web.Request, shape: Callable[[Presenter], object]) -> web.StreamResponse:
        """What a snapshot says for good, encoded once for each address; only addresses that exist come this far."""
        presenter = self._current.presenter
        body = presenter.keep(request.path, datetime.now(UTC), lambda: CachedBody(_encoder.encode(shape(presenter))))
        return respond(request, body)


def render_refusal(status: int) -> web.Response:
    """A refusal as that API words it."""
    return web.Response(text=HTTPStatus(status).phrase, status=status)


def _forces(presenter: Presenter) -> dict[str, Force]:
    return {team.force.id: team.force for team in presenter.snapshot.teams.values()}


def _get_force(presenter: Presenter, request: web.Request) -> Force:
    force = _forces(presenter).get(request.match_info["force"])
    if force is None:
        raise web.HTTPNotFound
    return force


def _get_team(presenter: Presenter, request: web.Request) -> NeighbourhoodTeam:
    team = presenter.snapshot.teams.get(request.match_info["id"])
    if team is None or team.force.id != request.match_info["force"]:
        raise TeamUnknownError
    return team


def _neighbourhood(presenter: Presenter, team: NeighbourhoodTeam) -> shapes.PoliceNeighbourhood:
    return shapes.PoliceNeighbourhood(
        id=team.id,
        name=team.name,
        description=team.record.description or None,
        url_force=team.record.contact.get("web", team.force.web),
        contact_details=dict(team.record.contact),
        links=[],
        centre=_position(centre(presenter.snapshot.wards_of(team))),
        locations=[],
        population=None,
    )


def _boundary(presenter: Presenter, team: NeighbourhoodTeam) -> list[shapes.PolicePosition]:
    ring = outer_ring(presenter.snapshot.wards_of(team), decimals=DEGREE_DECIMALS)
    return [_position(each) for each in ring]


def _position(place: LonLat | None) -> shapes.PolicePosition:
    if place is None:
        return shapes.PolicePosition(None, None)
    return shapes.PolicePosition(f"{place.latitude:.{DEGREE_DECIMALS}f}", f"{place.longitude:.{DEGREE_DECIMALS}f}")


def _people(_: Presenter, team: NeighbourhoodTeam) -> list[shapes.PolicePerson]:
    return [shapes.PolicePerson(each.name, each.rank, None, {}) for each in team.officers]


def _priorities(_: Presenter, team: NeighbourhoodTeam) -> list[shapes.PolicePriority]:
    return [
        shapes.PolicePriority(each.issue, _midnight(each.issued_on), each.action or None, _midnight(each.action_on))
        for each in team.priorities
    ]


def _event(occurrence: Occurrence) -> shapes.PoliceEvent:
    """A surgery; the shape has no status, so the title says where one is cancelled or moved."""
    mark = "" if occurrence.status is Status.CONFIRMED else f"{occurrence.status.value.capitalize()}: "
    venue = occurrence.venue
    return shapes.PoliceEvent(
        title=f"{mark}{occurrence.surgery.title}",
        type="meeting",
        description=occurrence.reason,
        address=", ".join(filter(None, (venue.name, venue.address, venue.postcode))) if venue else "",
        contact_details={"web": occurrence.online_url} if occurrence.online_url else {},
        start_date=_wall_clock(occurrence.starts_at),
        end_date=_wall_clock(occurrence.ends_at),
    )


def _wall_clock(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M:%S}"


def _midnight(day: date | None) -> Any:
    return f"{day:%Y-%m-%d}T00:00:00" if day else None
