"""Several requests sent at once: each is answered in its turn, up to the first that is none."""

import asyncio
import json
from typing import Final

import pytest

from finder.server import pipelining
from finder.server.connection_limits import Limits
from tests.conftest import Client as Service
from tests.http.test_limits import Client, running
from tests.support.raw_http import RawAnswer, get, read_answer, send_raw
from tests.support.waiting import wait_until_async

_ASK: Final = get("/")
_BAD: Final = b"GET /secret NONSENSE\r\n\r\n"
_BLANK: Final = b"\r\n\r\n"


def post(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: finder.test\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def answers(port: int, *parts: bytes) -> list[RawAnswer]:
    """All that is answered until the service ends the connection; parts are sent apart."""
    client = await Client.connect(port)
    for part in parts:
        client.say(part)
        await asyncio.sleep(0.01 if len(parts) > 1 else 0)
    got: list[RawAnswer] = []
    async with asyncio.timeout(20):
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


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 100, 2000])
async def test_what_is_malformed_takes_no_answer_of_the_good_requests_before_it(count: int) -> None:
    async with running(Limits()) as (port, counts):
        got = await answers(port, _ASK * count + _BAD + _ASK)

        assert [answer.status for answer in got] == [200] * count + [400]
        assert b"secret" not in got[-1].body
        assert counts.unreadable == 1


async def test_it_is_the_same_wherever_what_is_sent_is_cut() -> None:
    good = _ASK + post(b"a\r\n\r\nb") + _ASK
    sent = good + _BAD
    async with running(Limits()) as (port, _):
        got = await asyncio.gather(*(answers(port, sent[:cut], sent[cut:]) for cut in range(1, len(good) + 4)))

        assert {tuple(answer.status for answer in each) for each in got} == {(200, 200, 200, 400)}
        assert {each[1].body for each in got} == {b"6"}


async def test_a_body_of_blank_lines_comes_in_whole() -> None:
    async with running(Limits()) as (port, _):
        got = await answers(port, post(_BLANK * 250_000) + _ASK + _BAD)

        assert [(answer.status, answer.body) for answer in got[:-1]] == [(200, b"1000000"), (200, b"here")]
        assert got[-1].status == 400


async def test_a_body_in_chunks_is_followed_by_the_next_request() -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n"
    async with running(Limits()) as (port, _):
        got = await answers(port, chunked * 40 + _BAD)

        assert [answer.body for answer in got[:-1]] == [b"4"] * 40


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
@pytest.mark.parametrize("before", [0, 14, 15, 16, 29, 30, 31, 32, 40])
async def test_what_follows_an_upgrade_that_is_not_taken_is_answered(before: int, protocol: str) -> None:
    upgrade = get("/", f"Upgrade: {protocol}", "Connection: Upgrade")
    async with running(Limits()) as (port, _):
        got = await answers(port, _ASK * before + upgrade + _ASK * 40 + _BAD)

        assert [answer.status for answer in got] == [200] * (before + 41) + [400]


async def test_a_body_that_follows_an_upgrade_keeps_no_request_back() -> None:
    upgrade = get("/", "Upgrade: websocket", "Connection: Upgrade", "Content-Length: 3")
    async with running(Limits()) as (port, _):
        got = await answers(port, upgrade, b"abc", _ASK + _BAD)

        assert [answer.status for answer in got] == [200, 200, 400]


@pytest.mark.parametrize("count", [1, 5, 100])
async def test_a_client_that_will_send_no_more_is_answered_first(count: int) -> None:
    async with running(Limits()) as (port, counts):
        client = await Client.connect(port, (_ASK + post(b"abc")) * count)
        client.finish()

        bodies = [(await read_answer(client.reader)).body for _ in range(2 * count)]

        assert bodies == [b"here", b"3"] * count
        assert await client.is_ended()
        await wait_until_async(lambda: counts.open == 0, "the end of the connection", 5)
        client.close()


@pytest.mark.parametrize("said", [b"", _ASK[:20], post(b"abc")[:-1]], ids=["nothing", "half a head", "half a body"])
async def test_a_client_that_breaks_off_is_not_waited_for(said: bytes) -> None:
    async with running(Limits()) as (port, counts):
        client = await Client.connect(port, said)
        client.finish()

        assert await client.is_ended()
        await wait_until_async(lambda: counts.open == 0, "the end of the connection", 5)
        client.close()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("line", ["GET /secret HTTP/2.0", "GET /secret HTTP/0.9", "GET /secret", "POST /find HTTP/2.0"])
async def test_another_version_of_http_is_refused_and_not_quoted(service: Service, line: str) -> None:
    answer = await send_raw(service.host, service.port, f"{line}\r\nHost: a\r\nContent-Length: 0\r\n\r\n".encode())

    assert (answer.status, answer.headers["Content-Type"]) == (505, "application/problem+json")
    assert json.loads(answer.body)["code"] == "version_unsupported"
    assert b"secret" not in answer.body
    assert answer.headers["Server"] == "finder"


async def test_another_version_of_http_takes_no_answer_of_the_good_requests_before_it() -> None:
    async with running(Limits()) as (port, counts):
        got = await answers(port, _ASK * 40 + b"GET / HTTP/2.0\r\n\r\n" + _ASK)

        assert [answer.status for answer in got] == [200] * 40 + [505]
        assert counts.unreadable == 1


async def test_an_aiohttp_that_is_built_otherwise_goes_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipelining, "_LEANS_ON", ("_renamed",))
    async with running(Limits()) as (port, _):
        got = await answers(port, _ASK * 40, _BAD)

        assert [answer.status for answer in got] == [200] * 40 + [400]
