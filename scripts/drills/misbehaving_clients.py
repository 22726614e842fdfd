"""Clients that misbehave, for scripts/faults slow-clients; on the loopback interface only, and for a minute at most.

Usage: misbehaving_clients.py half-open|huge-headers|pipelines|flood PORT COUNT. Says a line once all of them are at it.
"""

import asyncio
import resource
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import uvloop

_HOST: Final = "127.0.0.1"
_LONGEST: Final = 60.0
_ASK: Final = b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\nHost: finder.test\r\n"
_BUSY: Final = 20  # clients that never rest: more of them measure the machine's cores and not the service


async def half_open(port: int) -> None:
    """Begin a request, and add to it a byte a second for ever; when cut off, begin again a little later."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    writer.write(_ASK[:-8])
    while not reader.at_eof():
        await asyncio.sleep(1)
        writer.write(b"x")
        await writer.drain()
    writer.close()
    await asyncio.sleep(1)


async def huge_headers(port: int) -> None:
    """Send a header of a quarter of a megabyte, and read what is said of it."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        writer.write(_ASK + b"X-Long: " + b"x" * 262_144)
        await reader.read()
    finally:
        writer.transport.abort()
    await asyncio.sleep(0.1)


async def pipelines(port: int) -> None:
    """Send two hundred requests at once, and read no answer."""
    _, writer = await asyncio.open_connection(_HOST, port)
    writer.write((_ASK + b"\r\n") * 200)
    await asyncio.sleep(1)
    writer.transport.abort()


async def flood(port: int) -> None:
    """Connect, and go away."""
    _, writer = await asyncio.open_connection(_HOST, port)
    writer.transport.abort()
    await asyncio.sleep(0.02)


KINDS: Final[dict[str, tuple[Callable[[int], Awaitable[None]], bool]]] = {
    "half-open": (half_open, True),
    "huge-headers": (huge_headers, False),
    "pipelines": (pipelines, False),
    "flood": (flood, False),
}


async def _again_and_again(kind: Callable[[int], Awaitable[None]], port: int) -> None:
    while True:
        with suppress(OSError):
            await kind(port)
        await asyncio.sleep(0.01)


async def main(name: str, port: int, count: int) -> None:
    """Run them."""
    kind, all_at_once = KINDS[name]
    clients = []
    for _ in range(count if all_at_once else _BUSY):
        clients.append(asyncio.create_task(_again_and_again(kind, port)))
        await asyncio.sleep(0.0002)
    await asyncio.sleep(1)
    print("ready", flush=True)
    with suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST):
            await asyncio.gather(*clients)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
