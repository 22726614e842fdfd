"""Calendar files: all surgeries of a team to subscribe to, and a single surgery to save."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from finder.api.live_answers import LivePresenter
from finder.api.query_parameters import check_request
from finder.domain.surgery import Occurrence
from finder.domain.team import NeighbourhoodTeam
from finder.domain.upcoming_surgeries import year_of_surgeries
from finder.http.etags import CachedBody, respond
from finder.http.icalendar_feed import write_calendar
from finder.http.media_types import CALENDAR
from finder.snapshot.model import Snapshot
from finder.snapshot.replaced_teams import get_team

_CONTENT_TYPE: Final = f"{CALENDAR}; charset=utf-8"
Occurrences = tuple[Occurrence, ...]


async def get_calendar(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """The team's surgeries of twelve months."""
    return await _respond(live, request, lambda occurrences: occurrences)


async def get_surgery_calendar(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """One surgery of the team, to download."""
    occurrence_id = request.match_info["occurrence"]

    def select(occurrences: Occurrences) -> Occurrences:
        found = tuple(each for each in occurrences if each.id == occurrence_id)
        if not found:
            raise web.HTTPNotFound
        return found

    response = await _respond(live, request, select)
    response.headers["Content-Disposition"] = f'attachment; filename="{occurrence_id}.ics"'
    return response


async def _respond(
    live: LivePresenter, request: web.Request, select: Callable[[Occurrences], Occurrences]
) -> web.StreamResponse:
    """Answers with the selected surgeries. The file is cached until the list of surgeries changes."""
    check_request(request, media_type=CALENDAR)
    presenter = live.current
    team = get_team(presenter.snapshot, request.match_info["id"])
    now = datetime.now(UTC)

    def build() -> CachedBody:
        upcoming = year_of_surgeries(presenter.snapshot.series_of(team.id), now)
        content = _write(live, presenter.snapshot, team, select(upcoming.occurrences))
        return CachedBody(content, _CONTENT_TYPE, upcoming.until)

    return await respond(
        request, await presenter.bodies.get_or_build(("calendar", *request.match_info.values()), now, build)
    )


def _write(live: LivePresenter, snapshot: Snapshot, team: NeighbourhoodTeam, occurrences: Occurrences) -> bytes:
    name = f"{team.name}: police surgeries"
    domain = live.event_domain or team.force.id
    return write_calendar(name, occurrences, snapshot.sequences, snapshot.publication.live_from, domain).encode()
