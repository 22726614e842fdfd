"""The same bytes sent to a service with the fast path and to one without: the answers are the same."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Final, NamedTuple

from aiohttp import web

from finder.server.app import build_app
from finder.server.app_keys import WORKER_METRICS
from finder.server.application_runner import ApplicationRunner
from finder.server.connection_and_time_limits import Limits
from finder.server.metrics_of_all_workers import WorkerMetrics
from finder.settings import Settings
from tests.support.raw_http import get, send_raw
from tests.support.request_mix import POSTCODES, Ending, Sent, make_sent

_SEEDS: Final = range(400)
_AT_ONCE: Final = 8
_PATIENCE: Final = 20.0
_LAST: Final = get("/healthz", "Connection: close")
_VARYING: Final = (
    (re.compile(rb"\r\nDate: [^\r]*"), b"\r\nDate: D"),
    (re.compile(rb"(?<=[\s\"])[0-9a-f]{16}0[0-9a-f]{15}(?=[\s\"])"), b"ID"),
    (re.compile(rb"max-age=[0-9]+"), b"max-age=N"),
)


class Service(NamedTuple):
    """The port of a service, and its metrics."""

    port: int
    metrics: WorkerMetrics


class Received(asyncio.Protocol):
    """All bytes received on a connection, and how it ended."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.over = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, _: Exception | None) -> None:
        self.over.set_result(None)


async def exchange(port: int, sent: Sent) -> bytes:
    """Returns all answers. A client that goes on sends a last request if the connection is still open."""
    transport, client = await asyncio.get_running_loop().create_connection(Received, "127.0.0.1", port)
    parts = sent.parts if sent.ending is Ending.HALF_CLOSE else (*sent.parts, _LAST)
    if sent.ending is Ending.READ_LATE:
        transport.pause_reading()
        parts = (b"".join(parts),)  # a client that writes to a closed connection loses what was sent before
    for part in parts:
        if not transport.is_closing():
            transport.write(part)
        await asyncio.sleep(0.002 if sent.slowly else 0)
    if sent.ending is Ending.HALF_CLOSE and not transport.is_closing():
        with suppress(OSError):  # the connection is closed, but the loop does not know yet
            transport.write_eof()
    elif sent.ending is Ending.READ_LATE:
        await asyncio.sleep(0.05)
        transport.resume_reading()
    async with asyncio.timeout(_PATIENCE):
        await client.over
    answered = bytes(client.data)
    for pattern, instead in _VARYING:
        answered = pattern.sub(instead, answered)
    return answered


@asynccontextmanager
async def listening(dsn: str, *, fast_path: bool) -> AsyncIterator[Service]:
    """The service on its own port, with or without the fast path."""
    app = build_app(Settings(log_format="json", log_sample=0, poll_interval=60, fast_path=fast_path), dsn)
    runner = ApplicationRunner(app, Limits(header_seconds=2, body_seconds=1, keepalive_seconds=1))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield Service(runner.addresses[0][1], app[WORKER_METRICS])
    finally:
        await runner.cleanup()


async def read_tags(port: int) -> dict[str, str]:
    """Returns the current entity tags by postcode."""
    answers = {each: await send_raw("127.0.0.1", port, get(f"/api/v1/postcodes/{each}")) for each in POSTCODES}
    return {postcode: answer.headers["ETag"] for postcode, answer in answers.items()}


async def read_counts(service: Service) -> list[str]:
    """Returns the counted lookups by GET, by route and status."""
    metrics = (await service.metrics.text()).decode()
    counted = 'finder_request_seconds_count{method="GET",route="/api/v1/po'
    return sorted(line for line in metrics.splitlines() if line.startswith(counted))


async def test_answers_are_the_same_with_and_without_the_fast_path(shipped_database: str) -> None:
    async with (
        listening(shipped_database, fast_path=True) as fast,
        listening(shipped_database, fast_path=False) as usual,
    ):
        tags = await read_tags(fast.port)
        assert await read_tags(usual.port) == tags
        room = asyncio.Semaphore(_AT_ONCE)

        async def compare(seed: int) -> int:
            sent = make_sent(Random(seed), tags)  # noqa: S311 - to be had again
            async with room:
                here, there = await asyncio.gather(exchange(fast.port, sent), exchange(usual.port, sent))
            assert here == there, f"seed {seed}: {sent}"
            return here.count(b"HTTP/1.1 200 OK")

        answered = await asyncio.gather(*map(compare, _SEEDS))
        counts = await read_counts(fast)

        assert counts == await read_counts(usual) != []

    assert sum(answered) > len(_SEEDS)
