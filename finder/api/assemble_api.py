"""The API as a whole: its routes, and the answers that need no waiting."""

from aiohttp import web

from finder.api import operation_table, postcodes_and_points
from finder.api.documentation import Docs, RenderPage
from finder.api.live_answers import LivePresenter
from finder.http.prepared_response import PreparedBody
from finder.services.find_team import FindTeam
from finder.settings import Settings
from finder.snapshot.live_snapshot import LiveSnapshot


class Api:
    """The addresses of the API, through the same resolver as the website."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, render: RenderPage, settings: Settings) -> None:
        self._live = LivePresenter(live, resolver, settings)
        self._docs = Docs(render, settings)

    def routes(self) -> list[web.RouteDef]:
        """Returns all routes; the first that matches a request answers it."""
        return [
            *operation_table.routes(self._live),
            web.get("/openapi.json", self._docs.openapi),
            web.get("/docs", self._docs.page),
        ]

    def answer_postcode(self, request: web.Request, typed: str) -> PreparedBody:
        """Answers `getPostcode` at once."""
        return postcodes_and_points.answer_postcode(self._live, request, typed)

    def answer_point(self, request: web.Request) -> PreparedBody:
        """Answers `getPoint` at once."""
        return postcodes_and_points.answer_point(self._live, request)
