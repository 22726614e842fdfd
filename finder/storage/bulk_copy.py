"""COPY of rows into a table, which ends when the connection does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Iterable, Iterator, Sequence
from typing import Any, Final

import asyncpg

from finder.storage.server_choice import Connection

_FAREWELL: Final = 2.0  # seconds

Rows = Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]]


async def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """COPY rows, within the caller's transaction. Raises what the rows raise, and an error where the server is lost."""
    await while_connected(connection, connection.copy_records_to_table(table, columns=columns, records=rows))


async def one_ahead(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The pieces, each made in a thread while the one before it is sent: so neither we nor the server wait in turn."""
    making = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
    try:
        while (piece := await asyncio.shield(making)) is not None:
            making = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
            yield piece
    finally:
        await asyncio.wait({making})  # a thread cannot be cancelled, and what it works on is to be closed after it
        if not making.cancelled():
            making.exception()  # of which nobody is to hear any more


async def while_connected(connection: Connection, work: Awaitable[str]) -> None:
    """Await some work on a connection, or its loss.

    asyncpg does not notice the loss where it waits for leave to go on writing: that never comes, and it waits for ever.
    """
    lost = asyncio.Event()

    def tell(_: object) -> None:
        lost.set()

    connection.add_termination_listener(tell)
    working, losing = asyncio.ensure_future(work), asyncio.ensure_future(lost.wait())
    try:
        await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await asyncio.wait({working}, timeout=_FAREWELL)  # it may have noticed, and know more of the reason
        if not working.done():
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        await working
    finally:
        connection.remove_termination_listener(tell)
        losing.cancel()
        working.cancel()
        await asyncio.wait({working}, timeout=_FAREWELL)
