"""Requests that a server has started to handle, while it waits for their bodies."""

import asyncio
import re
from typing import Final, Self

from scripts.harness.waiting import TIMEOUT_SECONDS, HarnessError

_BODY: Final = b"postcode=B2+4QA"
# The server sends "100 Continue" only once it has started to handle the request.
_HEAD: Final = (
    b"POST /find HTTP/1.1\r\nHost: finder.test\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
)
_GOOD: Final = re.compile(rb"HTTP/1\.1 303 .*^Location: (\S+)\r$", re.DOTALL | re.MULTILINE)


class OpenRequest:
    """A request of a resident with only its headers sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, port: int) -> Self:
        """Send the headers, and wait until the server asks for the body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_HEAD)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            if b" 100 " not in await reader.readuntil(b"\r\n\r\n"):
                raise HarnessError("a request was not begun")
        return cls(reader, writer)

    async def finish(self) -> str:
        """Send the body, and return the address that the answer redirects to, or the bytes of another answer."""
        try:
            self._writer.write(_BODY)
            async with asyncio.timeout(TIMEOUT_SECONDS):
                head = await self._reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            return type(error).__name__
        finally:
            self._writer.close()
        found = _GOOD.match(head)
        return (found[1] if found else head).decode("latin-1")

    def close(self) -> None:
        """Close the connection without sending the body."""
        self._writer.close()
