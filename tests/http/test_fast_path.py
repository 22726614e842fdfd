"""The fast path: which requests it answers, and that only the time differs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.test_utils import TestClient
from aiohttp.typedefs import Handler

from finder.server import fast_path
from finder.server.app import build_app
from finder.server.app_keys import MAKE_CONNECTION, REQUEST_MIDDLEWARE, WRAP_HANDLER
from finder.server.application_runner import ApplicationRunner
from finder.server.connection_and_time_limits import Limits
from finder.server.fast_path import FastPath
from finder.settings import Settings
from tests.conftest import Client, Listening, copied
from tests.support.metrics import metrics_of
from tests.support.raw_http import RawAnswer, get, read_answer, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_POSTCODE: Final = "/api/v1/postcodes/B24QA"
_POINT: Final = "/api/v1/points?lat=52.477677&lon=-1.898007"
_TEAM: Final = "/teams/ladywood"


class Ordinary:
    """The service, and the paths that went through the router.

    `at_once` has requests by the path after whose response they arrive, before anything else happens.
    """

    def __init__(self, client: Client, paths: list[str], at_once: dict[str, bytes]) -> None:
        self.client = client
        self.paths = paths
        self.at_once = at_once

    async def ask(self, request: bytes) -> RawAnswer:
        return await send_raw(self.client.host, self.client.port, request)


@asynccontextmanager
async def watched(dsn: str, settings: Settings | None = None) -> AsyncIterator[Ordinary]:
    """A service that records the requests that aiohttp handles."""
    app = build_app(settings or Settings(), dsn)
    wrap = app[WRAP_HANDLER]
    paths: list[str] = []
    at_once: dict[str, bytes] = {}

    def note(handler: Handler) -> Handler:
        inner = wrap(handler)

        async def noting(request: web.Request) -> web.StreamResponse:
            paths.append(request.path_qs)
            response = await inner(request)
            if received := at_once.pop(request.path, b""):
                asyncio.get_running_loop().call_soon(request.protocol.data_received, received)
            return response

        return noting

    app[WRAP_HANDLER] = note
    async with TestClient(Listening(app)) as client:
        yield Ordinary(client, paths, at_once)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def ordinary(server: str, shipped_template: str) -> AsyncIterator[Ordinary]:
    """One service for the tests that change nothing."""
    async for dsn in copied(server, shipped_template):
        async with watched(dsn, Settings(log_sample=1)) as found:
            yield found


@pytest.mark.parametrize("path", [_POSTCODE, _POINT, _TEAM])
async def test_the_fast_path_answers_a_plain_lookup(ordinary: Ordinary, path: str) -> None:
    await ordinary.ask(get(path))  # the page of a team is rendered once, in a thread
    ordinary.paths.clear()

    direct = await ordinary.ask(get(path))

    assert (direct.status, ordinary.paths) == (200, [])
    slowly = await ordinary.ask(get(path, "Connection: close"))
    assert ordinary.paths == [path]
    assert direct.body == slowly.body != b""
    differing = {"Date", "X-Request-ID", "Connection"}
    assert {k: v for k, v in direct.headers.items() if k not in differing} == {
        k: v for k, v in slowly.headers.items() if k not in differing
    }


@pytest.mark.parametrize("path", [_POSTCODE, _POINT, _TEAM])
async def test_the_fast_path_answers_a_conditional_lookup(ordinary: Ordinary, path: str) -> None:
    tag = (await ordinary.ask(get(path))).headers["ETag"]
    ordinary.paths.clear()

    assert (await ordinary.ask(get(path, f"If-None-Match: {tag}"))).status == 304
    assert ordinary.paths == []
    # aiohttp has to parse a list of tags.
    assert (await ordinary.ask(get(path, f'If-None-Match: "other", {tag}'))).status == 304
    assert (await ordinary.ask(get(path, 'If-None-Match: "other"'))).status == 200


async def test_the_fast_path_answers_a_client_that_asks_before_aiohttp_waits_again(ordinary: Ordinary) -> None:
    ordinary.paths.clear()
    ordinary.at_once["/areas"] = get(_POSTCODE)
    reader, writer = await asyncio.open_connection(ordinary.client.host, ordinary.client.port)
    writer.write(get("/areas"))

    first, second = await read_answer(reader), await read_answer(reader)

    writer.close()
    assert b"<html" in first.body
    assert second.body.startswith(b'{"postcode":"B2 4QA"')
    assert ordinary.paths == ["/areas"]


@pytest.mark.parametrize("spelling", ["B2%204QA", "b2%204qa", "B2+4QA", "b24qa"])
async def test_the_fast_path_answers_every_spelling_that_programs_write(ordinary: Ordinary, spelling: str) -> None:
    ordinary.paths.clear()

    answer = await ordinary.ask(get(f"/api/v1/postcodes/{spelling}"))

    assert (answer.status, ordinary.paths) == (200, [])
    assert answer.headers["Content-Location"] == _POSTCODE


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/api/v1/postcodes/ZZ11ZZ"), 400),
        (get("/api/v1/postcodes/EH11AA"), 404),
        (get("/api/v1/points?lat=52.477677"), 400),
        (get("/api/v1/points?lat=51.5&lon=-0.12"), 404),
        (get(_POSTCODE, "Accept: text/csv"), 406),
    ],
)
async def test_the_fast_path_answers_refusals(ordinary: Ordinary, request_: bytes, status: int) -> None:
    before = await counted_by_path(ordinary)
    ordinary.paths.clear()

    answer = await ordinary.ask(request_)

    assert (answer.status, ordinary.paths) == (status, [])
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await counted_by_path(ordinary) == (before[0] + 1, before[1])


@pytest.mark.parametrize("path", ["/teams/nobody", "/teams/Ladywood", "/teams/erdington?retired=2020-01"])
async def test_a_page_that_is_not_stored_goes_the_usual_way(ordinary: Ordinary, path: str) -> None:
    ordinary.paths.clear()

    answer = await ordinary.ask(get(path))

    assert ordinary.paths == [path]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_a_stored_page_is_compressed_by_a_thread_once(ordinary: Ordinary) -> None:
    gzip = get("/teams/erdington", "Accept-Encoding: gzip")
    await ordinary.ask(get("/teams/erdington"))
    ordinary.paths.clear()

    first, second = await ordinary.ask(gzip), await ordinary.ask(gzip)

    assert first.body == second.body
    assert ordinary.paths == ["/teams/erdington"]


async def counted_by_path(ordinary: Ordinary) -> tuple[int, int]:
    """Returns how many requests the fast path answered, and how many aiohttp handled."""
    text = await metrics_of(ordinary.client)
    fast, usual = (
        next(line for line in text.splitlines() if line.startswith(f'finder_requests_by_path_total{{path="{path}"}}'))
        for path in ("fast", "usual")
    )
    return int(float(fast.split()[1])), int(float(usual.split()[1]))


async def test_the_fast_path_can_be_switched_off(shipped_database: str) -> None:
    async with watched(shipped_database, Settings(fast_path=False)) as service:
        assert MAKE_CONNECTION not in service.client.app
        answer = await service.ask(get(_POSTCODE))

    assert (answer.status, service.paths) == (200, [_POSTCODE])


async def test_the_fast_path_sends_compressed_answers(ordinary: Ordinary) -> None:
    ordinary.paths.clear()

    answer = await ordinary.ask(get(_POSTCODE, "Accept-Encoding: gzip"))

    assert (answer.headers["Content-Encoding"], ordinary.paths) == ("gzip", [])


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"HEAD " + get(_POSTCODE)[4:], 200),
        (get(_POSTCODE).replace(b"HTTP/1.1", b"HTTP/1.0"), 200),
        (get(_POSTCODE, "Connection: close"), 200),
        (get(_POSTCODE, "Expect: 100-continue"), 100),
        (get(_POSTCODE, "Content-Length: 2") + b"{}", 200),
        (get("/api/v1/postcodes/B24QA?force=all"), 400),
        (get("/healthz"), 200),
    ],
)
async def test_other_requests_are_handled_by_aiohttp(ordinary: Ordinary, request_: bytes, status: int) -> None:
    ordinary.paths.clear()

    if request_.startswith(b"HEAD"):
        async with ordinary.client.head(_POSTCODE) as response:
            found = response.status
    else:
        found = (await ordinary.ask(request_)).status

    assert (found, len(ordinary.paths)) == (status, 1)


async def test_a_request_in_several_pieces_is_answered_after_the_last(ordinary: Ordinary) -> None:
    reader, writer = await asyncio.open_connection(ordinary.client.host, ordinary.client.port)
    ordinary.paths.clear()
    for byte in get(_POSTCODE):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)

    assert (await asyncio.wait_for(read_answer(reader), 10)).status == 200
    assert ordinary.paths == [_POSTCODE]
    writer.close()


async def test_fast_and_usual_requests_alternate_in_order_on_one_connection(ordinary: Ordinary) -> None:
    reader, writer = await asyncio.open_connection(ordinary.client.host, ordinary.client.port)
    paths = [_POSTCODE, "/healthz", _POINT, "/api/v1/postcodes/ZZ11ZZ", _POSTCODE] * 20

    alone = {each: await ordinary.ask(get(each)) for each in set(paths)}
    for start in range(0, len(paths), 3):
        writer.write(b"".join(map(get, paths[start : start + 3])))
        await asyncio.sleep(0.001)
    answers = [await asyncio.wait_for(read_answer(reader), 10) for _ in paths]

    assert [each.status for each in answers] == [alone[path].status for path in paths]
    for path, answer in zip(paths, answers, strict=True):
        assert answer.status >= 400 or answer.body == alone[path].body
    writer.close()


async def test_the_service_waits_for_a_client_that_does_not_read(ordinary: Ordinary) -> None:
    reader, writer = await asyncio.open_connection(ordinary.client.host, ordinary.client.port)
    before = await counted(ordinary)
    sent = 0

    async def ask_on() -> None:
        nonlocal sent
        while True:
            writer.write(get(_POSTCODE))
            sent += 1
            await writer.drain()
            await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask_on(), 5)

    while (answered := await counted(ordinary)) - before > 0:
        before, last = answered, answered - before
        assert last < sent
        await asyncio.sleep(0.3)
    assert (await asyncio.wait_for(read_answer(reader), 10)).status == 200
    writer.transport.abort()


async def counted(ordinary: Ordinary, status: int = 200) -> int:
    """Returns the count of lookups by postcode with a status, from the metrics."""
    text = await metrics_of(ordinary.client)
    of = f'{{method="GET",route="/api/v1/postcodes/{{postcode}}",status="{status}"}}'
    sought = f"finder_request_seconds_count{of}"
    return sum(int(float(line.split()[1])) for line in text.splitlines() if line.startswith(sought))


async def test_fast_and_usual_requests_are_counted_in_one_histogram(ordinary: Ordinary) -> None:
    before = await counted(ordinary)

    await ordinary.ask(get(_POSTCODE))
    await ordinary.ask(get(_POSTCODE, "Connection: close"))

    assert await counted(ordinary) == before + 2


async def test_the_log_line_of_a_fast_request_has_the_same_fields(
    ordinary: Ordinary, capsys: pytest.CaptureFixture[str]
) -> None:
    given = "0123456789abcdef0123456789abcdef"

    answer = await ordinary.ask(get(_POSTCODE, f"X-Request-ID: {given}"))

    assert answer.headers["X-Request-ID"] == given
    [line] = [each for each in "".join(capsys.readouterr()).splitlines() if given in each]
    assert "outward_code=B2 " in line
    assert "route=/api/v1/postcodes/{postcode} " in line
    assert "4QA" not in line


async def test_a_process_about_to_end_closes_the_connection_with_its_answer(shipped_database: str) -> None:
    async with watched(shipped_database) as service:
        service.client.app[REQUEST_MIDDLEWARE].closes_connections = True

        answer = await service.ask(get(_POSTCODE))

        assert (answer.status, answer.headers["Connection"], service.paths) == (200, "close", [_POSTCODE])


async def test_with_a_rate_limit_every_request_is_counted(shipped_database: str) -> None:
    async with watched(shipped_database, Settings(rate_limit="2/minute")) as service:
        answers = [await service.ask(get(_POSTCODE)) for _ in range(3)]

    assert [each.status for each in answers] == [200, 200, 429]
    assert len(service.paths) == 3


async def test_the_keepalive_time_starts_at_the_last_request(shipped_database: str) -> None:
    app = build_app(Settings(log_format="json"), shipped_database)
    runner = ApplicationRunner(app, Limits(keepalive_seconds=1.0))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        reader, writer = await asyncio.open_connection(*runner.addresses[0])
        for _ in range(5):  # twice as long as it may be idle
            writer.write(get(_POSTCODE))
            assert (await asyncio.wait_for(read_answer(reader), 10)).status == 200
            await asyncio.sleep(0.4)

        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
    finally:
        await runner.cleanup()


async def test_without_the_private_names_aiohttp_handles_all_requests(
    shipped_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_path, "PRIVATE_NAMES", ("_waiter", "_renamed"))
    async with watched(shipped_database) as service:
        answer = await service.ask(get(_POSTCODE))

        assert (answer.status, service.paths) == (200, [_POSTCODE])


async def test_a_pending_answer_is_sent_before_the_connection_is_closed(
    shipped_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = build_app(Settings(), shipped_database)
    answer_at_once = FastPath.answer

    def answer_and_end(fast_path: FastPath, message: RawRequestMessage) -> bytes | None:
        [connection] = listening.runner.server.connections  # type: ignore[union-attr]
        asyncio.get_running_loop().call_soon(connection.force_close)  # before the answers of this iteration are sent
        return answer_at_once(fast_path, message)

    monkeypatch.setattr(FastPath, "answer", answer_and_end)
    listening = Listening(app)
    async with TestClient(listening) as client:
        answer = await send_raw(client.host, client.port, get(_POSTCODE))

    assert (answer.status, answer.body[:1]) == (200, b"{")
