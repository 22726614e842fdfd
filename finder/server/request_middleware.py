"""Wraps the handling of every request: sets its id, renders refusals, counts and logs it."""

import asyncio
import time
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from finder.http.cors import CORS_HEADERS, is_open
from finder.http.prepared_response import PreparedResponse, header_lines
from finder.http.request_context import REQUEST_ID
from finder.http.request_ids import RequestIds
from finder.http.security_headers import security_headers
from finder.http.yield_to_event_loop import TURN_SECONDS
from finder.server.process_metrics import Metrics
from finder.server.refusal_responses import RefusalResponses, RenderPage
from finder.server.request_log import RequestLog
from finder.settings import Settings

_MOST_TURNS: Final = 4


class RequestMiddleware:
    """Wraps the application's handler, routing included.

    aiohttp's own middlewares run after routing and after its answer to the header Expect. So they would miss some
    refusals, and they cost each request twice as much.

    aiohttp answers the requests of a pipeline in one go, so after each millisecond that answering has taken, the event
    loop has its turn.
    """

    def __init__(self, settings: Settings, metrics: Metrics, render_page: RenderPage) -> None:
        self.ids = RequestIds()
        self.log = RequestLog(settings, metrics)
        self.paths = metrics.paths
        self._held_seconds = 0.0
        self.closes_connections = False
        """Whether each connection is closed after its next response, because the process is about to end."""
        self.refusals = RefusalResponses(render_page, settings.public_path)
        # With a rate limit each response has its own numbers, so no lines are prepared and listeners add all headers.
        headers = None if settings.rate_limit else security_headers(settings)
        self._lines = b"" if headers is None else header_lines(headers)
        self._open_lines = b"" if headers is None else header_lines(headers | CORS_HEADERS)

    def wrap(self, handler: Handler) -> Handler:
        """Returns a handler that calls the given one."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if self._held_seconds >= TURN_SECONDS * _MOST_TURNS:
                self._held_seconds = 0.0
                await asyncio.sleep(0)
            started = time.perf_counter()
            request_id = request[REQUEST_ID] = self.ids.of(request)
            self.paths.usual += 1
            outcome = "ok"
            try:
                response = await handler(request)
            except Exception as error:  # noqa: BLE001 - every failure becomes a page or a problem
                response, outcome = self.refusals.respond(request, error)
            if isinstance(response, PreparedResponse):
                response.complete(self.header_lines(request.path), request_id)
            else:
                response.headers["X-Request-ID"] = request_id
            if self.closes_connections:
                response.force_close()
            self.log.record(request, request.match_info.route.resource, response.status, outcome, started)
            self._held_seconds += time.perf_counter() - started
            return response

        return handle

    def header_lines(self, path: str) -> bytes:
        """Returns the header lines to add to a prepared response; empty if listeners add the headers."""
        return self._open_lines if is_open(path) else self._lines
