"""Templates -> pages. Every page names the force, the numbers to call and the source of its data."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web
from jinja2.bccache import Bucket

from finder.http.etags import BodyCache, CachedBody, prepare_cached, respond
from finder.http.prepared_response import PreparedBody
from finder.settings import Settings
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.model import Snapshot
from finder.website.static_files import StaticFiles
from finder.website.template_filters import FILTERS
from finder.website.uncached_responses import respond_uncached

_HTML: Final = "text/html; charset=utf-8"


class _CompiledTemplates(jinja2.BytecodeCache):
    """What templates are compiled to, for every application of this process and of those that are forked from it."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if compiled := self._compiled.get(bucket.key):
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _CompiledTemplates()


def compile_templates() -> None:
    """Compiles all templates once, for the processes that will be forked from this one."""
    environment = jinja2.Environment(autoescape=True, **_template_options())
    environment.filters.update(FILTERS)
    _compile(environment)


def _template_options() -> dict[str, Any]:
    return {
        "loader": jinja2.PackageLoader("finder.website"),
        "bytecode_cache": _COMPILED,
        "undefined": jinja2.ChainableUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def _compile(environment: jinja2.Environment) -> None:
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)


@dataclass(frozen=True, slots=True)
class Page:
    """The context of a template, and the moment until which it is true; None if it stays true."""

    context: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None


class PageRenderer:
    """Renders pages. The footer is about the snapshot in the context, else about the current one, if there is one.

    Pages that residents ask for are rendered in a thread: a long one, with its map, takes a tenth of a second.
    """

    def __init__(self, live: LiveSnapshot, settings: Settings, assets: StaticFiles) -> None:
        self._live = live
        self._settings = settings
        self.root = settings.public_path
        """What the address of every page starts with."""
        self._assets = assets
        self._of: tuple[int, datetime] | None = None
        self._bodies = BodyCache()

    def set_up(self, app: web.Application) -> None:
        """Adds the templates to the application."""
        environment = aiohttp_jinja2.setup(app, filters=FILTERS, **_template_options())
        environment.globals.update(site=self._settings, root=self.root, asset=self._assets.path)
        _compile(environment)  # now, and not by the first request

    async def stored_page(
        self, request: web.Request, template: str, of: Hashable = None, build: Callable[[], Page] = Page
    ) -> web.StreamResponse:
        """Answers with a page that is the same for everyone. It is rendered once a snapshot, and again when it expires.

        `of` distinguishes the pages of one template.
        """

        def render() -> CachedBody:
            page = build()
            return CachedBody(self.render(request, template, page.context).encode(), _HTML, page.until)

        key = (template, of)
        body = self._find_stored(key) or await self._bodies.build(key, render)
        return await respond(request, body)

    def prepare_stored(self, request: web.Request, template: str, of: Hashable) -> PreparedBody | None:
        """Returns what `stored_page` answers with if that needs no waiting, else None."""
        body = self._find_stored((template, of))
        return prepare_cached(request, body) if body else None

    def _find_stored(self, key: Hashable) -> CachedBody | None:
        snapshot = self._live.current_or_none
        identity = snapshot.identity if snapshot else None
        if identity != self._of:
            self._of, self._bodies = identity, BodyCache()
        return self._bodies.find(key, datetime.now(UTC))

    async def stored_template(
        self, request: web.Request, template: str, build: Callable[[], dict[str, Any]]
    ) -> web.StreamResponse:
        """Answers with a page that changes only with the live data."""
        return await self.stored_page(request, template, build=lambda: Page(build()))

    async def cacheable_page(
        self, request: web.Request, template: str, until: datetime | None = None, **context: Any
    ) -> web.StreamResponse:
        """Answers with a page that caches may keep for a while, but not after `until`."""
        text = await asyncio.to_thread(self.render, request, template, context)
        return await respond(request, CachedBody(text.encode(), _HTML, until))

    async def uncached_list(self, request: web.Request, template: str, **context: Any) -> web.Response:
        """Answers with the result of a form that may be long."""
        return await asyncio.to_thread(self.uncached_page, request, template, **context)

    def uncached_page(self, request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
        """Answers with a page that is not cached: the result of a form, or an error."""
        return respond_uncached(request, self.render(request, template, context), status)

    def render(self, request: web.Request, template: str, context: dict[str, Any]) -> str:
        """Returns the HTML of a page."""
        snapshot = self._live.current_or_none
        context = {"snapshot": snapshot, **context}
        context |= {"force_name": self._force_name(context["snapshot"]), "force_web": self._force_web(snapshot)}
        return aiohttp_jinja2.render_string(template, request, context)

    def _force_name(self, snapshot: Snapshot | None) -> str:
        """Returns the name in the settings, else that of the live teams' force if there is only one."""
        names = {team.force.name for team in snapshot.teams.values()} if snapshot else set()
        return self._settings.force_name or (names.pop() if len(names) == 1 else "Police")

    def _force_web(self, snapshot: Snapshot | None) -> str:
        addresses = {team.force.web for team in snapshot.teams.values()} if snapshot else set()
        return self._settings.force_web or (addresses.pop() if len(addresses) == 1 else "")
