"""nginx with the configuration that ships, in front of the service: what it keeps, and for how long."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from finder.domain.directory import Directory
from finder.domain.surgery import Surgery
from finder.storage.connections import connected
from tests.support.commands import running_service
from tests.support.proxies import nginx
from tests.support.stored_releases import publish_directory

_LONDON: Final = ZoneInfo("Europe/London")
_TITLE: Final = "Ending soon"
_FRESH, _STALE = 1, 2


@pytest.mark.parametrize("path", ["/teams/ladywood", "/api/v1/postcodes/B24QA"])
async def test_no_cached_answer_shows_a_surgery_that_has_ended(
    path: str, shipped_database: str, tmp_path: Path
) -> None:
    ends_at = datetime.now(_LONDON).replace(microsecond=0) + timedelta(seconds=8)
    local = ends_at.replace(tzinfo=None)
    ending = Surgery("ending", "ladywood", _TITLE, local - timedelta(hours=1), local, "", None, "https://example.org")

    def with_it(directory: Directory) -> Directory:
        return replace(directory, surgeries=(*directory.surgeries, ending))

    async with connected(shipped_database) as connection:
        await publish_directory(connection, with_it)
    seen: list[tuple[float, bool]] = []
    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session:
            while time.time() < ends_at.timestamp() + 2:
                asked_at = time.time() - ends_at.timestamp()
                async with session.get(path) as response:
                    seen.append((asked_at, _TITLE in await response.text()))
                await asyncio.sleep(0.02)
    logged = proxy.log.read_text()

    assert any(shown for asked_at, shown in seen if asked_at < 0)
    assert [asked_at for asked_at, shown in seen if asked_at >= 0 and shown] == []
    assert logged.count(" HIT") > logged.count(" MISS")


async def test_a_stale_answer_is_used_during_renewal_for_as_long_as_the_service_allows(
    tmp_path: Path,
) -> None:
    async with _serving(_when) as port:
        with nginx(tmp_path, port) as proxy:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session:
                await _age(session)
                await asyncio.sleep(_FRESH + 1)
                stale = await _age(session)
                await asyncio.sleep(_FRESH + _STALE + 2)
                renewed = await _age(session)
    logged = proxy.log.read_text()

    assert _FRESH < stale <= _FRESH + _STALE
    assert renewed < 1
    assert " STALE" in logged or " UPDATING" in logged


@pytest.mark.parametrize(("status", "then"), [(404, 404), (410, 410), (429, 429), (503, 200)])
async def test_the_cache_shows_no_removed_page_but_an_old_answer_during_a_failure(
    status: int, then: int, tmp_path: Path
) -> None:
    answers = iter([web.Response(text="here", headers={"Cache-Control": _lifetime(1, 0)})])

    async def answer(_: web.Request) -> web.Response:
        return next(answers, None) or web.Response(status=status, headers={"Cache-Control": "no-store"})

    async with _serving(answer) as port:
        with nginx(tmp_path, port) as proxy:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session:
                async with session.get("/") as first:
                    assert first.status == 200
                await asyncio.sleep(3)
                async with session.get("/") as second:
                    assert second.status == then


async def test_a_stale_answer_is_shown_if_the_service_does_not_answer(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as session:
        async with _serving(_when) as port:
            proxy = stack.enter_context(nginx(tmp_path, port))
            before = await _age(session, f"http://127.0.0.1:{proxy.port}/")
        await asyncio.sleep(_FRESH + _STALE + 2)
        alone = await _age(session, f"http://127.0.0.1:{proxy.port}/")

    assert before < 1
    assert alone > _FRESH + _STALE


async def test_a_browser_revalidates_each_time_and_gets_304_from_the_cache(
    shipped_database: str, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session:
            async with session.get("/teams/ladywood") as first:
                tag = first.headers["ETag"]
            async with session.get("/teams/ladywood", headers={"If-None-Match": tag}) as again:
                page = again.status, again.headers["Cache-Control"], again.headers["ETag"]
            async with session.get("/api/v1/postcodes/HELLO") as refused:
                refusal = refused.headers["Cache-Control"]
    logged = proxy.log.read_text()

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert page == (304, "public, no-cache", tag)
    assert refusal == "no-store"
    assert re.search(r"GET 304 [0-9.]+ HIT", logged)


async def test_browsers_with_different_accept_headers_share_answers(shipped_database: str, tmp_path: Path) -> None:
    spelt = ["br", "gzip, deflate, br", "gzip, deflate, br, zstd", "gzip", "gzip;q=1.0, *;q=0.5", "", "br;q=0", "zstd"]
    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}", auto_decompress=False) as session:
            given = []
            for each in spelt:
                async with session.get("/teams/ladywood", headers={"Accept-Encoding": each}) as response:
                    given.append(response.headers.get("Content-Encoding", ""))
    logged = proxy.log.read_text()

    assert given == ["br", "br", "br", "gzip", "gzip", "", "", ""]
    assert (logged.count(" MISS"), logged.count(" HIT")) == (3, 5)


async def test_a_cached_answer_has_its_own_request_id_and_no_rate_limit_headers(
    shipped_database: str, tmp_path: Path
) -> None:
    given = "0123456789abcdef-0001"
    path = "/api/v1/postcodes/B24QA"
    with (
        running_service(shipped_database, tmp_path, FINDER_RATE_LIMIT="600/minute", FINDER_LOG_SAMPLE="1") as server,
        nginx(tmp_path, server.port) as proxy,
    ):
        async with aiohttp.ClientSession(f"http://127.0.0.1:{proxy.port}") as session:
            headers = []
            for sent in ({}, {}, {"X-Request-ID": given}, {"X-Request-ID": "B2 4QA"}):
                async with session.get(path, headers=sent) as response:
                    headers.append(response.headers)
            async with session.get("/api/v1/points?lat=52.477677&lon=-1.898007") as point:
                headers.append(point.headers)
    ids = [each.getall("X-Request-ID") for each in headers]
    logged = proxy.log.read_text()

    assert (logged.count(" MISS "), logged.count(" HIT ")) == (1, 3)
    assert all(len(each) == 1 and re.fullmatch(r"[0-9a-f]{32}", each[0]) for each in ids if each != [given])
    assert len({each[0] for each in ids}) == 5
    assert ids[2] == [given]
    assert [each[0] in logged for each in ids] == [True] * 5
    assert [each[0] in server.output for each in ids] == [True, False, False, False, True]
    assert [len(each.getall("RateLimit", [])) for each in headers] == [1, 0, 0, 0, 1]
    assert [len(each.getall("RateLimit-Policy", [])) for each in headers] == [1, 0, 0, 0, 1]


async def _age(session: aiohttp.ClientSession, address: str = "/") -> float:
    """How many seconds ago the answer was made that the cache gives now."""
    async with session.get(address) as response:
        return time.time() - float(await response.text())


def _lifetime(fresh: int, stale: int) -> str:
    return f"public, max-age={fresh}, stale-while-revalidate={stale}, stale-if-error=86400"


async def _when(_: web.Request) -> web.Response:
    """An answer that says when it was made."""
    return web.Response(text=str(time.time()), headers={"Cache-Control": _lifetime(_FRESH, _STALE)})


@asynccontextmanager
async def _serving(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[int]:
    """A server in place of the service; gives its port."""
    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
