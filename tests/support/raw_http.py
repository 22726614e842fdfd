"""Sends raw bytes as HTTP requests, without a client library that would correct them."""

import asyncio
from dataclasses import dataclass
from typing import Final

from multidict import CIMultiDict

_PATIENCE: Final = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What the server sent back."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


async def send_raw(host: str, port: int | None, request: bytes) -> RawAnswer:
    """Send exactly these bytes on a new connection and read one answer."""
    async with asyncio.timeout(_PATIENCE):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(request)
            return await read_answer(reader)
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader) -> RawAnswer:
    """Read one answer: status line, headers, and as many bytes as they declare."""
    status_line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        headers.add(name, value.strip())
    body = await reader.readexactly(int(headers.get("Content-Length", "0")))
    return RawAnswer(int(status_line.split()[1]), headers, body)


def get(target: str | bytes, *headers: str) -> bytes:
    """The bytes of a GET request for a target that is written as it stands."""
    raw = target if isinstance(target, bytes) else target.encode()
    return b"\r\n".join([b"GET " + raw + b" HTTP/1.1", b"Host: finder.test", *(h.encode() for h in headers), b"", b""])


def post_form(target: str, body: bytes) -> bytes:
    """The bytes of a form sent by POST."""
    return post(target, "application/x-www-form-urlencoded", body)


def post(target: str, content_type: str, body: bytes) -> bytes:
    """The bytes of a POST request."""
    head = f"POST {target} HTTP/1.1\r\nHost: finder.test\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
