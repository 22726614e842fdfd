"""The page of a team, and the page of all its surgeries."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web
from yarl import URL

from finder.domain.release import Kind, Part
from finder.domain.team import NeighbourhoodTeam
from finder.domain.upcoming_surgeries import next_surgeries, year_of_surgeries
from finder.http.prepared_response import PreparedBody
from finder.settings import Settings
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.model import Snapshot
from finder.snapshot.replaced_teams import get_team
from finder.website.page_renderer import Page, PageRenderer
from finder.website.team_map import TeamMaps

_STALE: Final = timedelta(days=92)
_A_PAGE: Final = 10
_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_PAGE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")


class TeamPages:
    """Handlers of `/teams/...`."""

    def __init__(self, live: LiveSnapshot, renderer: PageRenderer, maps: TeamMaps, settings: Settings) -> None:
        self._live = live
        self._renderer = renderer
        self._maps = maps
        self._public_url = settings.public_url

    async def team(self, request: web.Request) -> web.StreamResponse:
        """`GET /teams/{id}`: contact, surgeries, priorities, officers and map."""
        snapshot = self._live.current
        team = get_team(snapshot, request.match_info["id"])
        given = request.query.get("retired", "")
        retired = given if _MONTH.fullmatch(given) else ""
        return await self._renderer.stored_page(
            request, "team.html", (team.id, retired), lambda: self._team(snapshot, team, retired, datetime.now(UTC))
        )

    def answer_stored(self, request: web.Request, team_id: str) -> PreparedBody | None:
        """Returns the same page if it has been rendered, else None."""
        return self._renderer.prepare_stored(request, "team.html", (team_id, ""))

    def _team(self, snapshot: Snapshot, team: NeighbourhoodTeam, retired: str, now: datetime) -> Page:
        upcoming = next_surgeries(snapshot.series_of(team.id), now)
        checked_at = details_checked_at(snapshot)
        stale = is_stale(checked_at, now)
        context = {
            "snapshot": snapshot,
            "team": team,
            "wards": snapshot.wards_of(team),
            "surgeries": upcoming.occurrences,
            "map": self._maps.map_of(snapshot, [team]),
            "checked_at": checked_at,
            "stale": stale,
            "retired": retired,
        }
        return Page(context, min(upcoming.until, checked_at + _STALE) if checked_at and not stale else upcoming.until)

    async def surgeries(self, request: web.Request) -> web.StreamResponse:
        """`GET /teams/{id}/surgeries`: the surgeries of twelve months, ten a page."""
        snapshot, now = self._live.current, datetime.now(UTC)
        team = get_team(snapshot, request.match_info["id"])
        year = year_of_surgeries(snapshot.series_of(team.id), now)
        upcoming = year.occurrences
        pages = max(1, -(-len(upcoming) // _A_PAGE))
        page = _page_number(request, pages)
        return await self._renderer.cacheable_page(
            request,
            "surgeries.html",
            year.until,
            snapshot=snapshot,
            team=team,
            surgeries=upcoming[(page - 1) * _A_PAGE : page * _A_PAGE],
            count=len(upcoming),
            page=page,
            pages=pages,
            feed=self._feed(request, team.id),
        )

    def _feed(self, request: web.Request, team_id: str) -> str:
        """Returns the address for subscribing to the calendar. It needs the public host, which the settings have."""
        base = URL(self._public_url) if self._public_url else request.url.origin()
        return str(base.with_scheme("webcal") / f"api/v1/teams/{team_id}/surgeries.ics")


def _page_number(request: web.Request, pages: int) -> int:
    given = request.query.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(given) or int(given) > pages:
        raise web.HTTPNotFound
    return int(given)


def is_stale(checked_at: datetime | None, now: datetime) -> bool:
    """Whether details are older than three months, so that the page must warn."""
    return checked_at is not None and now - checked_at > _STALE


def details_checked_at(snapshot: Snapshot) -> datetime | None:
    """Returns when the oldest of the directory's files was loaded, other than the one of surgeries."""
    sources = snapshot.publication.releases[Kind.DIRECTORY].sources
    # Surgeries change by hand every week, and would make old names look new.
    return min((each.loaded_at for each in sources if each.part is not Part.SURGERIES), default=None)
