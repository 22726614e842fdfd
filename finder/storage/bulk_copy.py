"""Copies rows into a table with COPY, and fails instead of hanging if the connection is lost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Iterable, Iterator, Sequence
from typing import Any, Final

import asyncpg

from finder.storage.server_choice import Connection

_GRACE_SECONDS: Final = 2.0

Rows = Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]]


async def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """COPY rows, in the caller's transaction. Raises what the rows raise, and an error if the connection is lost."""
    await while_connected(connection, connection.copy_records_to_table(table, columns=columns, records=rows))


async def one_ahead(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The pieces, each of which is made in a thread while the previous one is sent."""
    making = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
    try:
        while (piece := await asyncio.shield(making)) is not None:
            making = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
            yield piece
    finally:
        await asyncio.wait({making})  # a thread cannot be cancelled, and `pieces` must not be closed before it ends
        if not making.cancelled():
            making.exception()  # retrieved, so that asyncio does not log it


async def while_connected(connection: Connection, work: Awaitable[str]) -> None:
    """Await some work on a connection; raises an error if the connection is lost meanwhile.

    asyncpg does not notice the loss while its write buffer is full: it would wait for ever.
    """
    lost = asyncio.Event()

    def on_loss(_: object) -> None:
        lost.set()

    connection.add_termination_listener(on_loss)
    working, losing = asyncio.ensure_future(work), asyncio.ensure_future(lost.wait())
    try:
        await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await asyncio.wait({working}, timeout=_GRACE_SECONDS)  # it may raise a clearer error itself
        if not working.done():
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        await working
    finally:
        connection.remove_termination_listener(on_loss)
        losing.cancel()
        working.cancel()
        await asyncio.wait({working}, timeout=_GRACE_SECONDS)
