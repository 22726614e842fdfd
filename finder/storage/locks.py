"""Locks of commands that change the database: how long to wait for one, and how to describe the lock owner."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import asyncpg

from finder.domain.surgery import LONDON
from finder.errors import BusyError
from finder.storage.connections import Connection
from finder.storage.sql_queries import query

LONGEST_WAIT: Final = 60.0
"""Seconds after which a command that waits for another is refused."""

_QUIET_WAIT: Final = 1.0  # seconds before `on_wait` is called
_OURS: Final = "finder: "
_LONGEST_NAME: Final = 63  # bytes of application_name, as PostgreSQL is built

OnWait = Callable[[str], None]
"""Called with a sentence that says which command or program this one waits for."""


async def take_lock(connection: Connection, lock: int, lock_owner: str, on_wait: OnWait) -> None:
    """Take a lock for the rest of the transaction; `lock_owner` says what is being done and by whom.

    `on_wait` is called once if the lock is not free within a second. Raises BusyError after a minute.
    """
    await _wait(
        partial(_locked_within, connection, lock, "pg_advisory_xact_lock"), _lock_owner(connection, lock), on_wait
    )
    await connection.execute("SELECT set_config('application_name', $1, true)", _application_name(lock_owner))


@asynccontextmanager
async def hold_lock(connection: Connection, lock: int, lock_owner: str, on_wait: OnWait) -> AsyncIterator[None]:
    """Hold a lock for a block of several transactions; otherwise like `take_lock`."""
    attempt = partial(_locked_within, connection, lock, "pg_advisory_lock")
    await _wait(attempt, _lock_owner(connection, lock), on_wait)
    try:
        await connection.execute("SELECT set_config('application_name', $1, false)", _application_name(lock_owner))
        yield
    finally:
        await connection.execute("RESET application_name")
        await connection.execute("SELECT pg_advisory_unlock($1)", lock)


async def run_when_unlocked(connection: Connection, work: Callable[[], Awaitable[object]], on_wait: OnWait) -> None:
    """Do some work in one transaction as soon as the tables that it changes are free.

    Waits like `take_lock`. Work that did not get its tables within a second is rolled back and done again.
    """
    await _wait(partial(_done_within, connection, work), _user(connection), on_wait)


async def _wait(
    attempt: Callable[[float], Awaitable[bool]], describe: Callable[[], Awaitable[str]], on_wait: OnWait
) -> None:
    """Make an attempt of a second and one of a minute, and call `on_wait` between the two. Raises BusyError."""
    if not await attempt(_QUIET_WAIT):
        on_wait(f"{await describe()}; waiting for it to end, {LONGEST_WAIT:.0f} seconds at most.")
        if not await attempt(LONGEST_WAIT):
            message = f"{await describe()}. Nothing was changed. Try again when it has ended."
            raise BusyError(message)


def _application_name(lock_owner: str) -> str:
    return (_OURS + lock_owner).encode()[:_LONGEST_NAME].decode(errors="ignore")


async def _locked_within(connection: Connection, lock: int, function: str, seconds: float) -> bool:
    """Whether the lock was taken in that time."""

    async def take() -> None:
        await connection.execute(f"SELECT {function}($1)", lock)
        await connection.execute("SELECT set_config('lock_timeout', '0', true)")

    return await _done_within(connection, take, seconds)


async def _done_within(connection: Connection, work: Callable[[], Awaitable[object]], seconds: float) -> bool:
    """Whether the work, in a transaction, got each of its locks in that time."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('lock_timeout', $1, true)", f"{seconds * 1000:.0f}")
            await work()
    except asyncpg.LockNotAvailableError:
        return False
    return True


def _lock_owner(connection: Connection, lock: int) -> Callable[[], Awaitable[str]]:
    """A function that describes the command that has the lock, as far as it is known."""

    async def describe() -> str:
        row = await connection.fetchrow(query("find_lock_holder"), lock)
        return _ours(row) or "Another load or publication is under way"

    return describe


def _user(connection: Connection) -> Callable[[], Awaitable[str]]:
    """A function that describes who uses the database: a command of ours, or else the oldest transaction."""

    async def describe() -> str:
        row = await connection.fetchrow(query("find_other_transaction"))
        other = f" ({row['name']})" if row and row["name"] else ""
        return _ours(row) or f"Another program{other} uses the database"

    return describe


def _ours(row: asyncpg.Record | None) -> str:
    """Which command of ours a row is about, and since when it runs; empty for other programs."""
    name = (row["name"] or "") if row else ""
    if row is None or not name.startswith(_OURS):
        return ""
    # PostgreSQL shows the name to everybody, and the time only to the same role.
    since = f" since {row['since'].astimezone(LONDON):%H:%M:%S}" if row["since"] else ""
    return f"Another command is under way{since}: {name.removeprefix(_OURS)}"
