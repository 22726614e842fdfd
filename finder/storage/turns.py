"""Commands that change the record take turns: who waits is told for whom, and is refused in words if it takes long."""

from collections.abc import Callable
from typing import Final

import asyncpg

from finder.domain.surgery import LONDON
from finder.errors import BusyError
from finder.storage.connect import Connection
from finder.storage.queries import query

LONGEST_WAIT: Final = 60.0
"""Seconds after which a command that is held up by another is refused."""

_PATIENCE: Final = 1.0  # seconds before anything is said about waiting
_OURS: Final = "finder: "
_LONGEST_NAME: Final = 63  # bytes of application_name, as PostgreSQL is built

Waiting = Callable[[str], None]
"""Is told in a sentence who holds a command up."""


async def take_turn(connection: Connection, lock: int, claim: str, waiting: Waiting) -> None:
    """Take a lock for the rest of the transaction, under the name of what is being done and by whom.

    `waiting` is called once where another has held it up for a second. Raises BusyError after a minute.
    """
    if not await _locked_within(connection, lock, _PATIENCE):
        waiting(f"{await _holder(connection, lock)}; waiting for it to end, {LONGEST_WAIT:.0f} seconds at most.")
        if not await _locked_within(connection, lock, LONGEST_WAIT):
            message = f"{await _holder(connection, lock)}. Nothing was changed. Try again when it has ended."
            raise BusyError(message)
    name = (_OURS + claim).encode()[:_LONGEST_NAME].decode(errors="ignore")
    await connection.execute("SELECT set_config('application_name', $1, true)", name)


async def _locked_within(connection: Connection, lock: int, seconds: float) -> bool:
    """Whether the lock could be had in that time."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('lock_timeout', $1, true)", f"{seconds * 1000:.0f}")
            await connection.execute("SELECT pg_advisory_xact_lock($1)", lock)
            await connection.execute("SELECT set_config('lock_timeout', '0', true)")
    except asyncpg.LockNotAvailableError:
        return False
    return True


async def _holder(connection: Connection, lock: int) -> str:
    """Who holds the lock, in words, as far as it is known."""
    row = await connection.fetchrow(query("find_lock_holder"), lock)
    name = (row["name"] or "") if row else ""
    if row is None or not name.startswith(_OURS):
        return "Another load or publication is under way"
    return f"Another command is under way since {row['since'].astimezone(LONDON):%H:%M:%S}: {name.removeprefix(_OURS)}"
