"""COPY of rows ends even if the server is lost, and rows are made one piece ahead."""

import asyncio
import os
import queue
import signal
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import aclosing
from itertools import repeat
from pathlib import Path

import asyncpg
import pytest

from finder.embedded import EmbeddedPostgres
from finder.errors import DatabaseUnavailableError
from finder.storage.bulk_copy import copy_rows, one_ahead
from finder.storage.connections import connected


@pytest.fixture
def own_server() -> Iterator[str]:
    """The address of a PostgreSQL that a test may kill."""
    with (
        tempfile.TemporaryDirectory(prefix="fc-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as running,
    ):
        yield running.dsn


async def test_a_server_that_is_lost_while_it_does_not_read_ends_the_copy(own_server: str) -> None:
    def rows(backend: int) -> Iterator[tuple[str]]:
        for number in range(100_000):
            if number == 1_000:
                os.kill(backend, signal.SIGSTOP)  # so that the write buffer fills and writing stops
                asyncio.get_running_loop().call_later(0.5, os.kill, backend, signal.SIGKILL)
            yield ("long " * 1000,)

    async def copy() -> None:
        async with connected(own_server) as connection:
            await connection.execute("CREATE TEMP TABLE taken (line text)")
            await copy_rows(connection, "taken", ["line"], rows(connection.get_server_pid()))

    with pytest.raises(DatabaseUnavailableError, match="closed in the middle of operation"):
        await asyncio.wait_for(copy(), 20)


async def test_the_error_of_a_refused_row_is_raised(empty_database: str) -> None:
    async with connected(empty_database) as connection:
        await connection.execute("CREATE TEMP TABLE taken (line text NOT NULL)")

        with pytest.raises(asyncpg.NotNullViolationError):
            await copy_rows(connection, "taken", ["line"], repeat((None,), 100_000))

        assert await connection.fetchval("SELECT count(*) FROM taken") == 0


async def test_an_error_in_the_rows_passes_through(empty_database: str) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("one",)
        raise LookupError("the last one")

    async with connected(empty_database) as connection:
        await connection.execute("CREATE TEMP TABLE taken (line text)")

        with pytest.raises(LookupError, match="the last one"):
            await copy_rows(connection, "taken", ["line"], rows())

        assert await connection.fetchval("SELECT count(*) FROM taken") == 0


async def test_pieces_are_made_one_ahead_and_in_order() -> None:
    made: queue.Queue[int] = queue.Queue()

    def pieces() -> Iterator[bytes]:
        for number in range(5):
            made.put(number)
            yield bytes([number])

    taken: list[bytes] = []
    async with aclosing(one_ahead(pieces())) as source:
        async for piece in source:
            taken.append(piece)
            if len(taken) < 5:
                await asyncio.sleep(0.05)
                assert made.qsize() == len(taken) + 1  # only the next piece is made while this one is sent

    assert b"".join(taken) == bytes(range(5))


async def test_closing_waits_for_the_piece_that_is_being_made() -> None:
    going_on, closed = threading.Event(), threading.Event()

    def pieces() -> Generator[bytes, None, None]:
        try:
            yield b"first"
            going_on.wait(10)
            yield b"second"
        finally:
            closed.set()

    made = pieces()
    async with aclosing(one_ahead(made)) as source:
        assert await anext(source) == b"first"
        asyncio.get_running_loop().call_later(0.05, going_on.set)

    made.close()  # which fails while a thread works on it
    assert closed.is_set()


async def test_an_error_in_a_piece_passes_through() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first"
        raise LookupError("the last one")

    with pytest.raises(LookupError, match="the last one"):
        async with aclosing(one_ahead(pieces())) as source:
            assert [piece async for piece in source] == []
