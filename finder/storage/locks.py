"""Commands that change the record take turns: who waits is told for whom, and is refused in words if it takes long."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import asyncpg

from finder.domain.surgery import LONDON
from finder.errors import BusyError
from finder.storage.connections import Connection
from finder.storage.queries import query

LONGEST_WAIT: Final = 60.0
"""Seconds after which a command that is held up by another is refused."""

_PATIENCE: Final = 1.0  # seconds before anything is said about waiting
_OURS: Final = "finder: "
_LONGEST_NAME: Final = 63  # bytes of application_name, as PostgreSQL is built

OnWait = Callable[[str], None]
"""Is told in a sentence who holds a command up."""


async def take_lock(connection: Connection, lock: int, lock_owner: str, on_wait: OnWait) -> None:
    """Take a lock for the rest of the transaction, under the name of what is being done and by whom.

    `waiting` is called once where another has held it up for a second. Raises BusyError after a minute.
    """
    await _wait(partial(_locked_within, connection, lock, "pg_advisory_xact_lock"), _holder(connection, lock), on_wait)
    await connection.execute("SELECT set_config('application_name', $1, true)", _name(lock_owner))


@asynccontextmanager
async def hold_lock(connection: Connection, lock: int, lock_owner: str, on_wait: OnWait) -> AsyncIterator[None]:
    """The same for a block of several transactions."""
    await _wait(partial(_locked_within, connection, lock, "pg_advisory_lock"), _holder(connection, lock), on_wait)
    try:
        await connection.execute("SELECT set_config('application_name', $1, false)", _name(lock_owner))
        yield
    finally:
        await connection.execute("RESET application_name")
        await connection.execute("SELECT pg_advisory_unlock($1)", lock)


async def run_when_unlocked(connection: Connection, work: Callable[[], Awaitable[object]], on_wait: OnWait) -> None:
    """Do some work in one transaction as soon as the tables that it changes are free.

    Waits as for a turn. Work that did not get its tables within a second is rolled back and done again.
    """
    await _wait(partial(_done_within, connection, work), _user(connection), on_wait)


async def _wait(
    attempt: Callable[[float], Awaitable[bool]], who: Callable[[], Awaitable[str]], on_wait: OnWait
) -> None:
    """Make an attempt of a second and one of a minute; between the two say who holds us up. Raises BusyError."""
    if not await attempt(_PATIENCE):
        on_wait(f"{await who()}; waiting for it to end, {LONGEST_WAIT:.0f} seconds at most.")
        if not await attempt(LONGEST_WAIT):
            message = f"{await who()}. Nothing was changed. Try again when it has ended."
            raise BusyError(message)


def _name(lock_owner: str) -> str:
    return (_OURS + lock_owner).encode()[:_LONGEST_NAME].decode(errors="ignore")


async def _locked_within(connection: Connection, lock: int, function: str, seconds: float) -> bool:
    """Whether the lock could be had in that time."""

    async def take() -> None:
        await connection.execute(f"SELECT {function}($1)", lock)
        await connection.execute("SELECT set_config('lock_timeout', '0', true)")

    return await _done_within(connection, take, seconds)


async def _done_within(connection: Connection, work: Callable[[], Awaitable[object]], seconds: float) -> bool:
    """Whether the work, in a transaction, had each of its locks in that time."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('lock_timeout', $1, true)", f"{seconds * 1000:.0f}")
            await work()
    except asyncpg.LockNotAvailableError:
        return False
    return True


def _holder(connection: Connection, lock: int) -> Callable[[], Awaitable[str]]:
    """Tells who holds the lock, in words, as far as it is known."""

    async def tell() -> str:
        row = await connection.fetchrow(query("find_lock_holder"), lock)
        return _ours(row) or "Another load or publication is under way"

    return tell


def _user(connection: Connection) -> Callable[[], Awaitable[str]]:
    """Tells who uses the database, in words: a command of ours, or else whoever has done so for longest."""

    async def tell() -> str:
        row = await connection.fetchrow(query("find_user"))
        other = f" ({row['name']})" if row and row["name"] else ""
        return _ours(row) or f"Another program{other} uses the database"

    return tell


def _ours(row: asyncpg.Record | None) -> str:
    """Which command of ours it is, and since when; empty for others."""
    name = (row["name"] or "") if row else ""
    if row is None or not name.startswith(_OURS):
        return ""
    return f"Another command is under way since {row['since'].astimezone(LONDON):%H:%M:%S}: {name.removeprefix(_OURS)}"
