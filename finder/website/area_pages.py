"""The pages that find a team without a postcode: by district, or by the name of a team or a ward."""

import asyncio
from typing import Final

from aiohttp import web

from finder.http.request_context import OUTWARD_CODE
from finder.services.find_team import FindTeam
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.model import Snapshot
from finder.website.find_page import page_of_answer
from finder.website.form_fields import read_form
from finder.website.name_search import AreaNames, Found, list_areas
from finder.website.page_renderer import Page, PageRenderer
from finder.website.uncached_responses import see_other
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

_LONGEST_NAME: Final = 60


class AreaPages:
    """Handlers of `/areas...`."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, renderer: PageRenderer) -> None:
        self._live = live
        self._resolver = resolver
        self._renderer = renderer
        self._names: AreaNames | None = None
        self._naming = asyncio.Lock()

    async def areas(self, request: web.Request) -> web.StreamResponse:
        """`GET /areas`: every district."""
        snapshot = self._live.current
        return await self._renderer.stored_page(
            request, "areas.html", build=lambda: Page({"snapshot": snapshot, "areas": list_areas(snapshot)})
        )

    async def search(self, request: web.Request) -> web.Response:
        """`POST /areas`: teams and wards by name. A typed postcode leads to its team, so no address may show it."""
        snapshot = self._live.current
        typed = (await read_form(request)).get("name", "").strip()[:_LONGEST_NAME]
        if (postcode := _postcode(typed)) is not None:
            request[OUTWARD_CODE] = postcode.outward_code
            return see_other(self._renderer.root + page_of_answer(self._resolver.by_postcode(snapshot, postcode)))
        names = await self._names_of(snapshot)
        found, meant = await asyncio.to_thread(_search, names, snapshot, typed)
        return await self._renderer.uncached_list(
            request,
            "areas.html",
            snapshot=snapshot,
            areas=names.areas,
            typed=typed,
            found=found,
            meant=meant,
            searched=True,
        )

    async def area(self, request: web.Request) -> web.StreamResponse:
        """`GET /areas/{district}`: the teams of one district."""
        snapshot = self._live.current
        area = (await self._names_of(snapshot)).find_area(request.match_info["district"])
        if area is None:
            raise web.HTTPNotFound
        return await self._renderer.stored_page(
            request,
            "area.html",
            area.slug,
            lambda: Page(
                {
                    "snapshot": snapshot,
                    "area": area,
                    "found": area.found(snapshot),
                    "without_team": area.wards_without_team(snapshot),
                }
            ),
        )

    async def _names_of(self, snapshot: Snapshot) -> AreaNames:
        """Returns the names of a snapshot; they are prepared once, in a thread."""
        async with self._naming:
            if self._names is None or not self._names.are_of(snapshot):
                self._names = await asyncio.to_thread(AreaNames, snapshot)
            return self._names


def _search(names: AreaNames, snapshot: Snapshot, typed: str) -> tuple[Found, str]:
    """Searches the typed name, then the most similar one. Returns the teams, and the similar name if it was used."""
    if found := names.search(snapshot, typed):
        return found, ""
    meant = names.respell(typed)
    found = names.search(snapshot, meant)
    return found, meant if found else ""


def _postcode(typed: str) -> Postcode | None:
    try:
        return Postcode.parse(typed)
    except PostcodeMalformedError:
        return None
