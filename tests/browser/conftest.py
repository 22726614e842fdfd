"""One Chromium for all tests of the pages, and the service in each state that residents can meet."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Final

import asyncpg
import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from playwright.async_api import Browser, async_playwright

from finder.domain.directory import Directory
from finder.server.app import build_app
from finder.settings import Settings
from finder.storage.connections import connected
from tests.conftest import Listening, database_address
from tests.support.stored_releases import publish_directory

_CHROMIUM: Final = shutil.which("chromium")
_MERGED: Final = "newtown"
Sites = dict[str, str]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium; the tests skip where there is none."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        # Tests run as root in containers, where Chromium's sandbox cannot; the pages are our own.
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sites(server: str, shipped_template: str, migrated_template: str) -> AsyncIterator[Sites]:
    """Addresses of the service: as shipped, with gaps, before any data, closed, asked too much, and named."""
    async with AsyncExitStack() as stack:
        shipped = await _copy(server, "browser_shipped", shipped_template)
        gaps = await _copy(server, "browser_gaps", shipped_template)
        empty = await _copy(server, "browser_empty", migrated_template)
        async with connected(gaps) as connection:
            await publish_directory(connection, _with_gaps)
        busy = await _serve(stack, shipped, rate_limit="1/day")
        await _use_up(busy)
        yield {
            "shipped": await _serve(stack, shipped),
            "gaps": await _serve(stack, gaps),
            "empty": await _serve(stack, empty),
            "closed": await _serve(stack, shipped, maintenance="We are mending it. It will be back at 6pm today."),
            "busy": busy,
            "named": await _serve(stack, shipped, public_url="https://team.example.org"),
        }


def _with_gaps(directory: Directory) -> Directory:
    """A team of whom only the name is known, one that another has taken over, and a ward that nobody covers."""
    bare = "abbey"
    kept = tuple(each for each in directory.surgeries if each.team_id not in {bare, _MERGED})
    return replace(
        directory,
        teams=tuple(
            replace(each, contact={}, description="") if each.id == bare else each
            for each in directory.teams
            if each.id != _MERGED
        ),
        officers=tuple(each for each in directory.officers if each.team_id not in {bare, _MERGED}),
        priorities=tuple(each for each in directory.priorities if each.team_id not in {bare, _MERGED}),
        surgeries=kept,
        changes=tuple(each for each in directory.changes if each.surgery_id in {surgery.id for surgery in kept}),
        coverage=tuple(
            replace(each, team_id="nechells") if each.team_id == _MERGED else each
            for each in directory.coverage
            if each.team_id != "ladywood"
        ),
    )


async def _copy(server: str, name: str, template: str) -> str:
    admin = await asyncpg.connect(server)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    await admin.close()
    return database_address(server, name)


async def _serve(stack: AsyncExitStack, dsn: str, **settings: Any) -> str:
    app = build_app(Settings(log_format="json", poll_interval=600, **settings), dsn)
    if not settings:
        app.router.add_get("/broken", _break)
    serving = Listening(app)
    await serving.start_server()
    stack.push_async_callback(serving.close)
    return str(serving.make_url("/")).rstrip("/")


async def _use_up(address: str) -> None:
    async with ClientSession() as session, session.post(f"{address}/find", data={"postcode": "HELLO"}) as response:
        assert response.status == 422


async def _break(_: web.Request) -> web.Response:
    raise AssertionError
