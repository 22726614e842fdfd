"""The website as a whole: the table of its pages."""

from typing import Final

from aiohttp import web

from finder.http.prepared_response import PreparedBody
from finder.services.find_team import FindTeam
from finder.settings import Settings
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.website.area_pages import AreaPages
from finder.website.choose_page import ChoosePage
from finder.website.error_pages import ErrorPages
from finder.website.find_page import FindPages
from finder.website.information_pages import InformationPages
from finder.website.page_renderer import PageRenderer
from finder.website.static_files import StaticFiles
from finder.website.team_map import TeamMaps
from finder.website.team_pages import TeamPages

TEAMS: Final = "/teams/"


class Website:
    """The pages; they use the same resolver as the API."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, settings: Settings) -> None:
        maps = TeamMaps()
        self._static_files = StaticFiles(settings)
        self.renderer = PageRenderer(live, settings, self._static_files)
        self._find = FindPages(live, resolver, self.renderer)
        self._choose = ChoosePage(live, resolver, self.renderer, maps)
        self._teams = TeamPages(live, self.renderer, maps, settings)
        self._areas = AreaPages(live, resolver, self.renderer)
        self._information = InformationPages(self.renderer)
        self.errors = ErrorPages(live, self.renderer, settings.maintenance)
        self._is_closed = bool(settings.maintenance)

    def set_up(self, app: web.Application) -> None:
        """Adds the templates to the application."""
        self.renderer.set_up(app)

    def answer_team(self, request: web.Request, team_id: str) -> PreparedBody | None:
        """Answers the page of a team at once if it has been rendered, else returns None."""
        return self._teams.answer_stored(request, team_id)

    def routes(self) -> list[web.RouteDef]:
        """Returns the routes of pages and static files; while the website is closed only those of the API's pages."""
        return [
            *([] if self._is_closed else self._pages()),
            web.get("/static/{name}", self._static_files.serve),
            web.get("/problems/{code}", self._information.problem),
        ]

    def _pages(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._find.start),
            web.post("/find", self._find.find),
            web.post("/find/location", self._find.find_location),
            web.get("/choose", self._choose.choose),
            web.get(f"{TEAMS}{{id}}", self._teams.team, name="team"),
            web.get("/teams/{id}/surgeries", self._teams.surgeries),
            web.get("/areas", self._areas.areas),
            web.post("/areas", self._areas.search),
            web.get("/areas/{district}", self._areas.area),
            web.get("/cookies", self._information.cookies),
            web.get("/privacy", self._information.privacy),
            web.get("/accessibility", self._information.accessibility),
            web.get("/data", self._information.data),
        ]

    def closed_routes(self) -> list[web.RouteDef]:
        """Returns the route of every other address while the website is closed, else none.

        It matches anything, so it must come after all other routes: the API and the monitoring stay open.
        """
        return [web.route("*", "/{path:.*}", self.errors.maintenance)] if self._is_closed else []
