"""Wraps the handling of every request: sets its id, renders refusals, counts and logs it."""

import asyncio
import time
from typing import Any, Final

from aiohttp import hdrs, web
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

    aiohttp answers the requests of a pipeline in one go. So after each millisecond that answering one pipeline has
    taken, the event loop has its turn.
    """

    def __init__(self, settings: Settings, metrics: Metrics, render_page: RenderPage) -> None:
        self.ids = RequestIds()
        self.log = RequestLog(settings, metrics)
        self.paths = metrics.paths
        self._pipeline: web.RequestHandler | None = None
        self._held_seconds = 0.0
        self.closes_connections = False
        """Whether each connection is closed after its next response, because the process is about to end."""
        self.refusals = RefusalResponses(render_page, settings.public_path)
        # With a rate limit each response has its own numbers, so no lines are prepared and listeners add all headers.
        headers = None if settings.rate_limit else security_headers(settings)
        self._lines = b"" if headers is None else header_lines(headers)
        self._open_lines = b"" if headers is None else header_lines(headers | CORS_HEADERS)
        self._lines_of: dict[web.AbstractResource | None, bytes] = {}

    def wrap(self, handler: Handler) -> Handler:
        """Returns a handler that calls the given one."""

        async def handle(request: web.Request) -> web.StreamResponse:
            connection: Any = request.protocol
            if connection.refusal is not None:
                raise connection.refusal  # for ClientConnection.handle_error
            if connection is not self._pipeline:
                self._pipeline, self._held_seconds = connection, 0.0
            elif self._held_seconds >= TURN_SECONDS * _MOST_TURNS:
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
            resource = request.match_info.route.resource
            if isinstance(response, PreparedResponse):
                response.complete(self._lines_of.get(resource) or self._prepare_lines(request, resource), request_id)
            else:
                response.headers["X-Request-ID"] = request_id
            if self.closes_connections and not response.prepared:
                response.force_close()  # a client that has been told otherwise may send its next request already
            self.log.record(request, resource, response.status, outcome, started)
            self._held_seconds += time.perf_counter() - started
            return response

        return handle

    async def say_that_it_closes(self, _: web.Request, response: web.StreamResponse) -> None:
        """Tell the client of a response that is sent in parts, from `on_response_prepare`; its handler returns late."""
        if self.closes_connections:
            response.force_close()
            response.headers[hdrs.CONNECTION] = "close"

    def _prepare_lines(self, request: web.Request, resource: web.AbstractResource | None) -> bytes:
        lines = self.header_lines(request.path)
        if resource is not None:
            self._lines_of[resource] = lines
        return lines

    def header_lines(self, path: str) -> bytes:
        """Returns the header lines to add to a prepared response; empty if listeners add the headers."""
        return self._open_lines if is_open(path) else self._lines
