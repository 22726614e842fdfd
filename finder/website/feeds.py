"""Calendar feeds: a team's surgeries to subscribe to, and one surgery to keep."""

from datetime import UTC, datetime

from aiohttp import web

from finder.bodies import Body, respond
from finder.calendar import CONTENT_TYPE, write_calendar
from finder.domain.snapshot import Snapshot
from finder.domain.surgery import Occurrence
from finder.domain.team import NeighbourhoodTeam
from finder.services.find_team import find_team
from finder.services.live import LiveSnapshot


class Feeds:
    """Handlers of the `.ics` addresses."""

    def __init__(self, live: LiveSnapshot) -> None:
        self._live = live

    async def team(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams/{id}/surgeries.ics`: twelve months of surgeries."""
        snapshot = self._live.current
        team = find_team(snapshot, request.match_info["id"])
        return _feed(request, snapshot, team, _upcoming(snapshot, team))

    async def surgery(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams/{id}/surgeries/{occurrence}.ics`: one surgery."""
        snapshot = self._live.current
        team = find_team(snapshot, request.match_info["id"])
        wanted = request.match_info["occurrence"]
        found = [each for each in _upcoming(snapshot, team) if each.id == wanted]
        if not found:
            raise web.HTTPNotFound
        response = _feed(request, snapshot, team, found)
        response.headers["Content-Disposition"] = f'attachment; filename="{found[0].id}.ics"'
        return response


def _upcoming(snapshot: Snapshot, team: NeighbourhoodTeam) -> list[Occurrence]:
    return list(snapshot.year_of_surgeries(team.id, datetime.now(UTC)).occurrences)


def _feed(
    request: web.Request, snapshot: Snapshot, team: NeighbourhoodTeam, occurrences: list[Occurrence]
) -> web.StreamResponse:
    name = f"{team.name}: police surgeries"
    text = write_calendar(name, occurrences, snapshot.sequences, snapshot.publication.live_from)
    return respond(request, Body(text.encode(), f"{CONTENT_TYPE}; charset=utf-8"))
