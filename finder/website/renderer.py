"""Templates -> pages, with what every page says: whose site it is, the numbers to call, where the data came from."""

from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from finder.domain.snapshot import Snapshot
from finder.services.live import LiveSnapshot
from finder.settings import Settings
from finder.website.assets import Assets
from finder.website.responses import respond, respond_kept
from finder.website.words import FILTERS


class Renderer:
    """Renders pages. The footer is about the snapshot in the context, else about the current one, if there is one."""

    def __init__(self, live: LiveSnapshot, settings: Settings, assets: Assets) -> None:
        self._live = live
        self._settings = settings
        self._assets = assets

    def set_up(self, app: web.Application) -> None:
        """Give the application its templates."""
        environment = aiohttp_jinja2.setup(
            app,
            loader=jinja2.PackageLoader("finder.website"),
            filters=FILTERS,
            undefined=jinja2.ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(site=self._settings, asset=self._assets.path)

    def kept(self, request: web.Request, template: str, **context: Any) -> web.Response:
        """A page that caches may keep for a while."""
        return respond_kept(request, self._text(request, template, context))

    def passing(self, request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
        """A page that nobody keeps: the answer to a form, or an error."""
        return respond(request, self._text(request, template, context), status=status)

    def _text(self, request: web.Request, template: str, context: dict[str, Any]) -> str:
        snapshot = self._live.current_or_none
        context = {"snapshot": snapshot, **context}
        context |= {"force_name": self._force_name(context["snapshot"]), "force_web": self._force_web(snapshot)}
        return aiohttp_jinja2.render_string(template, request, context)

    def _force_name(self, snapshot: Snapshot | None) -> str:
        """That of the settings, else of the one force whose teams are live."""
        names = {team.force.name for team in snapshot.teams.values()} if snapshot else set()
        return self._settings.force_name or (names.pop() if len(names) == 1 else "Police")

    def _force_web(self, snapshot: Snapshot | None) -> str:
        addresses = {team.force.web for team in snapshot.teams.values()} if snapshot else set()
        return self._settings.force_web or (addresses.pop() if len(addresses) == 1 else "")
