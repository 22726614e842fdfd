"""What the service says about itself, and every refusal as a page; none of these needs database or snapshot."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from finder.domain.team import NeighbourhoodTeam
from finder.errors import OutsideCoverageError, TeamReplacedError, WardWithoutTeamError
from finder.http.problems import KINDS, explain, kind_of
from finder.snapshot.live import LiveSnapshot
from finder.website.renderer import Renderer

_UNAVAILABLE: Final = 503
_RETRY_SECONDS: Final = "600"


class Notices:
    """Handlers of the pages about the service, and the renderer of refusals."""

    def __init__(self, live: LiveSnapshot, renderer: Renderer, maintenance: str) -> None:
        self._live = live
        self._renderer = renderer
        self._maintenance = maintenance

    async def cookies(self, request: web.Request) -> web.StreamResponse:
        """`GET /cookies`: there are none."""
        return self._renderer.kept(request, "cookies.html")

    async def privacy(self, request: web.Request) -> web.StreamResponse:
        """`GET /privacy`: what happens to what is typed."""
        return self._renderer.kept(request, "privacy.html")

    async def accessibility(self, request: web.Request) -> web.StreamResponse:
        """`GET /accessibility`: the statement."""
        return self._renderer.kept(request, "accessibility.html")

    async def data(self, request: web.Request) -> web.StreamResponse:
        """`GET /data`: which data, which vintage, which licences."""
        return self._renderer.kept(request, "data.html")

    async def problem(self, request: web.Request) -> web.StreamResponse:
        """`GET /problems/{code}`: what a problem of the API means."""
        kind = KINDS.get(request.match_info["code"])
        if kind is None:
            raise web.HTTPNotFound
        return self._renderer.kept(request, "problem_kind.html", kind=kind)

    async def maintenance(self, request: web.Request) -> web.Response:
        """Any address while the website is closed."""
        response = self._renderer.passing(request, "maintenance.html", _UNAVAILABLE, notice=self._maintenance)
        response.headers["Retry-After"] = _RETRY_SECONDS
        return response

    def refusal(self, request: web.Request, refusal: Exception) -> web.Response:
        """The page for a refusal."""
        kind = kind_of(refusal)
        return self._renderer.passing(
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
