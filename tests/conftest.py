"""What tests share: one throwaway PostgreSQL a run, one database a test, and the service on the data that ships."""

import asyncio
import gc
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from aiohttp.web_runner import BaseRunner

from finder.cli.load_shipped_data import load_shipped
from finder.domain.directory import Directory
from finder.embedded import EmbeddedPostgres
from finder.server.app import build_app
from finder.server.application_runner import ApplicationRunner
from finder.settings import Settings
from finder.storage.connections import Connection, connected
from finder.storage.migrate import migrate, migrations
from tests.support.builders import make_change, make_surgery
from tests.support.stored_releases import publish_directory

Client = TestClient[Request, Application]
AioHttpClient = Callable[[Application], Awaitable[Client]]

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
_numbers: Final = count(1)


# A shell ignores Ctrl-C for what it starts in the background. Commands that the tests interrupt would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """One process for each processor, at most four: with more the processors only switch between them."""
    return min(4, os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first, or one process would still be at it when the others are done.

    scripts/test keeps this order, where pytest-xdist would start with the file of the most tests.
    """
    items.sort(key=lambda item: item.path.name != "test_faults.py")


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported and collected: it stays until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files that may not be copied into the repository."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not next to this checkout")
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL of this run's own.

    Not below pytest's own folder: as root the server runs as another user, and each pytest that starts closes that
    folder to others, which stops the servers of the other runs.
    """
    with (
        tempfile.TemporaryDirectory(prefix="finder-test-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as running,
    ):
        yield running.dsn


@pytest.fixture(scope="session")
def migrated_template(server: str) -> str:
    """The name of a database with the schema and nothing in it."""
    return asyncio.run(_make_template(server, "template_migrated", _migrate))


@pytest.fixture(scope="session")
def shipped_template(server: str) -> str:
    """The name of a database in which the data that ships is live."""

    async def fill(connection: Connection) -> None:
        await _migrate(connection)
        await load_shipped(connection)

    return asyncio.run(_make_template(server, "template_shipped", fill))


@pytest.fixture
async def bare_database(server: str) -> AsyncIterator[str]:
    """The address of a new database with nothing in it, not even the schema."""
    async for dsn in copied(server, "template1"):
        yield dsn


@pytest.fixture
async def empty_database(server: str, migrated_template: str) -> AsyncIterator[str]:
    """The address of a new, migrated database."""
    async for dsn in copied(server, migrated_template):
        yield dsn


@pytest.fixture
async def shipped_database(server: str, shipped_template: str) -> AsyncIterator[str]:
    """The address of a new database in which the data that ships is live."""
    async for dsn in copied(server, shipped_template):
        yield dsn


@pytest.fixture
async def connection(empty_database: str) -> AsyncIterator[Connection]:
    """A connection to a new, migrated database."""
    async with connected(empty_database) as opened:
        yield opened


@pytest.fixture
async def shipped_connection(shipped_database: str) -> AsyncIterator[Connection]:
    """A connection to a new database in which the data that ships is live."""
    async with connected(shipped_database) as opened:
        yield opened


@pytest.fixture
def make_settings() -> Callable[..., Settings]:
    """Builds settings that the environment of the developer has no part in."""

    def make(**given: Any) -> Settings:
        return Settings(**{"log_format": "json", "poll_interval": 0.2, **given})

    return make


@pytest.fixture
def aiohttp_client(aiohttp_client: Callable[[TestServer], Awaitable[Client]]) -> AioHttpClient:
    """pytest-aiohttp's client of an application, which is run as production runs it."""
    return lambda app: aiohttp_client(Listening(app))


@pytest.fixture
async def client(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> Client:
    """A client of the service, as production builds it, on the data that ships."""
    return await aiohttp_client(build_app(make_settings(), shipped_database))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(server: str, shipped_template: str) -> AsyncIterator[Client]:
    """One service on the data that ships for all tests that only read: they run in the session's event loop."""
    async for dsn in copied(server, shipped_template):
        async with _client_of(dsn) as asking:
            yield asking


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service_with_cancellation(server: str, shipped_template: str) -> AsyncIterator[Client]:
    """The same with a surgery of Ladywood that is cancelled next week: the shipped data cancels none after 2030."""
    async for dsn in copied(server, shipped_template):
        async with connected(dsn) as connection:
            await publish_directory(connection, _with_cancelled_surgery)
        async with _client_of(dsn) as asking:
            yield asking


def _with_cancelled_surgery(directory: Directory) -> Directory:
    start = f"{(datetime.now(UTC) + timedelta(days=7)).date()} 10:00"
    surgery = make_surgery(start, id="ladywood-market", recurrence="FREQ=WEEKLY")
    cancelled = make_change(start, surgery_id=surgery.id, reason="The market is closed that day.")
    return replace(directory, surgeries=(*directory.surgeries, surgery), changes=(*directory.changes, cancelled))


@asynccontextmanager
async def _client_of(dsn: str) -> AsyncIterator[Client]:
    listening = Listening(build_app(Settings(log_format="json", poll_interval=5.0), dsn))
    await listening.start_server()
    async with TestClient(listening) as asking:
        yield asking


class Listening(TestServer):
    """A test server on the runner that production uses."""

    async def _make_runner(self, **kwargs: Any) -> BaseRunner:
        return ApplicationRunner(self.app, **kwargs)


def database_address(server: str, name: str) -> str:
    """The address of another database of the same server."""
    return server.replace("/finder?", f"/{name}?")


async def copied(server: str, template: str) -> AsyncIterator[str]:
    """The address of a new database like another, which is dropped in the end."""
    name = f"test_{next(_numbers)}"
    admin = await asyncpg.connect(server)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield database_address(server, name)
    finally:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()


async def _make_template(server: str, name: str, fill: Callable[[Connection], Awaitable[None]]) -> str:
    admin = await asyncpg.connect(server)
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    async with connected(database_address(server, name)) as connection:
        await fill(connection)
    return name


async def _migrate(connection: Connection) -> None:
    await migrate(connection, migrations(), lambda _: None)
