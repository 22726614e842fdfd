"""Calendar feeds: a team's surgeries to subscribe to, and one surgery to keep."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from finder.api.live_presenter import Current
from finder.api.negotiation import check
from finder.domain.surgery import Occurrence
from finder.domain.team import NeighbourhoodTeam
from finder.http.body_cache import CachedBody, respond
from finder.http.calendar_feed import CONTENT_TYPE, write_calendar
from finder.services.find_team import get_team
from finder.snapshot.model import Snapshot

_MEDIA_TYPE: Final = f"{CONTENT_TYPE}; charset=utf-8"
Occurrences = tuple[Occurrence, ...]


class Feeds:
    """Handlers of the `.ics` addresses."""

    def __init__(self, current: Current) -> None:
        self._current = current

    async def team(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams/{id}/surgeries.ics`: twelve months of surgeries."""
        return self._feed(request, lambda occurrences: occurrences)

    async def surgery(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/teams/{id}/surgeries/{occurrence}.ics`: one surgery."""
        wanted = request.match_info["occurrence"]

        def pick(occurrences: Occurrences) -> Occurrences:
            found = tuple(each for each in occurrences if each.id == wanted)
            if not found:
                raise web.HTTPNotFound
            return found

        response = self._feed(request, pick)
        response.headers["Content-Disposition"] = f'attachment; filename="{wanted}.ics"'
        return response

    def _feed(self, request: web.Request, pick: Callable[[Occurrences], Occurrences]) -> web.StreamResponse:
        """The picked ones of a team's surgeries, written once for as long as they stand."""
        check(request, media_type=CONTENT_TYPE)
        presenter = self._current.presenter
        team = get_team(presenter.snapshot, request.match_info["id"])
        now = datetime.now(UTC)

        def build() -> CachedBody:
            upcoming = presenter.snapshot.year_of_surgeries(team.id, now)
            return CachedBody(_write(presenter.snapshot, team, pick(upcoming.occurrences)), _MEDIA_TYPE, upcoming.until)

        return respond(request, presenter.keep(("calendar", *request.match_info.values()), now, build))


def _write(snapshot: Snapshot, team: NeighbourhoodTeam, occurrences: Occurrences) -> bytes:
    name = f"{team.name}: police surgeries"
    return write_calendar(name, occurrences, snapshot.sequences, snapshot.publication.live_from).encode()
