"""The website, put together: one renderer, and the handlers of each theme."""

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
    """Every handler of the pages, by theme; through the same resolver as the API."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, settings: Settings) -> None:
        maps = Maps()
        self.assets = Assets(settings)
        self.renderer = Renderer(live, settings, self.assets)
        self.find = Find(live, resolver, self.renderer, maps)
        self.teams = Teams(live, self.renderer, maps, settings)
        self.areas = Areas(live, resolver, self.renderer)
        self.notices = Notices(live, self.renderer, settings.maintenance)
        self.is_closed = bool(settings.maintenance)

    def set_up(self, app: web.Application) -> None:
        """Give the application what the pages need."""
        self.renderer.set_up(app)
