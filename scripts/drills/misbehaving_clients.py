"""Clients that misbehave, for the drill `slow-clients`; on the loopback interface only, for a minute at most.

Usage: python -m scripts.drills.misbehaving_clients half-open|huge-headers|pipelines|flood PORT COUNT. Prints a line
once all of them have started.
"""

import asyncio
import resource
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import uvloop

_HOST: Final = "127.0.0.1"
_MAX_SECONDS: Final = 60.0
_REQUEST: Final = b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\nHost: finder.test\r\n"
_RESTLESS_CLIENTS: Final = 20  # of the kinds that never wait: more would measure the machine's cores, not the service


async def half_open(port: int) -> None:
    """Start a request and add a byte a second to it; when cut off, wait a second."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    writer.write(_REQUEST[:-8])
    while not reader.at_eof():
        await asyncio.sleep(1)
        writer.write(b"x")
        await writer.drain()
    writer.close()
    await asyncio.sleep(1)


async def huge_headers(port: int) -> None:
    """Send a header of a quarter of a megabyte, and read the answer."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        writer.write(_REQUEST + b"X-Long: " + b"x" * 262_144)
        await reader.read()
    finally:
        writer.transport.abort()
    await asyncio.sleep(0.1)


async def pipelines(port: int) -> None:
    """Send two hundred requests at once, and read no answer."""
    _, writer = await asyncio.open_connection(_HOST, port)
    writer.write((_REQUEST + b"\r\n") * 200)
    await asyncio.sleep(1)
    writer.transport.abort()


async def flood(port: int) -> None:
    """Connect and disconnect."""
    _, writer = await asyncio.open_connection(_HOST, port)
    writer.transport.abort()
    await asyncio.sleep(0.02)


Client = Callable[[int], Awaitable[None]]
PATIENT_KINDS: Final[dict[str, Client]] = {"half-open": half_open}
RESTLESS_KINDS: Final[dict[str, Client]] = {"huge-headers": huge_headers, "pipelines": pipelines, "flood": flood}


async def _repeat(client: Client, port: int) -> None:
    while True:
        with suppress(OSError):
            await client(port)
        await asyncio.sleep(0.01)


async def main(name: str, port: int, count: int) -> None:
    """Start the clients, print a line, and keep them going."""
    clients = []
    for _ in range(count if name in PATIENT_KINDS else _RESTLESS_CLIENTS):
        clients.append(asyncio.create_task(_repeat((PATIENT_KINDS | RESTLESS_KINDS)[name], port)))
        await asyncio.sleep(0.0002)
    await asyncio.sleep(1)
    print("ready", flush=True)
    with suppress(TimeoutError):
        async with asyncio.timeout(_MAX_SECONDS):
            await asyncio.gather(*clients)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
