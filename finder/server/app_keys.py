"""Typed keys of the application, for the server and for tests."""

from typing import Any, Final, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from finder.server.client_connection import ClientConnection
from finder.server.connection_counts import ConnectionCounts
from finder.server.health import Health
from finder.server.metrics_of_all_workers import WorkerMetrics
from finder.server.request_middleware import RequestMiddleware
from finder.server.unreadable_requests import UnreadableRequests
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.publication_watcher import SnapshotWatcher


class MakeConnection(Protocol):
    """Makes a client connection; takes what ClientConnection takes."""

    def __call__(self, server: web.Server, unreadable: UnreadableRequests, **options: Any) -> ClientConnection:
        """Returns the connection."""


class WrapHandler(Protocol):
    """Wraps the handling of every request, routing included."""

    def __call__(self, handler: Handler, /) -> Handler:
        """Returns a handler that calls the given one."""


CONNECTION_COUNTS: Final = web.AppKey("connection_counts", ConnectionCounts)
HEALTH: Final = web.AppKey("health", Health)
LIVE: Final = web.AppKey("live", LiveSnapshot)
MAKE_CONNECTION: Final = web.AppKey("make_connection", MakeConnection)
PUBLIC_PATH: Final = web.AppKey("public_path", str)
"""What the addresses of the service start with, for clients."""

REQUEST_MIDDLEWARE: Final = web.AppKey("request_middleware", RequestMiddleware)
RESPONSE_HEADERS: Final = web.AppKey("response_headers", dict[str, str])
"""The headers of every response."""

WATCHER: Final = web.AppKey("watcher", SnapshotWatcher)
WORKER_METRICS: Final = web.AppKey("worker_metrics", WorkerMetrics)
WRAP_HANDLER: Final = web.AppKey("wrap_handler", WrapHandler)
