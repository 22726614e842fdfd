"""The JSON API: read the request, call one service, present the result."""

from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from finder.api.points import parse_point
from finder.api.present import Presented, Presenter
from finder.domain.snapshot import Snapshot
from finder.keys import OUTWARD_CODE
from finder.problems import RequestRefusedError
from finder.services.find_team import FindTeam
from finder.services.live import LiveSnapshot
from geodata.postcode import Postcode

CACHE_CONTROL: Final = "public, max-age=60, stale-while-revalidate=240, stale-if-error=86400"


class Api:
    """Handlers of `/api/v1`."""

    def __init__(self, live: LiveSnapshot, resolver: FindTeam) -> None:
        self._live = live
        self._resolver = resolver
        self._presenter: Presenter | None = None

    async def postcode(self, request: web.Request) -> web.Response:
        """`GET /api/v1/postcodes/{postcode}`: who polices a postcode."""
        _refuse_parameters(request)
        typed = request.match_info["postcode"]
        postcode = Postcode.parse(typed)
        request[OUTWARD_CODE] = postcode.outward_code
        snapshot = self._live.current
        answer = self._resolver.by_postcode(snapshot, postcode)
        presented = self._presenter_of(snapshot).answer(answer, datetime.now(UTC))
        response = _respond(request, presented)
        if typed != postcode.compact:
            response.headers["Content-Location"] = f"/api/v1/postcodes/{postcode.compact}"
        return response

    async def point(self, request: web.Request) -> web.Response:
        """`GET /api/v1/points?lat=&lon=&accuracy=`: who polices a point in degrees."""
        place, accuracy_m = parse_point(request.query)
        snapshot = self._live.current
        answer = self._resolver.by_point(snapshot, place, accuracy_m)
        return _respond(request, self._presenter_of(snapshot).answer(answer, datetime.now(UTC)))

    def _presenter_of(self, snapshot: Snapshot) -> Presenter:
        """The presenter of a snapshot; one is kept, that of the snapshot last asked for."""
        if self._presenter is None or self._presenter.snapshot is not snapshot:
            self._presenter = Presenter(snapshot, repr(self._resolver))
        return self._presenter


def _respond(request: web.Request, presented: Presented) -> web.Response:
    etag = f'"{presented.etag}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    if any(each.value in ("*", presented.etag) for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.Response(body=presented.body, headers=headers, content_type="application/json")


def _refuse_parameters(request: web.Request) -> None:
    for name in request.query:
        message = f"The parameter {name[:40]!r} is not known here; this address takes none."
        raise RequestRefusedError("parameter_unknown", message, name[:40])
