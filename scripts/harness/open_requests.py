"""Requests that a server has begun to handle, and whose body it waits for."""

import asyncio
import re
from typing import Final, Self

from scripts.harness.waiting import TIMEOUT_SECONDS, HarnessError

_BODY: Final = b"postcode=B2+4QA"
# The server says that it goes on only once it has begun to handle the request.
_HEAD: Final = (
    b"POST /find HTTP/1.1\r\nHost: finder.test\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
)
_GOOD: Final = re.compile(rb"HTTP/1\.1 303 .*^Location: (\S+)\r$", re.DOTALL | re.MULTILINE)


class OpenRequest:
    """A resident's question, asked as far as its headers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def begin(cls, port: int) -> Self:
        """Send the headers, and wait until the server asks for the body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_HEAD)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            if b" 100 " not in await reader.readuntil(b"\r\n\r\n"):
                raise HarnessError("a request was not begun")
        return cls(reader, writer)

    async def finish(self) -> str:
        """Send the body, and give the address to which the answer leads; what there is instead of a good answer."""
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
        """Leave it unfinished."""
        self._writer.close()
