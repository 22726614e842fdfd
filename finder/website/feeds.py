"""Calendar feeds: a team's surgeries to subscribe to, and one surgery to keep."""

from datetime import UTC, datetime

from aiohttp import web

from finder.calendar import CONTENT_TYPE, write_calendar
from finder.domain.snapshot import Snapshot
from finder.domain.surgery import Occurrence
from finder.domain.team import NeighbourhoodTeam
from finder.services.find_team import find_team
from finder.services.live import LiveSnapshot
from finder.website.responses import respond_kept


class Feeds:
    """Handlers of the `.ics` addresses."""

    def __init__(self, live: LiveSnapshot) -> None:
        self._live = live

    async def team(self, request: web.Request) -> web.Response:
        """`GET /api/v1/teams/{id}/surgeries.ics`: twelve months of surgeries."""
        snapshot = self._live.current
        team = find_team(snapshot, request.match_info["id"])
        return _feed(request, snapshot, team, _upcoming(snapshot, team))

    async def surgery(self, request: web.Request) -> web.Response:
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
) -> web.Response:
    name = f"{team.name}: police surgeries"
    text = write_calendar(name, occurrences, snapshot.sequences, snapshot.publication.live_from)
    return respond_kept(request, text, CONTENT_TYPE)
