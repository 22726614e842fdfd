"""The website, put together: the table of its pages."""

from aiohttp import web

from finder.services.find_team import FindTeam
from finder.settings import Settings
from finder.snapshot.live import LiveSnapshot
from finder.website.browse import Areas
from finder.website.find_page import Find
from finder.website.notices import Notices
from finder.website.renderer import Renderer
from finder.website.static_files import Assets
from finder.website.team_map import Maps
from finder.website.team_pages import Teams


class Website:
    """The pages, through the same resolver as the API."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, settings: Settings) -> None:
        maps = Maps()
        self._static_files = Assets(settings)
        self.renderer = Renderer(live, settings, self._static_files)
        self._find = Find(live, resolver, self.renderer, maps)
        self._teams = Teams(live, self.renderer, maps, settings)
        self._areas = Areas(live, resolver, self.renderer)
        self.notices = Notices(live, self.renderer, settings.maintenance)
        self._is_closed = bool(settings.maintenance)

    def set_up(self, app: web.Application) -> None:
        """Gives the application the templates."""
        self.renderer.set_up(app)

    def routes(self) -> list[web.RouteDef]:
        """Returns the routes of pages and static files; while the website is closed only those of the API's pages."""
        return [
            *([] if self._is_closed else self._pages()),
            web.get("/static/{name}", self._static_files.serve),
            web.get("/problems/{code}", self.notices.problem),
        ]

    def _pages(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._find.start),
            web.post("/find", self._find.find),
            web.post("/find/location", self._find.find_location),
            web.get("/choose", self._find.choose),
            web.get("/teams/{id}", self._teams.team),
            web.get("/teams/{id}/surgeries", self._teams.surgeries),
            web.get("/areas", self._areas.areas),
            web.post("/areas", self._areas.search),
            web.get("/areas/{district}", self._areas.area),
            web.get("/cookies", self.notices.cookies),
            web.get("/privacy", self.notices.privacy),
            web.get("/accessibility", self.notices.accessibility),
            web.get("/data", self.notices.data),
        ]

    def closed_routes(self) -> list[web.RouteDef]:
        """Returns the route of every other address while the website is closed, else none.

        It matches anything, so it must come after all other routes: the API and the monitoring stay open.
        """
        return [web.route("*", "/{path:.*}", self.notices.maintenance)] if self._is_closed else []
