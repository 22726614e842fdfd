"""Releases and publications: staged, chosen, listed, announced."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from typing import Final

import asyncpg

from finder.domain.release import Kind, Part, Publication, Release, Source
from finder.storage import calendar_sequences
from finder.storage.bulk_copy import copy_rows
from finder.storage.connections import Connection
from finder.storage.locks import OnWait, take_lock
from finder.storage.queries import query
from geodata.findings import Finding, Severity

CHANNEL: Final = "finder_publication"
"""Where a new publication is announced; the payload is its number."""

_LOCKS: Final = {Kind.DIRECTORY: 7_310_002, Kind.POSTCODES: 7_310_003, Kind.WARDS: 7_310_004}
_SOURCE_COLUMNS: Final = ("release", "part", "name", "sha256", "bytes", "loaded_by", "loaded_at")


@asynccontextmanager
async def exclusive(
    connection: Connection,
    kind: Kind = Kind.DIRECTORY,
    *,
    keep: bool = True,
    lock_owner: str = "",
    on_wait: OnWait = lambda _: None,
) -> AsyncIterator[None]:
    """One transaction in which nobody else stages the kind; the others wait. Rolled back unless it is to keep.

    Whoever stages a directory holds up who publishes, since both build on what is live. Postcodes and wards are staged
    beside that: loading those of the whole country must not hold up a cancelled surgery. `claim` says what is done and
    by whom, for those who are held up; `waiting` is told who holds us up. Raises BusyError as `take_turn` does.
    """
    transaction = connection.transaction(isolation="read_committed")  # what the one before us did must be seen
    await transaction.start()
    try:
        await take_lock(connection, _LOCKS[kind], lock_owner, on_wait)
        yield
    except BaseException:
        if not connection.is_closed():  # if it is, PostgreSQL rolls back, and what closed it is what must be told
            await transaction.rollback()
        raise
    await (transaction.commit() if keep else transaction.rollback())


async def insert_release(connection: Connection, kind: Kind) -> int:
    """Open a release, to be filled and finished in the same transaction, and give its number."""
    return int(await connection.fetchval(query("insert_release"), kind))


async def finish_release(
    connection: Connection, number: int, *, rows: int, findings: Sequence[Finding], sources: Iterable[Source]
) -> None:
    """Write what a release was read from and what its checks found."""
    rows_of_sources = [(number, s.part, s.name, s.sha256, s.size, s.loaded_by, s.loaded_at) for s in sources]
    await copy_rows(connection, "release_source", _SOURCE_COLUMNS, rows_of_sources)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    rows_of_report = [asdict(finding) for finding in findings]
    await connection.execute(query("insert_report"), number, rows, warnings, rows_of_report)


async def read_findings(connection: Connection, number: int) -> list[Finding]:
    """What the checks of a release found."""
    rows = await connection.fetchval(query("read_findings"), number)
    return [Finding(**{**row, "severity": Severity(row["severity"])}) for row in rows]


async def listen(connection: Connection, announced: Callable[[], None]) -> None:
    """Call `announced` whenever a publication is made, and when the connection ends.

    In silence does no more than the second where the server (a standby) refuses.
    """
    connection.add_termination_listener(lambda _: announced())
    with suppress(asyncpg.FeatureNotSupportedError, asyncpg.ReadOnlySQLTransactionError):
        await connection.add_listener(CHANNEL, lambda *_: announced())


async def list_releases(connection: Connection, numbers: list[int] | None = None) -> list[Release]:
    """The releases of these numbers, or all, oldest first."""
    sources: dict[int, list[Source]] = {}
    for row in await connection.fetch(query("list_sources"), numbers):
        release, part, *rest = row
        sources.setdefault(release, []).append(Source(Part(part), *rest))
    return [
        Release(
            number=row["number"],
            kind=Kind(row["kind"]),
            rows=row["row_count"],
            warnings=row["warnings"],
            staged_at=row["staged_at"],
            sources=tuple(sources.get(row["number"], ())),
            published_at=row["published_at"],
            pruned=row["pruned"],
        )
        for row in await connection.fetch(query("list_releases"), numbers)
    ]


async def count_rows(connection: Connection, release: int) -> int:
    """How many rows a release has, as against how many it was staged with."""
    return int(await connection.fetchval(query("count_rows"), release))


async def find_base(connection: Connection, kind: Kind) -> Release | None:
    """What a new release of a kind builds on and is compared with: the newest staged, else the live one."""
    return await find_newest_staged(connection, kind) or await find_live_release(connection, kind)


async def find_newest_staged(connection: Connection, kind: Kind) -> Release | None:
    """The newest release of a kind that was never published and is newer than the live one."""
    live = await find_live_release(connection, kind)
    staged = [
        release
        for release in await list_releases(connection)
        if release.kind is kind and release.published_at is None and (live is None or release.number > live.number)
    ]
    return staged[-1] if staged else None


async def find_live_release(connection: Connection, kind: Kind) -> Release | None:
    """The release of a kind that the live publication names."""
    live = await find_live(connection)
    return live.releases[kind] if live else None


async def find_live_number(connection: Connection) -> int | None:
    """The number of the live publication."""
    number: int | None = await connection.fetchval(query("find_live_number"))
    return number


async def find_live(connection: Connection) -> Publication | None:
    """The live publication with its releases."""
    number = await find_live_number(connection)
    if number is None:
        return None
    return await find(connection, number)


async def find_scheduled(connection: Connection) -> Publication | None:
    """The publication whose moment has not come yet and that was not withdrawn; there is at most one."""
    number: int | None = await connection.fetchval(query("find_scheduled_number"))
    return None if number is None else await find(connection, number)


async def get(connection: Connection, number: int) -> Publication:
    """A publication that is known to be there: publications are never deleted."""
    publication = await find(connection, number)
    if publication is None:
        raise AssertionError
    return publication


async def find(connection: Connection, number: int) -> Publication | None:
    """A publication by its number."""
    row = await connection.fetchrow(query("find_publication"), number)
    return None if row is None else await _joined(connection, row)


async def lags_behind(connection: Connection, number: int) -> bool:
    """Whether this is a standby that does not have a publication yet."""
    return bool(await connection.fetchval(query("lags_behind"), number))


async def list_publications(connection: Connection) -> list[Publication]:
    """Every publication, newest first."""
    rows = await connection.fetch(query("list_publications"))
    releases = {release.number: release for release in await list_releases(connection)}
    return [_join(row, releases) for row in rows]


async def insert(
    connection: Connection,
    releases: Mapping[Kind, Release],
    *,
    made_by: str,
    note: str,
    live_from: datetime | None = None,
) -> int:
    """Make a publication, live at a moment or as the transaction commits, announce it, and give its number."""
    numbers = [releases[kind].number for kind in (Kind.POSTCODES, Kind.WARDS, Kind.DIRECTORY)]
    number = int(await connection.fetchval(query("insert_publication"), made_by, note, *numbers, live_from))
    await calendar_sequences.raise_sequences(connection, number, releases[Kind.DIRECTORY].number)
    await _announce(connection, number)
    return number


async def withdraw(connection: Connection, number: int, *, withdrawn_by: str) -> None:
    """Mark a publication whose moment has not come as one that never goes live, and announce that."""
    await connection.execute(query("insert_withdrawal"), number, withdrawn_by)
    await _announce(connection, number)


async def prune(connection: Connection, release: int, *, pruned_by: str) -> None:
    """Remove the rows of a release, and remember that they were removed."""
    await connection.execute(query("delete_rows"), release)
    await connection.execute(query("insert_pruning"), release, pruned_by)


async def give_room_back(connection: Connection) -> None:
    """Give back what postcodes pruned some time ago still take, within the caller's transaction; waits for nobody."""
    await connection.execute(query("give_room_back"))


async def _announce(connection: Connection, number: int) -> None:
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(number))


async def _joined(connection: Connection, row: asyncpg.Record) -> Publication:
    named = await list_releases(connection, [row[kind] for kind in Kind])
    return _join(row, {release.number: release for release in named})


def _join(row: asyncpg.Record, releases: Mapping[int, Release]) -> Publication:
    return Publication(
        number=row["number"],
        live_from=row["live_from"],
        made_by=row["made_by"],
        note=row["note"],
        releases={kind: releases[row[kind]] for kind in Kind},
        withdrawn=row["withdrawn"],
    )
