"""aiohttp's runner, with what stands between its connections and bad clients.

aiohttp 3.14 bounds no number of connections, lets a body dribble in for ever and waits as long for a client that does
not read its answer. A connection here must ask something within a few seconds of being made, and must move from then
on; where there are too many, the oldest that has asked nothing makes room. What cannot even be read as a request meets
no middleware: aiohttp answers it itself, quotes it, and names its own version and Python's; here it is answered as
carefully as everything else.

Private parts of aiohttp that this leans on, each for want of a public one: `AppRunner._make_server`; of `Server`
`_kwargs`, `_loop` and `_connections`; of `RequestHandler` `_request_count`, `_request_in_progress`, `_current_request`
and `_loop`; and a type, `_RequestHandler`. A test for each limit fails where one of them is gone.
"""

import asyncio
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NamedTuple, cast

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler, _RequestHandler

from finder.api import problem_json
from finder.http.media_types import PROBLEM_JSON
from finder.http.problems import RequestRefusedError
from finder.server.app_keys import AROUND, COMMON_HEADERS, CONNECTIONS, DIRECT, Connections, Wrap
from finder.server.fast_path import AnswerDirectly, DirectConnection, Outbox
from finder.server.pipelining import VERSION_UNSUPPORTED
from finder.server.request_middleware import SECURITY_HEADERS
from finder.settings import Settings

_BAD_REQUEST = 400
_OUR_FAULT = 500
_UNREADABLE = "The request cannot be read. In an emergency call 999; otherwise call 101.\n"
# aiohttp's own limit on the request line is 8,190 bytes and answers beyond it in plain text; ours is high enough for
# any text that a person can paste to be told that it is no postcode.
LONGEST_LINE: Final = 32 * 1024
_MOST_HEADERS: Final = 64
_LEAST_BODY: Final = 1024  # bytes of a body that must come in while a connection may stand still


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take of one process."""

    connections: int = 12_000
    header_bytes: int = 8_190  # of one header; the request line has a limit of its own
    header_seconds: float = 10.0
    body_seconds: float = 20.0
    keepalive_seconds: float = 75.0

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Those that are set."""
        return cls(
            settings.connections,
            settings.header_bytes,
            settings.header_seconds,
            settings.body_seconds,
            settings.keepalive_seconds,
        )

    def for_aiohttp(self) -> dict[str, Any]:
        """Those that aiohttp keeps itself."""
        return {
            "max_line_size": LONGEST_LINE,
            "max_field_size": self.header_bytes,
            "max_headers": _MOST_HEADERS,
            "keepalive_timeout": self.keepalive_seconds,
            "lingering_time": min(self.body_seconds, 10.0),
        }


class Runner(web.AppRunner):
    """Runs an application on connections of our own making."""

    def __init__(self, app: web.Application, limits: Limits | None = None, **given: Any) -> None:
        self._limits = limits or Limits()
        super().__init__(app, **{"access_log": None} | self._limits.for_aiohttp() | given)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        counts = self.app[CONNECTIONS]
        # Whatever stands between aiohttp and the handlers must see every request.
        direct = None if self.app.middlewares else self.app.get(DIRECT)
        server = _Server(made, self._limits, self.app[AROUND], counts, direct)
        server.headers = self.app.get(COMMON_HEADERS, SECURITY_HEADERS)
        return server

    @property
    def is_busy(self) -> bool:
        """Whether any request is open."""
        connections = self.server.connections if self.server else []
        return any(isinstance(each, _Connection) and each.is_busy for each in connections)

    async def cleanup(self) -> None:
        """End it, the watch over its connections first."""
        if isinstance(self.server, _Server):
            self.server.end_watch()
        await super().cleanup()


class _Standing(NamedTuple):
    """How far a connection is, to be compared with how far it was."""

    requests: int
    received: int | None  # bytes of a body that is still coming in
    unsent: int  # bytes that the client has not taken yet

    def moved_since(self, before: "_Standing") -> bool:
        if self.requests != before.requests:
            return True
        if self.received is not None:
            return self.received - (before.received or 0) >= _LEAST_BODY
        return not self.unsent or self.unsent != before.unsent


class _Server(web.Server):
    """Makes connections, and ends those that take more than their due."""

    def __init__(
        self,
        made: web.Server,
        limits: Limits,
        around: Wrap,
        counts: Connections,
        direct: AnswerDirectly | None = None,
    ) -> None:
        handler = cast("_RequestHandler", around(cast("Handler", made.request_handler)))  # the factory makes `Request`s
        super().__init__(handler, request_factory=made.request_factory, **made._kwargs)  # noqa: SLF001
        self.limits = limits
        self.counts = counts
        self.direct = direct
        self.outbox = Outbox(self._loop)
        self.headers: dict[str, str] = {}  # of the responses that no handler makes
        self._standing: dict[RequestHandler, _Standing] = {}
        self._watch = self._loop.call_later(limits.body_seconds, self._end_stuck)

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)

    def end_watch(self) -> None:
        self._watch.cancel()

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        if len(self._connections) >= self.limits.connections:
            self._make_room()
        super().connection_made(handler, transport)
        self.counts.open += 1

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        self._standing.pop(handler, None)
        self.counts.open -= 1  # aiohttp holds some in `_connections` still, until their task has ended

    def end_late(self, connection: "_Connection") -> None:
        """The time to ask something is over."""
        if connection.asked_nothing and connection in self._connections:
            self.counts.timed_out += 1
            self._end(connection)

    def _make_room(self) -> None:
        """End the oldest connection that has asked nothing, else the oldest that waits, else the oldest."""
        held = self._connections
        silent = (each for each in held if isinstance(each, _Connection) and each.asked_nothing)
        waiting = (each for each in held if isinstance(each, _Connection) and not each.is_busy)
        self.counts.made_room += 1
        self._end(next(chain(silent, waiting, held)))

    def _end_stuck(self) -> None:
        """End connections in whose open request, or unread answer, nothing has moved since the last look."""
        before, self._standing = self._standing, {}
        for each, transport in list(self._connections.items()):
            now = each.standing(transport) if isinstance(each, _Connection) else None
            if now and each in before and not now.moved_since(before[each]):
                self.counts.timed_out += 1
                self._end(each)
            elif now:
                self._standing[each] = now
        self._watch = self._loop.call_later(self.limits.body_seconds, self._end_stuck)

    def _end(self, connection: RequestHandler) -> None:
        # abort, because close would wait for a client that does not read
        self._connections.pop(connection).abort()


class _Connection(DirectConnection):
    __slots__ = ("_late", "_server")

    def __init__(self, server: _Server, **given: Any) -> None:
        super().__init__(server, server.direct, server.outbox, **given)
        self._server = server
        self._late: asyncio.TimerHandle | None = None

    @property
    def asked_nothing(self) -> bool:
        return self._request_count == 0

    @property
    def is_busy(self) -> bool:
        return self._request_in_progress

    def standing(self, transport: asyncio.Transport) -> _Standing | None:
        """How far it is; None where it only waits for a request."""
        unsent = transport.get_write_buffer_size()
        if not (self.is_busy or unsent):
            return None
        body = self._current_request.content if self._current_request else None
        received = body.total_bytes if body is not None and not body.is_eof() else None
        return _Standing(self._request_count, received, unsent)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._late = self._loop.call_later(self._server.limits.header_seconds, self._server.end_late, self)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._late:
            self._late.cancel()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request
    ) -> web.StreamResponse:
        # A header that is no text breaks aiohttp's own answer to Expect, before any code of ours: still not our fault.
        status = _BAD_REQUEST if isinstance(exc, UnicodeError) else status
        if status < _OUR_FAULT or status == VERSION_UNSUPPORTED:
            response: web.StreamResponse = self._refuse(status)
        else:
            response = super().handle_error(request, status, exc, _UNREADABLE)
        response.headers.update(self._server.headers)
        response.headers["Cache-Control"] = "no-store"
        return response

    def log_exception(self, *args: Any, **given: Any) -> None:
        """A body that is not coded as it says and that nobody read is counted, for its client has its answer."""
        if isinstance(given.get("exc_info"), web.RequestPayloadError):
            self._server.counts.unreadable += 1
        else:
            super().log_exception(*args, **given)

    def _refuse(self, status: int) -> web.Response:
        """Counted and not logged, as aiohttp would with its traceback; nothing more is read from such a client."""
        self._server.counts.unreadable += 1
        self.close()
        if status == VERSION_UNSUPPORTED:
            body = problem_json.encode(RequestRefusedError("version_unsupported", "Ask by HTTP/1.1."), request_id="")
            response = web.Response(status=status, body=body, content_type=PROBLEM_JSON)
        else:
            response = web.Response(status=status, text=_UNREADABLE)
        response.force_close()
        return response
