"""Several requests sent at once are answered in order. An unreadable one closes the connection."""

import asyncio
import json
from typing import Final

import pytest

from finder.server.connection_and_time_limits import Limits
from tests.conftest import Client as Service
from tests.http.test_connection_limits import Client, running
from tests.support.raw_http import RawAnswer, get, read_answer, send_raw
from tests.support.waiting import wait_until_async

_ASK: Final = get("/")
_BAD: Final = b"GET /secret NONSENSE\r\n\r\n"
_BLANK: Final = b"\r\n\r\n"


def post(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: finder.test\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def answers(port: int, *parts: bytes, after_first: int = 0) -> list[RawAnswer]:
    """Sends parts separately. Returns all answers until the service closes the connection.

    The others are sent when so many answers to the first have arrived.
    """
    client = await Client.connect(port)
    got: list[RawAnswer] = []
    async with asyncio.timeout(20):
        for part in parts:
            client.say(part)
            while len(got) < after_first:
                got.append(await read_answer(client.reader))
        while not got or got[-1].status < 400:
            got.append(await read_answer(client.reader))
        rest = await client.reader.read()
    client.close()
    assert rest == b""
    return got


async def test_pipelined_requests_are_answered_in_order() -> None:
    async with running(Limits()) as (port, _):
        client = await Client.connect(port, b"".join(post(b"x" * length) for length in range(1, 101)))

        bodies = [(await read_answer(client.reader)).body for _ in range(100)]

        assert bodies == [str(length).encode() for length in range(1, 101)]
        client.close()


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 100])
async def test_a_malformed_request_is_refused_and_closes_the_connection(count: int) -> None:
    async with running(Limits()) as (port, counts):
        got = await answers(port, _ASK * count, _BAD + _ASK, after_first=count)

        assert [answer.status for answer in got] == [200] * count + [400]
        assert b"secret" not in got[-1].body
        assert counts.unreadable == 1


async def test_a_malformed_chunk_is_refused_at_once() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with running(Limits()) as (port, _):
        async with asyncio.timeout(5):
            (answer,) = await answers(port, head + b"4\r\nabcd\r\nXYZ\r\n")

        assert answer.status == 400


async def test_a_body_of_blank_lines_is_read_completely() -> None:
    async with running(Limits()) as (port, _):
        got = await answers(port, post(_BLANK * 250_000) + _ASK, _BAD, after_first=2)

        assert [(answer.status, answer.body) for answer in got[:-1]] == [(200, b"1000000"), (200, b"here")]
        assert got[-1].status == 400


async def test_a_body_in_chunks_is_followed_by_the_next_request() -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n"
    async with running(Limits()) as (port, _):
        got = await answers(port, chunked * 40 + _BAD)

        assert [answer.body for answer in got[:-1]] == [b"4"] * 40


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
@pytest.mark.parametrize("before", [0, 14, 15, 16, 29, 30, 31, 32, 40])
async def test_an_upgrade_request_is_answered_and_closes_the_connection(before: int, protocol: str) -> None:
    upgrade = get("/", f"Upgrade: {protocol}", "Connection: Upgrade")
    async with running(Limits()) as (port, _):
        client = await Client.connect(port, post(b"x") * before + upgrade + post(b"lost") * 40)

        got = [await read_answer(client.reader) for _ in range(before + 1)]

        assert [answer.body for answer in got] == [b"1"] * before + [b"here"]
        assert got[-1].headers["Connection"] == "close"
        assert await client.is_ended()
        client.close()


@pytest.mark.parametrize("count", [1, 5, 100])
async def test_requests_are_answered_after_their_client_stops_sending(count: int) -> None:
    async with running(Limits()) as (port, counts):
        client = await Client.connect(port, (_ASK + post(b"abc")) * count)
        client.finish()

        bodies = [(await read_answer(client.reader)).body for _ in range(2 * count)]

        assert bodies == [b"here", b"3"] * count
        assert await client.is_ended()
        await wait_until_async(lambda: counts.open == 0, "the end of the connection", 5)
        client.close()


@pytest.mark.parametrize("said", [b"", _ASK[:20], post(b"abc")[:-1]], ids=["nothing", "half a head", "half a body"])
async def test_an_incomplete_request_is_dropped_after_its_client_stops_sending(said: bytes) -> None:
    async with running(Limits()) as (port, counts):
        client = await Client.connect(port, said)
        client.finish()

        assert await client.is_ended()
        await wait_until_async(lambda: counts.open == 0, "the end of the connection", 5)
        client.close()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("line", ["GET /secret HTTP/2.0", "GET /secret HTTP/0.9", "GET /secret", "POST /find HTTP/2.0"])
async def test_an_unsupported_http_version_is_refused_and_not_quoted(service: Service, line: str) -> None:
    answer = await send_raw(service.host, service.port, f"{line}\r\nHost: a\r\nContent-Length: 0\r\n\r\n".encode())

    assert (answer.status, answer.headers["Content-Type"]) == (505, "application/problem+json")
    assert json.loads(answer.body)["code"] == "version_unsupported"
    assert b"secret" not in answer.body
    assert answer.headers["Server"] == "finder"


async def test_an_unsupported_http_version_closes_the_connection_after_earlier_answers() -> None:
    async with running(Limits()) as (port, counts):
        got = await answers(port, _ASK * 20, b"GET / HTTP/2.0\r\n\r\n")

        assert [answer.status for answer in got] == [200] * 20 + [505]
        assert counts.unreadable == 1
