"""`/api/v1/postcodes/…` and `/api/v1/points`: who polices one place."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from finder.api.answer_json import Presenter
from finder.api.live_answers import LivePresenter
from finder.api.negotiation import check_accept
from finder.api.query_parameters import check_request
from finder.domain.answer import Answer
from finder.domain.team import NeighbourhoodTeam
from finder.http.etags import prepare_json
from finder.http.point_parameters import parse_plain_point, parse_point
from finder.http.prepared_response import PreparedBody, PreparedResponse
from finder.http.request_context import OUTWARD_CODE
from geodata.postcode import Postcode

POSTCODES: Final = "/api/v1/postcodes/"
POINTS: Final = "/api/v1/points"


async def get_postcode(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """Who polices a postcode."""
    return PreparedResponse(*answer_postcode(live, request, request.match_info["postcode"]))


async def get_point(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """Who polices a point in degrees."""
    return PreparedResponse(*answer_point(live, request))


def answer_postcode(live: LivePresenter, request: web.Request, typed: str) -> PreparedBody:
    """Answers a postcode in any spelling."""
    check_request(request)
    postcode = Postcode.parse(typed)
    request[OUTWARD_CODE] = postcode.outward_code
    presenter = live.current
    snapshot = presenter.snapshot
    found = live.resolver.find(snapshot, postcode)
    body = _prepare(request, presenter, found.team, lambda: live.resolver.answer(snapshot, found))
    if typed == postcode.compact:
        return body
    content_location = f"Content-Location: {live.root}{POSTCODES}{postcode.compact}\r\n".encode()
    return PreparedBody(body.lines + content_location, body.content, body.status)


def answer_point(live: LivePresenter, request: web.Request) -> PreparedBody:
    """Answers the point in the query."""
    check_accept(request)
    place, accuracy_m = parse_plain_point(request.rel_url.raw_query_string) or parse_point(request.query)
    presenter = live.current
    snapshot = presenter.snapshot
    found = live.resolver.find_point(snapshot, place, accuracy_m)
    return _prepare(request, presenter, found.team, lambda: live.resolver.answer_point(snapshot, found))


def _prepare(
    request: web.Request, presenter: Presenter, team: NeighbourhoodTeam, find_rest: Callable[[], Answer]
) -> PreparedBody:
    """Prepares the answer. `find_rest` is not called if the client has the current one: the team decides its tag."""
    now = datetime.now(UTC)
    encoded = presenter.team(team, now)
    return prepare_json(request, encoded.tag, lambda: presenter.answer(find_rest(), encoded), encoded.until, now)
