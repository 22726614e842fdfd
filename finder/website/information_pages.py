"""Pages about the service and about the problems of its API. None of them needs the database or a snapshot."""

from aiohttp import web

from finder.http.problem_statuses import KINDS
from finder.website.page_renderer import Page, PageRenderer


class InformationPages:
    """Handlers of the pages about the service."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    async def cookies(self, request: web.Request) -> web.StreamResponse:
        """`GET /cookies`: the website sets none."""
        return await self._renderer.stored_page(request, "cookies.html")

    async def privacy(self, request: web.Request) -> web.StreamResponse:
        """`GET /privacy`: what happens to what residents type."""
        return await self._renderer.stored_page(request, "privacy.html")

    async def accessibility(self, request: web.Request) -> web.StreamResponse:
        """`GET /accessibility`: the accessibility statement."""
        return await self._renderer.stored_page(request, "accessibility.html")

    async def data(self, request: web.Request) -> web.StreamResponse:
        """`GET /data`: the sources of the data, their dates and licences."""
        return await self._renderer.stored_page(request, "data.html")

    async def problem(self, request: web.Request) -> web.StreamResponse:
        """`GET /problems/{code}`: what a problem of the API means."""
        kind = KINDS.get(request.match_info["code"])
        if kind is None:
            raise web.HTTPNotFound
        return await self._renderer.stored_page(request, "problem_kind.html", kind.code, lambda: Page({"kind": kind}))
