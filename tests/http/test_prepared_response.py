"""Prepared responses are sent in one write, or as ordinary responses where a request needs that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from finder.http.etags import CachedBody, respond
from finder.http.prepared_response import PreparedResponse, header_lines
from tests.conftest import Client
from tests.support.raw_http import RawAnswer, get, read_answer, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_PATH: Final = "/api/v1/postcodes/B24QA"
_OF_THE_REQUEST: Final = ("Date", "X-Request-ID", "Connection")
_KEPT_1_0: Final = b"GET %b HTTP/1.0\r\nHost: finder.test\r\nConnection: keep-alive\r\n\r\n"
_MANY: Final = 500


def lasting(answer: RawAnswer) -> dict[str, str]:
    """The headers that do not differ from one request to the next."""
    assert len(answer.headers) == len(set(answer.headers)), "a header is sent twice"
    return {name: value for name, value in answer.headers.items() if name not in _OF_THE_REQUEST}


@pytest.mark.parametrize("path", [_PATH, "/teams/ladywood", "/", "/api/v1/teams", "/police-uk/api/forces"])
async def test_prepared_and_ordinary_responses_are_the_same(service: Client, path: str) -> None:
    short = await send_raw(service.host, service.port, get(path))
    ordinary = await send_raw(service.host, service.port, _KEPT_1_0 % path.encode())

    assert (short.status, short.body) == (ordinary.status, ordinary.body) != (200, b"")
    assert lasting(short) == lasting(ordinary)


async def test_prepared_and_ordinary_responses_with_304_are_the_same(service: Client) -> None:
    tag = (await send_raw(service.host, service.port, get(_PATH))).headers["ETag"]

    short = await send_raw(service.host, service.port, get(_PATH, f"If-None-Match: {tag}"))
    closing = await send_raw(service.host, service.port, get(_PATH, f"If-None-Match: {tag}", "Connection: close"))

    assert (short.status, short.body) == (closing.status, closing.body) == (304, b"")
    assert lasting(short) == lasting(closing)
    assert "Content-Length" not in short.headers


async def test_a_head_request_gets_headers_without_a_body(service: Client) -> None:
    whole = await send_raw(service.host, service.port, get(_PATH))

    async with service.head(_PATH, headers={"Accept-Encoding": "identity"}) as response:
        assert response.status == 200
        assert response.headers["Content-Length"] == str(len(whole.body))
        assert await response.read() == b""


async def test_the_connection_is_closed_if_the_client_asks_for_it(service: Client) -> None:
    reader, writer = await asyncio.open_connection(service.host, service.port)
    writer.write(get(_PATH, "Connection: close"))

    answer = await read_answer(reader)

    assert answer.headers["Connection"] == "close"
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()


async def test_pipelined_lookups_are_answered_in_order(service: Client) -> None:
    postcodes = ["B24QA", "CV12GT", "DY11HF", "NOSUCH", "WV11SH"]
    reader, writer = await asyncio.open_connection(service.host, service.port)
    writer.write(b"".join(get(f"/api/v1/postcodes/{each}") for each in postcodes))

    answers = [await asyncio.wait_for(read_answer(reader), 10) for _ in postcodes]

    alone = [await send_raw(service.host, service.port, get(f"/api/v1/postcodes/{each}")) for each in postcodes]
    assert [each.status for each in answers] == [each.status for each in alone]
    assert [each.body for each in answers if each.status == 200] == [each.body for each in alone if each.status == 200]
    writer.close()


async def test_the_service_waits_for_a_client_that_does_not_read() -> None:
    body = CachedBody(b"x" * 100_000, "text/plain")
    served = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal served
        served += 1
        return await respond(request, body)

    async with small_server(answer) as (server, _):
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(get("/") * _MANY)
        before = -1
        while served != before:  # until the buffers of the sockets are full
            before = served
            await asyncio.sleep(0.2)

        assert served < _MANY

        answers = [await asyncio.wait_for(read_answer(reader), 10) for _ in range(_MANY)]
        assert {(each.status, len(each.body)) for each in answers} == {(200, 100_000)}
        writer.close()


async def test_little_of_a_large_body_is_held_for_a_client_that_does_not_read() -> None:
    body = CachedBody(b"x" * 8_000_000, "text/plain")
    transports: list[asyncio.Transport] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            transports.append(request.transport)
        return await respond(request, body)

    async with small_server(answer) as (server, _):
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(get("/"))
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.2)  # until the buffers of the sockets are full
        unsent = transports[0].get_write_buffer_size()
        rest = await reader.readexactly(8_000_000)
        writer.close()

    assert 0 < unsent <= 128 * 1024
    assert rest == body.content


async def test_a_plain_request_calls_no_listener() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return PreparedResponse(header_lines({"ETag": '"1"'}), b"hello")

    async with small_server(answer) as (server, asked):
        first = await send_raw(server.host, server.port, get("/"))
        assert (first.body, first.headers["ETag"], asked) == (b"hello", '"1"', [])

        await send_raw(server.host, server.port, get("/", "Connection: close"))
        assert asked == ["/"]


async def test_a_header_added_to_a_prepared_response_is_sent() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        response = PreparedResponse(header_lines({"ETag": '"1"'}), b"hello")
        response.headers["Content-Location"] = "/elsewhere"
        return response

    async with small_server(answer) as (server, _):
        found = await send_raw(server.host, server.port, get("/"))

    assert (found.body, found.headers["ETag"], found.headers["Content-Location"]) == (b"hello", '"1"', "/elsewhere")


async def test_force_close_closes_the_connection_after_the_response() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        response = PreparedResponse(b"", b"hello")
        response.force_close()
        return response

    async with small_server(answer) as (server, _):
        found = await send_raw(server.host, server.port, get("/"))

    assert (found.body, found.headers["Connection"]) == (b"hello", "close")


@asynccontextmanager
async def small_server(handler: Handler) -> AsyncIterator[tuple[TestServer, list[str]]]:
    """A server with one handler whose responses are completed, and the paths for which its listener was called."""
    asked: list[str] = []

    @web.middleware
    async def complete(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        assert isinstance(response, PreparedResponse)
        response.complete(b"X-Common: yes\r\n", "1")
        return response

    async def listen(request: web.Request, _: web.StreamResponse) -> None:
        asked.append(request.path)

    app = web.Application(middlewares=[complete])
    app.router.add_get("/", handler)
    app.on_response_prepare.append(listen)
    server = TestServer(app)
    await server.start_server()
    try:
        yield server, asked
    finally:
        await server.close()
