"""Answers plain lookups and team pages as soon as they arrive. All other requests are handled by aiohttp as usual.

For each request aiohttp 3.14 wakes the connection's task, which makes a request object and starts a second task that
makes the response. That takes three iterations of the event loop, and half of the cost of a lookup. A plain lookup does
not need it, because its answer is found without waiting. So this module calls the same functions as the usual handlers,
before it wakes aiohttp's task. FINDER_FAST_PATH=off switches it off and changes nothing else.

This is the only module that uses private names of a library, because aiohttp has no public ones for this. They are
listed in PRIVATE_NAMES. If aiohttp lacks one of them, all requests are handled as usual and a warning is logged.
"""

import asyncio
import re
import time
from collections.abc import Callable
from re import Pattern
from typing import Any, Final, NamedTuple, NoReturn

import structlog
from aiohttp import HttpVersion11, hdrs, web
from aiohttp.http import RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD
from multidict import MultiMapping

from finder.api.assemble_api import Api
from finder.api.postcodes_and_points import POINTS, POSTCODES
from finder.errors import FinderError
from finder.http.prepared_response import PreparedBody
from finder.http.problem_statuses import kind_of
from finder.http.request_context import REQUEST_ID
from finder.server.client_connection import ClientConnection
from finder.server.request_middleware import RequestMiddleware
from finder.server.request_refusals import is_host
from finder.server.unreadable_requests import UnreadableRequests
from finder.website.website_routes import TEAMS, Website
from geodata.errors import GeodataError

PRIVATE_NAMES: Final = ("_waiter", "_messages", "_buffer_paused", "_parser", "_next_keepalive_close_time")
"""Attributes of aiohttp's `web.RequestHandler`. `_waiter` is set while its task waits for a request."""

_POSTCODE: Final = re.compile(r"[A-Za-z0-9]+(?:(?:%20|\+)[A-Za-z0-9]+)?")
_POINT: Final = re.compile(r"[a-z0-9.=&-]+")
_TEAM: Final = re.compile(r"[a-z0-9-]+")
_BEGINNINGS: Final = tuple(f"GET {prefix}".encode() for prefix in (POSTCODES, POINTS, TEAMS))
"""Of the bytes of a plain lookup."""

_log = structlog.get_logger(__name__)


class FastPath:
    """Answers plain lookups. Counts, logs and completes the answers like the middleware."""

    def __init__(self, api: Api, website: Website, router: web.UrlDispatcher, middleware: RequestMiddleware) -> None:
        lines = middleware.header_lines
        points = f"{POINTS}?"
        self._routes = [
            _Route(POSTCODES, _POSTCODE, router["getPostcode"], lines(POSTCODES), api.answer_postcode),
            _Route(points, _POINT, router["getPoint"], lines(POINTS), lambda request, _: api.answer_point(request)),
        ]
        if "team" in router:  # it is not while the website is closed
            self._routes.append(_Route(TEAMS, _TEAM, router["team"], lines(TEAMS), website.answer_team))
        self._middleware = middleware
        self._outbox = _Outbox()

    @staticmethod
    def is_available() -> bool:
        """Whether aiohttp has the private names; if not, logs a warning."""
        missing = [name for name in PRIVATE_NAMES if not hasattr(web.RequestHandler, name)]
        if missing:
            _log.warning("fast_path_off", missing=missing)
        return not missing

    def make_connection(self, server: web.Server, unreadable: UnreadableRequests, **options: Any) -> ClientConnection:
        """Makes a connection that uses the fast path."""
        return _FastConnection(server, unreadable, self, self._outbox, **options)

    def answer(self, message: RawRequestMessage) -> bytes | None:
        """Returns the whole response, or None if the request is not a plain lookup."""
        path = message.path
        for route in self._routes:
            if path.startswith(route.prefix) and route.rest.fullmatch(path, len(route.prefix)):
                break
        else:
            return None
        if not self._is_plain(message):
            return None
        rest = path[len(route.prefix) :]
        if not rest.isalnum():
            rest = rest.replace("%20", " ").replace("+", " ")
        try:
            return self._respond(route, message, rest)
        except Exception:  # noqa: BLE001 - the usual handler raises it again, logs it and makes the response
            return None

    def _respond(self, route: "_Route", message: RawRequestMessage, rest: str) -> bytes | None:
        started = time.perf_counter()
        request: Any = _PlainRequest(message)
        request_id = request[REQUEST_ID] = self._middleware.ids.of(request)
        outcome = "ok"
        try:
            body = route.answer(request, rest)
        except (FinderError, GeodataError) as refusal:
            body, outcome = self._middleware.refusals.problem(refusal, request_id), kind_of(refusal).code
        if body is None:
            return None
        whole = body.head(route.common, request_id) + body.content
        self._middleware.paths.fast += 1
        self._middleware.log.record(request, route.resource, body.status, outcome, started)
        return whole

    def _is_plain(self, message: RawRequestMessage) -> bool:
        return not (
            message.method != hdrs.METH_GET
            or message.version != HttpVersion11
            or message.should_close
            or message.upgrade
            or hdrs.EXPECT in message.headers
            or hdrs.TRANSFER_ENCODING in message.headers
            or not is_host(message.headers[hdrs.HOST])
            or self._middleware.closes_connections
        )


class _Route(NamedTuple):
    """A route that can be answered without waiting. `rest` matches what follows the prefix in an address.

    `common` has the header lines of all its responses. `answer` returns None if it would have to wait.
    """

    prefix: str
    rest: Pattern[str]
    resource: web.AbstractResource
    common: bytes
    answer: Callable[[web.Request, str], PreparedBody | None]


class _NotPlainError(Exception):
    """The handler has read an attribute that only a `web.Request` has, so the request is handled as usual."""


class _PlainRequest(dict[web.RequestKey[Any], Any]):
    """The part of a `web.Request` that plain lookups read, and the values that are stored on it."""

    __slots__ = ("headers", "rel_url")
    method = hdrs.METH_GET

    def __init__(self, message: RawRequestMessage) -> None:
        self.headers = message.headers
        self.rel_url = message.url

    @property
    def query(self) -> MultiMapping[str]:
        return self.rel_url.query

    def __getattr__(self, name: str) -> NoReturn:
        raise _NotPlainError(name)


class _FastConnection(ClientConnection):
    """Answers a request at once if it arrives whole and alone, and no earlier request or response is pending.

    aiohttp's task waits for a request only one or two iterations of the loop after it has sent a response. A fast
    client has sent its next request by then. It is answered at once too, if the connection stays open.
    """

    __slots__ = ("_fast_path", "_now", "_outbox", "_server", "_unsent")

    def __init__(
        self, server: web.Server, unreadable: UnreadableRequests, fast_path: FastPath, outbox: "_Outbox", **options: Any
    ) -> None:
        super().__init__(server, unreadable, **options)
        self._server = server
        self._fast_path = fast_path
        self._outbox = outbox
        self._now = asyncio.get_running_loop().time
        self._unsent = b""

    def data_received(self, data: bytes) -> None:
        """Parse received bytes, and answer them at once if they are one plain lookup."""
        waiter = self._waiter
        may_be_plain = data.startswith(_BEGINNINGS) and (waiter is not None or self.takes_another)
        if not may_be_plain or self._messages or self._buffer_paused:
            super().data_received(data)
            return
        self._waiter = None  # so that a message does not wake aiohttp's task yet
        try:
            super().data_received(data)
        finally:
            self._waiter = waiter
        if self._messages and not self._answer_at_once():
            self.send()  # before aiohttp's task sends its response
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    def force_close(self) -> None:
        """Send the pending answer, then close the connection."""
        self.send()
        super().force_close()

    def send(self) -> None:
        """Write the pending answer, if there is one."""
        if self._unsent and self.transport is not None and not self.transport.is_closing():
            self.transport.write(self._unsent)
        self._unsent = b""

    def _answer_at_once(self) -> bool:
        if len(self._messages) > 1 or self._unsent or self.transport is None or self.transport.get_write_buffer_size():
            return False
        message, payload = self._messages[0]
        if payload is not EMPTY_PAYLOAD or not isinstance(message, RawRequestMessage):
            return False
        response = self._fast_path.answer(message)
        if response is None:
            return False
        self._unsent = response
        self._outbox.add(self)
        self._messages.clear()
        if self._parser:
            self._parser.message_consumed()
        self.requests += 1
        self._server.requests_count += 1
        self._next_keepalive_close_time = self._now() + self.keepalive_timeout
        return True


class _Outbox:
    """Sends the answers of one iteration of the event loop at its end, after all received bytes are read.

    If answers were sent one by one, clients would wake up in between, which costs half as much as making an answer.
    """

    def __init__(self) -> None:
        self._waiting: list[_FastConnection] = []

    def add(self, connection: _FastConnection) -> None:
        """Makes the connection send its answer at the end of this iteration."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._send_all)
        self._waiting.append(connection)

    def _send_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        for connection in waiting:
            connection.send()
