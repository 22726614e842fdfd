"""Calendar sequences: raised with each publication for the occurrences that it changes."""

from datetime import UTC, datetime

from finder.domain.changed_occurrences import changed_occurrences
from finder.storage import directory_store
from finder.storage.connections import Connection
from finder.storage.sql_queries import query


async def raise_sequences(connection: Connection, publication: int, directory: int) -> None:
    """Raise the sequence of each occurrence that a publication changes, in the transaction that inserts it."""
    before = await connection.fetchval(query("find_directory_before"), publication)
    if before is None or before == directory:
        return
    old, new = await directory_store.read(connection, before), await directory_store.read(connection, directory)
    if changed := changed_occurrences(old, new, datetime.now(UTC)):
        await connection.execute(query("raise_calendar_sequences"), changed, publication)


async def read_sequences(connection: Connection, publication: int) -> dict[str, int]:
    """The sequences in a publication, by the id of the occurrence, of all occurrences that ever changed."""
    rows = await connection.fetch(query("read_calendar_sequences"), publication)
    return {row["occurrence"]: row["sequence"] for row in rows}
