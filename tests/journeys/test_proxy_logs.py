"""What the shipped proxies write down of requests that go wrong: neither path nor query, access and error log alike."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import running_service
from tests.support.proxies import Proxy, free_port, haproxy, nginx

Start = Callable[[Path, int], AbstractContextManager[Proxy]]
_PROXIES: Final[dict[str, Start]] = {"haproxy": haproxy, "nginx": nginx}
_PATIENCE: Final = 2.0  # seconds
_POSTCODE: Final = b"B24QA"
_POINT: Final = b"52.477677"
_HOST: Final = b"Host: finder.test\r\n"
_REQUESTS: Final = {
    "good": b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\n%bConnection: close\r\n\r\n" % _HOST,
    "a query": b"GET /api/v1/points?lat=52.477677&lon=-1.9 HTTP/1.1\r\n%bConnection: close\r\n\r\n" % _HOST,
    "a referrer": b"GET / HTTP/1.1\r\n%bReferer: http://x/B24QA\r\nConnection: close\r\n\r\n" % _HOST,
    "a user agent and a cookie": b"GET / HTTP/1.1\r\n%bUser-Agent: B24QA\r\nCookie: a=B24QA\r\n\r\n" % _HOST,
    "no version": b"GET /api/v1/postcodes/B24QA\r\n\r\n",
    "an unknown version": b"GET /api/v1/postcodes/B24QA HTTP/9.9\r\n%b\r\n" % _HOST,
    "a space in the path": b"GET /api/v1/postcodes/B24QA x HTTP/1.1\r\n%b\r\n" % _HOST,
    "a zero byte": b"GET /api/v1/postcodes/B24QA\x00 HTTP/1.1\r\n%b\r\n" % _HOST,
    "no host": b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\n%b%b\r\n" % (_HOST, _HOST),
    "a postcode for a host": b"GET / HTTP/1.1\r\nHost: B24QA\x01\r\n\r\n",
    "a postcode for a method": b"B24QA@ / HTTP/1.1\r\n%b\r\n" % _HOST,
    "a header without a colon": b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\n%bB24QA\r\n\r\n" % _HOST,
    "an overlong line": b"GET /api/v1/postcodes/B24QA?%b HTTP/1.1\r\n%b\r\n" % (b"B24QA" * 20_000, _HOST),
    "a bad length": b"POST /find HTTP/1.1\r\n%bContent-Length: B24QA\r\n\r\n" % _HOST,
    "two lengths": b"POST /find HTTP/1.1\r\n%bContent-Length: 1\r\nContent-Length: 2\r\n\r\nB24QA" % _HOST,
    "a bad chunk": b"POST /find HTTP/1.1\r\n%bTransfer-Encoding: chunked\r\n\r\nB24QA\r\n" % _HOST,
    "a path out of the root": b"GET /../../B24QA HTTP/1.1\r\n%b\r\n" % _HOST,
    "a bad escape": b"GET /%%zzB24QA HTTP/1.1\r\n%b\r\n" % _HOST,
    "half a request": b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\nHost: fin",
}


@pytest.mark.parametrize("start", _PROXIES.values(), ids=_PROXIES)
async def test_failing_requests_leave_no_path_and_no_query_in_a_log(
    start: Start, shipped_database: str, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path) as server, start(tmp_path, server.port) as proxy:
        answered = [await send(proxy.port, request) for request in _REQUESTS.values()]
    logged = proxy.log.read_bytes()

    assert answered[0].startswith(b"HTTP/1.1 200")
    assert sum(each.startswith(b"HTTP/1.1 400") for each in answered) >= 8
    assert len(logged.splitlines()) >= len(_REQUESTS) // 2
    assert quoted(logged) == []
    assert quoted(server.output.encode()) == []


@pytest.mark.parametrize("start", _PROXIES.values(), ids=_PROXIES)
async def test_a_service_that_is_down_is_logged_without_path_and_query(start: Start, tmp_path: Path) -> None:
    with start(tmp_path, free_port()) as proxy:
        answered = [await send(proxy.port, request) for request in _REQUESTS.values()]
    logged = proxy.log.read_bytes()

    assert re.match(rb"HTTP/1.1 50[23]", answered[0])
    assert b" 50" in logged
    assert quoted(logged) == []


@pytest.mark.parametrize("start", _PROXIES.values(), ids=_PROXIES)
async def test_no_line_of_a_log_tells_how_long_an_answer_was(
    start: Start, shipped_database: str, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path) as server, start(tmp_path, server.port) as proxy:
        for path in ("/teams/ladywood", "/api/v1/teams/ladywood", "/api/v1/postcodes/B24QA"):
            request = b"GET %b HTTP/1.1\r\n%bConnection: close\r\n\r\n" % (path.encode(), _HOST)
            received = await send_whole(proxy.port, request)
            body = received.partition(b"\r\n\r\n")[2]
            assert received.startswith(b"HTTP/1.1 200")
            for size in (len(received), len(body), int(re.findall(rb"(?i)content-length: (\d+)", received)[0])):
                assert re.search(rb"\b%d\b" % size, proxy.log.read_bytes()) is None


async def send_whole(port: int, request: bytes) -> bytes:
    """All that comes back on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(_PATIENCE * 5):
        received = await reader.read()
    writer.close()
    return received


async def send(port: int, request: bytes) -> bytes:
    """The beginning of what comes back on a connection of its own, nothing where the other side waits for more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    with contextlib.suppress(ConnectionError, TimeoutError):  # a connection that is cut is an answer too
        writer.write(request)
        async with asyncio.timeout(_PATIENCE):
            received = await reader.read(65_536)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return received


def quoted(log: bytes) -> list[bytes]:
    """The lines of a log that repeat part of a request: a postcode, a point, or any path."""
    found = re.compile(rb"(?i)%b|%b|/api/|/find\b|finder\.test" % (_POSTCODE, re.escape(_POINT)))
    return [line for line in log.splitlines() if found.search(line)]
