"""One client connection: the request that it is answering, its progress, and how it is closed.

aiohttp's own connection does not report these. This module uses only its public names.
"""

import asyncio
from typing import Any, Final, NamedTuple

from aiohttp import web

from finder.http.problem_statuses import RequestRefusedError
from finder.server.request_refusals import refuse_unreadable
from finder.server.unreadable_requests import UnreadableRequests

_SERVER_ERROR: Final = 500
_POLL_SECONDS: Final = 0.02
_MIN_BODY_BYTES: Final = 1024
"""If less of a request body arrives between two checks, the connection counts as stuck."""


class Progress(NamedTuple):
    """The progress of a connection."""

    requests: int
    received: int | None  # bytes of a request body that is still arriving
    unsent: int  # bytes that the client has not read yet

    def has_moved_since(self, before: "Progress") -> bool:
        """Whether enough has happened since an earlier check."""
        if self.requests != before.requests:
            return True
        if self.received is not None:
            return self.received - (before.received or 0) >= _MIN_BODY_BYTES
        return not self.unsent or self.unsent != before.unsent


class ClientConnection(web.RequestHandler):
    """A connection.

    `requests` counts its requests so far; `request` is the one that is being answered, and `refusal` why it must be
    refused. `takes_another` is whether the last response has been sent and the connection stays open.
    """

    __slots__ = ("_unreadable", "refusal", "request", "requests", "takes_another")

    def __init__(self, server: web.Server, unreadable: UnreadableRequests, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._unreadable = unreadable
        self.request: web.BaseRequest | None = None
        self.refusal: RequestRefusedError | None = None
        self.requests = 0
        self.takes_another = False

    def start_request(self, request: web.BaseRequest, refusal: RequestRefusedError | None) -> None:
        """Note that a request is being answered, and why it must be refused, if it must."""
        self.requests += 1
        self.request = request
        self.refusal = refusal
        self.takes_another = False

    def log_access(self, request: web.BaseRequest, response: web.StreamResponse, *_: Any) -> None:
        """Note that the response has been sent. aiohttp calls this at that moment."""
        self.request = None
        self.takes_another = bool(response.keep_alive) and request.content.is_eof()

    def progress(self) -> Progress | None:
        """Returns the progress of the request and its response, or None if the connection waits for a request."""
        unsent = self.transport.get_write_buffer_size() if self.transport else 0
        if not (self.request or unsent):
            return None
        return Progress(self.requests, self._received(), unsent)

    def eof_received(self) -> bool:  # type: ignore[override]  # aiohttp's returns None, asyncio's a bool
        """Keep the connection of a client that sends nothing more until its requests are answered."""
        self._check_later(None)
        return True

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request
    ) -> web.StreamResponse:
        """Return the response to an unreadable request, or to a failure outside the middleware."""
        if isinstance(exc, RequestRefusedError):
            response: web.StreamResponse = self._unreadable.refuse(request, exc)
        elif status < _SERVER_ERROR:
            self.close()  # read nothing more from this client
            response = self._unreadable.refuse(request, refuse_unreadable(exc))
        else:
            response = super().handle_error(request, status, exc)
        self._unreadable.complete(response)
        return response

    def log_exception(self, *args: Any, **given: Any) -> None:
        """Count a body that is not encoded as declared and that no handler read. The response has been sent already."""
        if isinstance(given.get("exc_info"), web.RequestPayloadError):
            self._unreadable.count()
        else:
            super().log_exception(*args, **given)

    def _received(self) -> int | None:
        content = self.request.content if self.request else None
        return None if content is None or content.is_eof() else content.total_bytes

    def _check_later(self, idle_at: int | None) -> None:
        asyncio.get_running_loop().call_later(_POLL_SECONDS, self._close_if_answered, idle_at)

    def _close_if_answered(self, idle_at: int | None) -> None:
        """Close the connection if it is idle at two checks with no request between them.

        aiohttp has no event for the last response. A request whose body breaks off gets no response. `idle_at` is the
        count of requests at the previous check, or None if the connection was not idle then.
        """
        if self.transport is None:
            return
        is_idle = self.request is None or self._received() is not None
        if is_idle and self.requests == idle_at:
            self.transport.close()
        else:
            self._check_later(self.requests if is_idle else None)
