"""The roles of the database: one owns the tables, one loads and publishes, one reads. Each gets what it needs."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import asyncpg

from finder.storage.connections import Connection
from finder.storage.locks import OnWait, run_when_unlocked
from finder.storage.sql_queries import query

OWNER: Final = "finder_owner"
LOADER: Final = "finder_loader"
READER: Final = "finder_reader"

_READ: Final = (
    *("schema_migration", "release", "release_report", "release_source", "release_pruning"),
    *("publication", "publication_withdrawal", "publication_return", "calendar_sequence"),
    *("postcode", "ward", "team", "coverage", "officer", "priority", "surgery", "surgery_change"),
    *("ground", "ground_piece"),
)
"""What the service reads. The journal is not among it: it names staff."""

_JOURNAL: Final = "journal"
_INSERTED: Final = (*(table for table in _READ if table != "schema_migration"), _JOURNAL)
_DELETED: Final = ("postcode", "ward", "team", "ground")
"""Tables from which rows of old releases are removed. What refers to these rows goes with them."""

TABLES: Final = (*_READ, _JOURNAL)

_LIST_ROLES: Final = "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles"
_FUNCTIONS_OF_LOADERS: Final = (
    *("take_release_number()", "give_release_number_back(integer)"),
    *("open_postcodes(integer)", "close_postcodes(integer)", "give_room_back()"),
)


async def set_up_roles(connection: Connection, on_wait: OnWait = lambda _: None) -> list[str]:
    """Create the roles and grant them their rights, as far as the user may; returns the roles that are still missing.

    A superuser also hands its tables over to `finder_owner`, because functions with their owner's rights must not have
    those of a superuser. Any other user who migrates owns the tables itself. A second run changes nothing.
    """
    missing = await _create_roles(connection)
    await run_when_unlocked(connection, partial(_grant, connection, missing), on_wait)
    return missing


async def _create_roles(connection: Connection) -> list[str]:
    roles = {row["rolname"]: row for row in await connection.fetch(_LIST_ROLES)}
    user = roles[await connection.fetchval("SELECT current_user")]
    wanted = [OWNER, LOADER, READER] if user["rolsuper"] else [LOADER, READER]
    missing = [role for role in wanted if role not in roles]
    if not (user["rolsuper"] or user["rolcreaterole"]):
        return missing
    for role in missing:
        # Roles belong to the whole server, and another database of it may be migrated at the same moment.
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            await connection.execute(f"CREATE ROLE {role} NOLOGIN")
    return []


async def _grant(connection: Connection, missing: list[str]) -> None:
    schema = await connection.fetchval("SELECT quote_ident(current_schema())")
    for statement in await connection.fetch(query("list_ownership_changes"), OWNER, list(TABLES)):
        await connection.execute(statement["sql"])
    for role, rights in _RIGHTS.items():
        if role not in missing:
            await connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
            for right, objects in rights.items():
                await connection.execute(f"GRANT {right} {', '.join(objects)} TO {role}")


_RIGHTS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    READER: {"SELECT ON": _READ},
    LOADER: {
        "SELECT ON": TABLES,
        "INSERT ON": _INSERTED,
        "DELETE ON": _DELETED,
        "EXECUTE ON FUNCTION": _FUNCTIONS_OF_LOADERS,
    },
}
"""What each role may do, as GRANT has it."""
