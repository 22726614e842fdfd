"""Brings the schema up to date: numbered SQL files, one transaction each, one migrator at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Final

from finder.errors import SchemaError
from finder.storage.connections import Connection
from finder.storage.locks import OnWait, hold_lock, run_when_unlocked

# Any number that nothing else in the database locks with; PostgreSQL keys advisory locks by it.
_LOCK: Final = 7_310_001
_CREATE_HISTORY: Final = """
CREATE TABLE IF NOT EXISTS schema_migration (
    number     integer     PRIMARY KEY,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: `0002_postcodes_and_wards.sql`."""

    number: int
    name: str
    sql: str


def migrations() -> list[Migration]:
    """Every step of this version, in order."""
    folder = files(__package__).joinpath("migrations")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return [Migration(int(name[:4]), name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


async def migrate(
    connection: Connection,
    steps: list[Migration],
    applied: Callable[[Migration], None],
    lock_owner: str = "migrate",
    on_wait: OnWait = lambda _: None,
) -> int:
    """Apply the missing steps; returns how many there were.

    Waits for another migration, and for programs that use a table that a step changes. Raises SchemaError if the
    database is newer than this code, and BusyError after waiting for a minute.
    """
    async with hold_lock(connection, _LOCK, lock_owner, on_wait):
        await connection.execute(_CREATE_HISTORY)
        done = await _version(connection)
        _refuse_newer(done, steps)
        missing = [step for step in steps if step.number > done]
        for step in missing:
            await run_when_unlocked(connection, partial(_apply, connection, step), on_wait)
            applied(step)
        return len(missing)


async def _apply(connection: Connection, step: Migration) -> None:
    await connection.execute(step.sql)
    await connection.execute("INSERT INTO schema_migration (number, name) VALUES ($1, $2)", step.number, step.name)


async def require_current_schema(connection: Connection) -> None:
    """Raise SchemaError, with what to do, unless the schema is the one that this code needs."""
    if await connection.fetchval("SELECT to_regclass('schema_migration')") is None:
        message = "The database is empty. Run `finder migrate`, then load and publish."
        raise SchemaError(message)
    steps = migrations()
    done = await _version(connection)
    _refuse_newer(done, steps)
    if done < steps[-1].number:
        message = f"The database is at schema {done}, this version needs {steps[-1].number}. Run `finder migrate`."
        raise SchemaError(message)


async def _version(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT coalesce(max(number), 0) FROM schema_migration"))


def _refuse_newer(done: int, steps: list[Migration]) -> None:
    if done > steps[-1].number:
        message = (
            f"The database is at schema {done}, newer than the {steps[-1].number} this version knows. "
            "Upgrade this installation of finder to the version that migrated it."
        )
        raise SchemaError(message)
