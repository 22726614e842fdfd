"""LISTEN and NOTIFY: how other processes learn at once that a publication was made or withdrawn."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import asyncpg

from finder.storage.connections import Connection

CHANNEL: Final = "finder_publication"
"""The payload is the publication's number."""


async def announce(connection: Connection, publication: int) -> None:
    """Notify listeners as the transaction commits."""
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(publication))


async def listen(connection: Connection, on_announcement: Callable[[], None]) -> None:
    """Call `on_announcement` whenever a publication is announced, and when the connection ends.

    A hot standby refuses LISTEN: there it is called only when the connection ends.
    """
    connection.add_termination_listener(lambda _: on_announcement())
    with suppress(asyncpg.FeatureNotSupportedError, asyncpg.ReadOnlySQLTransactionError):
        await connection.add_listener(CHANNEL, lambda *_: on_announcement())
