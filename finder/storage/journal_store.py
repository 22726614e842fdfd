"""The journal of who did what, when and with which file. The database allows only adding and reading entries."""

import asyncpg

from finder.domain.journal_chain import ChainedEntry
from finder.domain.release import Action, AuditEvent, JournalEntry, Part, Source
from finder.storage.connections import Connection
from finder.storage.sql_queries import query


async def insert(connection: Connection, event: AuditEvent) -> None:
    """Add an entry, in the same transaction as the event itself, so that neither is kept without the other."""
    source = event.source
    of_file = (source.part, source.name, source.sha256, source.size) if source else (None,) * 4
    await connection.execute(
        query("insert_journal_entry"),
        event.who,
        event.action,
        event.note,
        *of_file,
        event.errors,
        event.warnings,
        event.release,
        event.publication,
    )


async def set_claims(connection: Connection, claims: str) -> None:
    """Add these claims to every entry that this connection makes: names of its user that nothing proves."""
    await connection.execute("SELECT set_config('finder.claims', $1, false)", claims)


async def read_chain(connection: Connection) -> list[ChainedEntry]:
    """Every entry with all that its hash is made of, the oldest first."""
    return [ChainedEntry(*row) for row in await connection.fetch(query("read_chain"))]


async def read(connection: Connection, newest: int | None = None) -> list[JournalEntry]:
    """The `newest` newest entries, or all; the oldest of them first."""
    return [_entry(row) for row in await connection.fetch(query("read_journal"), newest)]


def _entry(row: asyncpg.Record) -> JournalEntry:
    source = None
    if row["file"] is not None:
        source = Source(Part(row["part"]), row["file"], row["sha256"], row["bytes"], row["who"], row["at"])
    event = AuditEvent(
        who=row["who"],
        action=Action(row["action"]),
        note=row["note"],
        source=source,
        errors=row["errors"],
        warnings=row["warnings"],
        release=row["release"],
        publication=row["publication"],
    )
    return JournalEntry(row["number"], row["at"], event, row["claims"], row["database_role"], row["hash"])
