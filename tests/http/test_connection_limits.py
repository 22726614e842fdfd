"""Limits on connections, and what happens to a client that exceeds one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from aiohttp import web

from finder.server.app_keys import CONNECTION_COUNTS
from finder.server.application_runner import ApplicationRunner
from finder.server.connection_and_time_limits import Limits
from finder.server.connection_counts import ConnectionCounts
from tests.support.raw_http import get, read_answer, send_raw
from tests.support.waiting import wait_until_async

_ASK: Final = get("/")
_BODY: Final = 4 * 1024 * 1024


async def _answer(_: web.Request) -> web.Response:
    return web.Response(text="here")


async def _read(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def _much(_: web.Request) -> web.Response:
    return web.Response(body=b"x" * _BODY)


@asynccontextmanager
async def running(limits: Limits) -> AsyncIterator[tuple[int, ConnectionCounts]]:
    """A service of three handlers with some limits: its port, and what it counts."""
    app = web.Application(client_max_size=_BODY)
    app[CONNECTION_COUNTS] = counts = ConnectionCounts()
    app.add_routes([web.get("/", _answer), web.post("/", _read), web.get("/much", _much)])
    runner = ApplicationRunner(app, limits)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1], counts
    finally:
        await runner.cleanup()


class Client:
    """A connection that sends given bytes and reads answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port: int, say: bytes = b"") -> "Client":
        client = cls(*await asyncio.open_connection("127.0.0.1", port, limit=1024))
        client.say(say)
        return client

    def say(self, what: bytes) -> None:
        self._writer.write(what)

    def finish(self) -> None:
        """End the sending side of the connection."""
        self._writer.write_eof()

    async def is_ended(self) -> bool:
        """Whether the service closes the connection within five seconds."""
        try:
            async with asyncio.timeout(5):
                return await self.reader.read(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def close(self) -> None:
        self._writer.close()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: half"], ids=["silent", "half-open"])
async def test_a_connection_without_a_request_is_closed_after_the_time_limit(said: bytes) -> None:
    async with running(Limits(header_seconds=0.1)) as (port, counts):
        client = await Client.connect(port, said)

        assert await client.is_ended()
        assert (counts.timed_out, counts.open) == (1, 0)
        client.close()


async def test_a_connection_with_a_request_stays_open_after_the_time_limit_for_the_first() -> None:
    async with running(Limits(header_seconds=0.05)) as (port, counts):
        client = await Client.connect(port, _ASK)
        await read_answer(client.reader)
        await asyncio.sleep(0.15)

        client.say(_ASK)

        assert (await read_answer(client.reader)).status == 200
        assert counts.timed_out == 0
        client.close()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: half"], ids=["silent", "half-open"])
async def test_an_idle_connection_is_closed_after_the_keepalive_time(said: bytes) -> None:
    async with running(Limits(keepalive_seconds=0.2)) as (port, _):
        client = await Client.connect(port, _ASK)
        await read_answer(client.reader)

        client.say(said)

        assert await client.is_ended()
        client.close()


async def test_a_connection_with_a_body_that_is_too_slow_is_closed() -> None:
    async with running(Limits(body_seconds=0.2)) as (port, counts):
        client = await Client.connect(port, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n")
        dribbling = asyncio.create_task(_dribble(client))

        assert await client.is_ended()
        assert counts.timed_out == 1
        dribbling.cancel()
        client.close()


async def _dribble(client: Client) -> None:
    while True:
        client.say(b"x")
        await asyncio.sleep(0.02)


async def test_a_body_that_makes_progress_may_take_longer_than_the_limit() -> None:
    async with running(Limits(body_seconds=0.1)) as (port, counts):
        client = await Client.connect(port, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")

        for _ in range(20):
            client.say(b"x" * 5000)
            await asyncio.sleep(0.03)

        assert (await read_answer(client.reader)).body == b"100000"
        assert counts.timed_out == 0
        client.close()


async def test_a_connection_whose_client_does_not_read_is_closed() -> None:
    async with running(Limits(body_seconds=0.2)) as (port, counts):
        client = await Client.connect(port, get("/much"))

        await wait_until_async(lambda: counts.timed_out == 1 and counts.open == 0, "the connection to be ended", 5)
        client.close()


async def test_connections_that_end_at_the_same_time_are_not_counted_as_open() -> None:
    async with running(Limits()) as (port, counts):
        clients = [await Client.connect(port, _ASK) for _ in range(20)]
        for each in clients:
            await read_answer(each.reader)
        assert counts.open == 20

        for each in clients:
            each.close()

        await wait_until_async(lambda: counts.open == 0, "the end of the connections", 5)


async def test_the_oldest_connection_without_a_request_is_closed_if_there_are_too_many() -> None:
    async with running(Limits(connections=3)) as (port, counts):
        asked = await Client.connect(port, _ASK)
        await read_answer(asked.reader)
        silent = [await Client.connect(port) for _ in range(2)]
        await wait_until_async(lambda: counts.open == 3, "three connections", 5)

        newest = await send_raw("127.0.0.1", port, _ASK)

        assert newest.status == 200
        assert await silent[0].is_ended()
        asked.say(_ASK)
        assert (await read_answer(asked.reader)).status == 200
        assert counts.made_room == 1
        for each in (asked, *silent):
            each.close()


async def test_the_connection_that_is_idle_longest_is_closed_if_all_have_had_a_request() -> None:
    async with running(Limits(connections=2)) as (port, counts):
        clients = [await Client.connect(port, _ASK) for _ in range(2)]
        for each in clients:
            await read_answer(each.reader)

        newest = await send_raw("127.0.0.1", port, _ASK)

        assert newest.status == 200
        assert await clients[0].is_ended()
        assert counts.made_room == 1
        for each in clients:
            each.close()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/", f"X-Long: {'x' * 3000}"), 431),
        (get("/", *(f"X-{number}: x" for number in range(100))), 431),
        (b"NONSENSE\r\n\r\n", 400),
    ],
    ids=["a long header", "many headers", "no request"],
)
async def test_bytes_that_are_not_a_request_are_refused_and_counted_and_not_logged(
    request_: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(Limits(header_bytes=2000)) as (port, counts):
        answer = await send_raw("127.0.0.1", port, request_)

        assert (answer.status, counts.unreadable) == (status, 1)
        assert "call 999" in answer.body.decode()
        assert caplog.records == []
