"""Limits on client connections: how many may be open, and how long each may make no progress.

aiohttp 3.14 accepts any number of connections. It waits for ever for a slow request body or a client that does not
read. Here a new connection must send a request within seconds, and each request and response must then make progress.
If there are too many connections, the oldest that has sent no request is closed.

All of it uses public names of aiohttp only: LimitedServer is a `web.Server` that makes its own connections. One limit
cannot be kept that way: a later request on a kept connection may take the whole keep-alive time to arrive. That is left
to the proxy in front: HAProxy in scripts/deploy/haproxy.cfg gives each request five seconds (`timeout http-request`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, cast

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.typedefs import Handler

from finder.server.client_connection import ClientConnection, Progress
from finder.server.connection_counts import ConnectionCounts
from finder.server.request_refusals import MAX_HEADERS, MAX_REQUEST_LINE, refuse_message
from finder.server.shorten_long_paths import LONG_PATH, shorten_path
from finder.server.unreadable_requests import as_last_request
from finder.settings import Settings

_BODY_BUFFER: Final = 16 * 1024
"""Bytes of a body that arrive before they are read; aiohttp's 64 KB are also 4,096 chunks, which take 10 ms."""
_MAX_LINGERING_SECONDS: Final = 10.0

RequestFactory = Callable[
    [RawRequestMessage, StreamReader, web.RequestHandler, AbstractStreamWriter, "asyncio.Task[None]"], web.BaseRequest
]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one process."""

    connections: int = 12_000
    header_bytes: int = 8_190  # of one header; the request line has its own limit
    header_seconds: float = 10.0
    body_seconds: float = 20.0
    keepalive_seconds: float = 75.0

    @classmethod
    def from_settings(cls, settings: Settings) -> "Limits":
        """Returns the limits of the settings."""
        return cls(
            settings.connections,
            settings.header_bytes,
            settings.header_seconds,
            settings.body_seconds,
            settings.keepalive_seconds,
        )

    def aiohttp_options(self) -> dict[str, Any]:
        """Returns the options for aiohttp, with the limits that it applies itself."""
        return {
            "access_log": None,  # RequestLog logs requests
            "max_line_size": MAX_REQUEST_LINE,
            # Another number than that of the line, because aiohttp's error says which limit was passed by its number.
            "max_field_size": self.header_bytes + (self.header_bytes == MAX_REQUEST_LINE),
            "max_headers": MAX_HEADERS,
            "read_bufsize": _BODY_BUFFER,
            "keepalive_timeout": self.keepalive_seconds,
            "lingering_time": min(self.body_seconds, _MAX_LINGERING_SECONDS),
        }


@dataclass(slots=True)
class _Open:
    """An open connection: its time limit for the first request, and its progress at the last check."""

    transport: asyncio.Transport
    time_limit: asyncio.TimerHandle
    progress: Progress | None = None


class LimitedServer(web.Server):
    """Makes connections and closes those that exceed a limit."""

    def __init__(
        self,
        limits: Limits,
        counts: ConnectionCounts,
        make_connection: Callable[["LimitedServer"], ClientConnection],
    ) -> None:
        super().__init__(cast("Any", None), request_factory=self.make_request)
        self._limits = limits
        self._counts = counts
        self._make_connection = make_connection
        self._open: dict[ClientConnection, _Open] = {}  # the oldest first
        self._watch = self._check_later()

    def set_handler(self, handler: Handler, build_request: RequestFactory) -> None:
        """Set the handler of every request, and the function that builds its request object.

        The handler must raise the connection's `refusal` if there is one.
        """
        self.request_handler = cast("Any", handler)
        self._build_request = build_request

    def __call__(self) -> ClientConnection:
        """Make a connection; asyncio calls this for each client."""
        return self._make_connection(self)

    def stop_watching(self) -> None:
        """Stop the regular check for stuck connections."""
        self._watch.cancel()

    @property
    def is_busy(self) -> bool:
        """Whether any request is being answered."""
        return any(each.request for each in self._open)

    def make_request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        connection: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        """Make the request object of a message that has arrived.

        No upgrade is accepted, and aiohttp can lose the request that follows an upgrade. So the connection is closed
        after this response, and no later response can be taken for that of the lost request.
        """
        refusal = refuse_message(message)
        if message.upgrade or refusal:
            message = as_last_request(message)
        if len(message.path) > LONG_PATH:
            message = shorten_path(message)
        request = self._build_request(message, payload, connection, writer, task)
        cast("ClientConnection", connection).start_request(request, refusal)
        return request

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Count a new connection, and close another one if there are too many."""
        if len(self._open) >= self._limits.connections:
            self._make_room()
        super().connection_made(handler, transport)
        connection = cast("ClientConnection", handler)
        time_limit = asyncio.get_running_loop().call_later(self._limits.header_seconds, self._close_silent, connection)
        self._open[connection] = _Open(transport, time_limit)
        self._counts.open += 1

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection that has ended."""
        super().connection_lost(handler, exc)
        self._forget(cast("ClientConnection", handler))
        self._counts.open -= 1

    def _close_silent(self, connection: ClientConnection) -> None:
        """Close a connection that has sent no request in time."""
        if not connection.requests and connection in self._open:
            self._counts.timed_out += 1
            self._abort(connection)

    def _make_room(self) -> None:
        """Close the oldest connection without a request, else the oldest idle one, else the oldest."""
        silent = (each for each in self._open if not each.requests)
        idle = (each for each in self._open if not each.request)
        self._counts.made_room += 1
        self._abort(next(chain(silent, idle, self._open)))

    def _close_stuck(self) -> None:
        """Close connections whose request or response has made no progress since the last check."""
        for connection, opened in list(self._open.items()):
            before, opened.progress = opened.progress, connection.progress()
            if before and opened.progress and not opened.progress.has_moved_since(before):
                self._counts.timed_out += 1
                self._abort(connection)
        self._watch = self._check_later()

    def _check_later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._limits.body_seconds, self._close_stuck)

    def _abort(self, connection: ClientConnection) -> None:
        # close() would wait for a client that does not read
        self._open[connection].transport.abort()
        self._forget(connection)

    def _forget(self, connection: ClientConnection) -> None:
        opened = self._open.pop(connection, None)
        if opened:
            opened.time_limit.cancel()
