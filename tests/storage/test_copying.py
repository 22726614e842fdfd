"""COPY of rows ends, whatever becomes of the server."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import asyncpg
import pytest

from finder.embedded import EmbeddedPostgres
from finder.errors import DatabaseUnavailableError
from finder.storage.connect import connected
from finder.storage.copying import copy_rows


@pytest.fixture
def own_server() -> Iterator[str]:
    """The address of a PostgreSQL that may be harmed."""
    with (
        tempfile.TemporaryDirectory(prefix="fc-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as running,
    ):
        yield running.dsn


async def test_a_server_lost_while_it_takes_no_more_ends_the_copy(own_server: str) -> None:
    def rows(backend: int) -> Iterator[tuple[str]]:
        for number in range(100_000):
            if number == 1_000:
                os.kill(backend, signal.SIGSTOP)  # so that what is written to it piles up, and writing is halted
                asyncio.get_running_loop().call_later(0.5, os.kill, backend, signal.SIGKILL)
            yield ("long " * 1000,)

    async def copy() -> None:
        async with connected(own_server) as connection:
            await connection.execute("CREATE TEMP TABLE taken (line text)")
            await copy_rows(connection, "taken", ["line"], rows(connection.get_server_pid()))

    with pytest.raises(DatabaseUnavailableError, match="closed in the middle of operation"):
        await asyncio.wait_for(copy(), 20)


async def test_a_refused_row_is_told_as_it_is(empty_database: str) -> None:
    async with connected(empty_database) as connection:
        await connection.execute("CREATE TEMP TABLE taken (line text NOT NULL)")

        with pytest.raises(asyncpg.NotNullViolationError):
            await copy_rows(connection, "taken", ["line"], repeat((None,), 100_000))

        assert await connection.fetchval("SELECT count(*) FROM taken") == 0


async def test_an_error_in_the_rows_passes_through(empty_database: str) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("one",)
        raise LookupError("no more")

    async with connected(empty_database) as connection:
        await connection.execute("CREATE TEMP TABLE taken (line text)")

        with pytest.raises(LookupError, match="no more"):
            await copy_rows(connection, "taken", ["line"], rows())

        assert await connection.fetchval("SELECT count(*) FROM taken") == 0
