"""The JSON API: read the request, call one service, present the result."""

from collections.abc import Callable
from datetime import UTC, datetime

from aiohttp import web

from finder.api.bulk_lookups.handler import LookupsApi
from finder.api.calendars import Feeds
from finder.api.documentation import Docs, RenderPage
from finder.api.live_presenter import Current
from finder.api.negotiation import check, check_accept
from finder.api.police_uk import PoliceUkApi
from finder.api.presenter import Presenter
from finder.api.sectors import SectorsApi
from finder.api.teams import TeamsApi
from finder.api.wards import WardsApi
from finder.domain.answer import Answer
from finder.domain.team import NeighbourhoodTeam
from finder.http.body_cache import reply_once
from finder.http.point_parameters import parse_plain_point, parse_point
from finder.http.prepared_response import PreparedBody, PreparedResponse, header_lines
from finder.http.request_context import OUTWARD_CODE, RequestLike
from finder.services.find_team import FindTeam
from finder.snapshot.live import LiveSnapshot
from geodata.postcode import Postcode


class Api:
    """Handlers of `/api/v1` for one place, and the groups of handlers for everything else."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam, render: RenderPage) -> None:
        self._current = Current(live, resolver)
        self._resolver = resolver
        self.docs = Docs(render)
        self.feeds = Feeds(self._current)
        self.lookups = LookupsApi(self._current)
        self.police_uk = PoliceUkApi(self._current)
        self.sectors = SectorsApi(self._current)
        self.teams = TeamsApi(self._current)
        self.wards = WardsApi(self._current)

    async def postcode(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/postcodes/{postcode}`: who polices a postcode."""
        return PreparedResponse(*self.answer_postcode(request, request.match_info["postcode"]))

    def answer_postcode(self, request: RequestLike, typed: str) -> PreparedBody:
        """The answer to a postcode as it was typed."""
        check(request)
        postcode = Postcode.parse(typed)
        request[OUTWARD_CODE] = postcode.outward_code
        presenter = self._current.presenter
        snapshot = presenter.snapshot
        found = self._resolver.find(snapshot, postcode)
        reply = _reply(request, presenter, found.team, lambda: self._resolver.answer(snapshot, found))
        if typed == postcode.compact:
            return reply
        elsewhere = header_lines({"Content-Location": f"/api/v1/postcodes/{postcode.compact}"})
        return reply._replace(lines=reply.lines + elsewhere)

    async def point(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/points?lat=&lon=&accuracy=`: who polices a point in degrees."""
        return PreparedResponse(*self.answer_point(request))

    def answer_point(self, request: RequestLike, _: str = "") -> PreparedBody:
        """The answer to a point in the query."""
        check_accept(request)
        place, accuracy_m = parse_plain_point(request.rel_url.raw_query_string) or parse_point(request.query)
        presenter = self._current.presenter
        snapshot = presenter.snapshot
        found = self._resolver.find_point(snapshot, place, accuracy_m)
        return _reply(request, presenter, found.team, lambda: self._resolver.answer_point(snapshot, found))


def _reply(
    request: RequestLike, presenter: Presenter, team: NeighbourhoodTeam, find_rest: Callable[[], Answer]
) -> PreparedBody:
    """The answer; for who has it already its tag is enough, and the rest is not looked for."""
    now = datetime.now(UTC)
    encoded = presenter.team(team, now)
    return reply_once(request, encoded.tag, lambda: presenter.answer(find_rest(), encoded), encoded.until, now)
