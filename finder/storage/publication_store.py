"""Publications: inserted, announced, withdrawn, found."""

from collections.abc import Mapping
from datetime import datetime

import asyncpg

from finder.domain.release import Kind, Publication, Release
from finder.storage import calendar_sequence_store, release_store
from finder.storage.announcements import announce
from finder.storage.connections import Connection
from finder.storage.sql_queries import query


async def find_live_number(connection: Connection) -> int | None:
    """The number of the live publication."""
    number: int | None = await connection.fetchval(query("find_live_number"))
    return number


async def find_live(connection: Connection) -> Publication | None:
    """The live publication with its releases."""
    number = await find_live_number(connection)
    return None if number is None else await find(connection, number)


async def find_scheduled(connection: Connection) -> Publication | None:
    """The publication whose `live_from` is in the future and that was not withdrawn; there is at most one."""
    number: int | None = await connection.fetchval(query("find_scheduled_number"))
    return None if number is None else await find(connection, number)


async def get(connection: Connection, number: int) -> Publication:
    """A publication that exists: none is ever deleted."""
    publication = await find(connection, number)
    if publication is None:
        raise AssertionError
    return publication


async def find(connection: Connection, number: int) -> Publication | None:
    """A publication by its number."""
    row = await connection.fetchrow(query("find_publication"), number)
    if row is None:
        return None
    releases = await release_store.list_releases(connection, [row[kind] for kind in Kind])
    return _publication(row, {release.number: release for release in releases})


async def is_standby_behind(connection: Connection, number: int) -> bool:
    """Whether the server is a standby that has not received a publication yet."""
    return bool(await connection.fetchval(query("is_standby_behind"), number))


async def list_publications(connection: Connection) -> list[Publication]:
    """Every publication, newest first."""
    rows = await connection.fetch(query("list_publications"))
    releases = {release.number: release for release in await release_store.list_releases(connection)}
    return [_publication(row, releases) for row in rows]


async def insert(
    connection: Connection,
    releases: Mapping[Kind, Release],
    *,
    made_by: str,
    note: str,
    live_from: datetime | None = None,
) -> int:
    """Insert and announce a publication; returns its number. Without `live_from` it is live as the transaction commits.

    Also raises the calendar sequences of the occurrences that it changes.
    """
    numbers = [releases[kind].number for kind in (Kind.POSTCODES, Kind.WARDS, Kind.DIRECTORY)]
    number = int(await connection.fetchval(query("insert_publication"), made_by, note, *numbers, live_from))
    await calendar_sequence_store.raise_sequences(connection, number, releases[Kind.DIRECTORY].number)
    await announce(connection, number)
    return number


async def withdraw(connection: Connection, number: int, *, withdrawn_by: str) -> None:
    """Mark a scheduled publication as withdrawn, and announce that."""
    await connection.execute(query("insert_withdrawal"), number, withdrawn_by)
    await announce(connection, number)


def _publication(row: asyncpg.Record, releases: Mapping[int, Release]) -> Publication:
    return Publication(
        number=row["number"],
        live_from=row["live_from"],
        made_by=row["made_by"],
        note=row["note"],
        releases={kind: releases[row[kind]] for kind in Kind},
        withdrawn=row["withdrawn"],
    )
