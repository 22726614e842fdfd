"""Plain lookups answered as they arrive: the same handlers, without a `web.Request`, the router or a task around them.

Whatever is not plain goes the ordinary way, where the same handler is asked again: other methods, versions and
spellings, a body, a connection about to close, a refusal.
"""

import time
from collections.abc import Callable, Sequence
from re import Pattern
from typing import Any, NamedTuple, Protocol

from aiohttp import ETag, HttpVersion11, hdrs
from aiohttp.http import RawRequestMessage
from aiohttp.web import AbstractResource, RequestKey
from multidict import MultiMapping

from finder.http.prepared_response import PreparedBody
from finder.http.request_context import RequestLike
from finder.server.app_keys import Drain


class NotPlainError(Exception):
    """Raised where only a whole `web.Request` will do."""


class DirectRequest(dict[RequestKey[Any], Any]):
    """As much of a request as stands in its message."""

    __slots__ = ("headers", "rel_url")
    method = hdrs.METH_GET

    def __init__(self, message: RawRequestMessage) -> None:
        self.headers = message.headers
        self.rel_url = message.url

    @property
    def query(self) -> MultiMapping[str]:
        """The query's parameters."""
        return self.rel_url.query

    @property
    def if_none_match(self) -> tuple[ETag, ...] | None:
        """Read by a whole request only; raises NotPlainError."""
        raise NotPlainError


class DirectRoute(NamedTuple):
    """A route whose handler needs no waiting. What follows the prefix of its addresses must match `rest`, whole."""

    prefix: str
    rest: Pattern[str]
    resource: AbstractResource
    answer: Callable[[RequestLike, str], PreparedBody]
    """Takes the request and what followed the prefix; what it raises is raised again on the ordinary way."""


class Finish(Protocol):
    """What every answer is completed with, counted and logged by."""

    def __call__(
        self, request: DirectRequest, resource: AbstractResource, path: str, reply: PreparedBody, started: float
    ) -> bytes:
        """The whole response."""


class Direct:
    """Answers a request by its message, where it is plain and its route is one of those given."""

    def __init__(self, routes: Sequence[DirectRoute], drain: Drain, finish: Finish) -> None:
        self._routes = routes
        self._drain = drain
        self._finish = finish

    def __call__(self, message: RawRequestMessage) -> bytes | None:
        """The whole response, or None where the request is to go the ordinary way."""
        path = message.path
        for route in self._routes:
            if path.startswith(route.prefix) and route.rest.fullmatch(path, len(route.prefix)):
                break
        else:
            return None
        if (
            message.method != hdrs.METH_GET
            or message.version != HttpVersion11
            or message.should_close
            or message.upgrade
            or hdrs.EXPECT in message.headers
            or self._drain.begun
        ):
            return None
        started = time.perf_counter()
        request = DirectRequest(message)
        try:
            reply = route.answer(request, path[len(route.prefix) :])
            return self._finish(request, route.resource, path, reply, started)
        except Exception:  # noqa: BLE001 - raised again on the ordinary way, which turns it into a response
            return None
