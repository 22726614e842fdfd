"""Runs the application on connections with limits. Uses only public names of aiohttp."""

from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from finder.http.request_ids import RequestIds
from finder.http.security_headers import SECURITY_HEADERS
from finder.server.app_keys import (
    CONNECTION_COUNTS,
    MAKE_CONNECTION,
    PUBLIC_PATH,
    REQUEST_MIDDLEWARE,
    RESPONSE_HEADERS,
    WRAP_HANDLER,
)
from finder.server.client_connection import ClientConnection
from finder.server.connection_and_time_limits import LimitedServer, Limits
from finder.server.request_paths import RequestPaths
from finder.server.unreadable_requests import UnreadableRequests


class ApplicationRunner(web.ServerRunner):
    """A runner for sites, which starts and ends the application too. Needs a running event loop."""

    def __init__(self, app: web.Application, limits: Limits | None = None, **options: Any) -> None:
        """Takes the options of `web.BaseRunner`."""
        limits = limits or Limits()
        headers = app.get(RESPONSE_HEADERS) or SECURITY_HEADERS
        unreadable = UnreadableRequests(app[CONNECTION_COUNTS], headers, app.get(PUBLIC_PATH, ""), _ids_of(app))
        make_connection = app.get(MAKE_CONNECTION, ClientConnection)
        self.limited_server = LimitedServer(
            limits,
            app[CONNECTION_COUNTS],
            lambda server: make_connection(server, unreadable, **limits.aiohttp_options()),
        )
        super().__init__(self.limited_server, **options)
        self._app_runner = web.AppRunner(app)
        self._wrap = app.get(WRAP_HANDLER, _refuse_or_handle)
        self._paths = RequestPaths(app)

    async def setup(self) -> None:
        """Start the application, and get ready for sites."""
        await self._app_runner.setup()
        inner = self._app_runner.server
        if inner is None:
            message = "aiohttp made no server"
            raise RuntimeError(message)
        self.limited_server.set_handler(
            self._wrap(inner.request_handler), self._paths.build_request(inner.request_factory)
        )
        await super().setup()

    async def cleanup(self) -> None:
        """End the sites, the connections and the application."""
        self.limited_server.stop_watching()
        await super().cleanup()
        await self._app_runner.cleanup()


def _ids_of(app: web.Application) -> RequestIds:
    middleware = app.get(REQUEST_MIDDLEWARE)
    return middleware.ids if middleware else RequestIds()


def _refuse_or_handle(handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        connection = cast("ClientConnection", request.protocol)
        if connection.refusal is not None:
            raise connection.refusal
        return await handler(request)

    return handle
