"""Refusals as pages, and the page of a closed website. Neither needs the database or a snapshot."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from finder.domain.team import NeighbourhoodTeam
from finder.errors import OutsideCoverageError, TeamReplacedError, WardWithoutTeamError
from finder.http.problem_statuses import explain, kind_of
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.website.page_renderer import PageRenderer

_UNAVAILABLE: Final = 503
_RETRY_SECONDS: Final = "600"


class ErrorPages:
    """Renders refusals, and handles every address while the website is closed."""

    def __init__(self, live: LiveSnapshot, renderer: PageRenderer, maintenance: str) -> None:
        self._live = live
        self._renderer = renderer
        self._maintenance = maintenance

    async def maintenance(self, request: web.Request) -> web.Response:
        """Answers any address while the website is closed."""
        response = self._renderer.uncached_page(request, "maintenance.html", _UNAVAILABLE, notice=self._maintenance)
        response.headers["Retry-After"] = _RETRY_SECONDS
        return response

    def refusal(self, request: web.Request, refusal: Exception) -> web.Response:
        """Renders the page of a refusal."""
        kind = kind_of(refusal)
        return self._renderer.uncached_page(
            request,
            "refusal.html",
            kind.status,
            kind=kind,
            detail=explain(refusal),
            force=refusal.force if isinstance(refusal, OutsideCoverageError) else None,
            ward=refusal.ward if isinstance(refusal, WardWithoutTeamError) else None,
            replacements=self._named(refusal.replaced_by) if isinstance(refusal, TeamReplacedError) else [],
        )

    def _named(self, ids: Iterable[str]) -> list[NeighbourhoodTeam]:
        snapshot = self._live.current_or_none
        return [snapshot.teams[each] for each in ids if each in snapshot.teams] if snapshot else []
