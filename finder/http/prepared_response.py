"""A response whose header lines and body are bytes already, so that it is sent in one write.

aiohttp makes a response from a dictionary of headers, calls every listener with it and joins it to bytes: for a lookup
that is half the work. A PreparedResponse skips that for a plain GET, with public names of aiohttp only. For any other
request (HEAD, HTTP/1.0, a connection about to close, a header that was added later) it makes an ordinary `web.Response`
with the same lines.
"""

import asyncio
import time
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, NamedTuple

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

_STATUS_LINES: Final[dict[int, bytes]] = {
    status: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
_OK: Final = HTTPStatus.OK.value
_NOT_MODIFIED: Final = HTTPStatus.NOT_MODIFIED.value
_MAX_UNSENT_BYTES: Final = 64 * 1024
"""Once this much is unsent, the service waits for the client to read."""


class PreparedBody(NamedTuple):
    """A body with its own header lines, each ended by CR LF, but not its length. With the status 304 it is empty."""

    lines: bytes
    content: bytes
    status: int = _OK

    def head(self, common: bytes, request_id: str) -> bytes:
        """Returns the head of a response to a plain GET on a connection that stays open.

        `common` has more header lines.
        """
        length = b"Content-Length: %d\r\n" % len(self.content) if self.status != _NOT_MODIFIED else b""
        last = b"Date: %b\r\nX-Request-ID: %b\r\n\r\n" % (_date(), request_id.encode())
        return b"".join((_STATUS_LINES[self.status], self.lines, common, length, last))


class PreparedResponse(web.StreamResponse):
    """A PreparedBody as a response of aiohttp.

    If `complete` was not called, it is sent as an ordinary response.
    """

    _common = b""
    _request_id = ""
    _closing = False
    _sent = False
    _ordinary: web.Response | None = None

    def __init__(self, lines: bytes, body: bytes, status: int = _OK) -> None:
        super().__init__(status=status)
        self._parts = PreparedBody(lines, body, status)

    def complete(self, common: bytes, request_id: str) -> None:
        """Adds the header lines that listeners to `on_response_prepare` add elsewhere, and the request's id."""
        self._common = common
        self._request_id = request_id

    @property
    def prepared(self) -> bool:
        """Whether the head has been sent."""
        return self._sent or self._ordinary is not None

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection stays open; None until that is decided."""
        if self._ordinary:
            return self._ordinary.keep_alive
        return True if self._sent else (False if self._closing else None)

    def force_close(self) -> None:
        """Close the connection after this response."""
        self._closing = True

    @property
    def body_length(self) -> int:
        """How many bytes of the body were sent."""
        if self._sent:
            return len(self._parts.content)
        return self._ordinary.body_length if self._ordinary else 0

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Sends everything in one write, or starts an ordinary response."""
        if self.prepared:
            return request.writer
        transport = request.transport
        if (
            transport is None
            or transport.is_closing()
            or request.method != hdrs.METH_GET
            or request.version != HttpVersion11
            or not request.keep_alive
            or self._closing
            or not self._common
            or self.headers
        ):
            self._ordinary = self._as_ordinary()
            return await self._ordinary.prepare(request)
        self._sent = True
        head = self._parts.head(self._common, self._request_id)
        if len(self._parts.content) <= _MAX_UNSENT_BYTES:
            transport.write(head + self._parts.content)
            if transport.get_write_buffer_size() > _MAX_UNSENT_BYTES:
                await request.writer.drain()
            return None
        # In pieces and without a copy: the body is shared, and a client that reads none of it holds one piece.
        await _write(request, transport, head)
        content = memoryview(self._parts.content)
        for start in range(0, len(content), _MAX_UNSENT_BYTES):
            await _write(request, transport, content[start : start + _MAX_UNSENT_BYTES])
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Ends the response if it is an ordinary one; nothing may be added to it."""
        if self._ordinary:
            await self._ordinary.write_eof(data)

    def _as_ordinary(self) -> web.Response:
        lines = self._parts.lines.decode().splitlines()
        headers = CIMultiDict((name, value) for name, _, value in (line.partition(": ") for line in lines))
        headers.update(self.headers)
        if self._request_id:
            headers["X-Request-ID"] = self._request_id
        response = web.Response(status=self.status, body=self._parts.content or None, headers=headers)
        if self._closing:
            response.force_close()
        return response


async def _write(request: web.BaseRequest, transport: asyncio.Transport, piece: bytes | memoryview) -> None:
    """Sends a piece; waits while the client has too much left to read."""
    transport.write(piece)
    if transport.get_write_buffer_size() > _MAX_UNSENT_BYTES:
        await request.writer.drain()


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Returns headers as lines, each ended by CR LF."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


class _Date:
    """The Date header, formatted once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._text = b""

    def __call__(self) -> bytes:
        now = int(time.time())
        if now != self._second:
            self._second, self._text = now, formatdate(now, usegmt=True).encode("ascii")
        return self._text


_date: Final = _Date()
