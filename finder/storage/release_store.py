"""Releases: inserted with their sources and findings, listed, found, pruned."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

from finder.domain.release import Kind, Part, Release, Source
from finder.storage.bulk_copy import copy_rows
from finder.storage.connections import Connection
from finder.storage.sql_queries import query
from geodata.check_report import Finding, Severity

_SOURCE_COLUMNS: Final = ("release", "part", "name", "sha256", "bytes", "loaded_by", "loaded_at")


async def insert(connection: Connection, kind: Kind, base: int | None = None) -> int:
    """Insert a release, to be filled and finished in the same transaction; returns its number.

    `base` is the number of the release that it builds on.
    """
    return int(await connection.fetchval(query("insert_release"), kind, base))


async def give_number_back(connection: Connection, number: int) -> None:
    """Let the next release have the number of one whose transaction was rolled back, if it is still the last."""
    await connection.execute(query("give_release_number_back"), number)


async def finish(
    connection: Connection, number: int, *, rows: int, findings: Sequence[Finding], sources: Iterable[Source]
) -> None:
    """Insert the files that a release was read from and what its checks found."""
    rows_of_sources = [(number, s.part, s.name, s.sha256, s.size, s.loaded_by, s.loaded_at) for s in sources]
    await copy_rows(connection, "release_source", _SOURCE_COLUMNS, rows_of_sources)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    rows_of_report = [asdict(finding) for finding in findings]
    await connection.execute(query("insert_report"), number, rows, warnings, rows_of_report)


async def read_findings(connection: Connection, number: int) -> list[Finding]:
    """What the checks of a release found."""
    rows = await connection.fetchval(query("read_findings"), number)
    return [Finding(**{**row, "severity": Severity(row["severity"])}) for row in rows]


async def list_releases(connection: Connection, numbers: Sequence[int] | None = None) -> list[Release]:
    """The releases of these numbers, or all of them; the oldest first."""
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
            discarded=row["discarded"],
            base=row["base"],
        )
        for row in await connection.fetch(query("list_releases"), numbers)
    ]


async def count_rows(connection: Connection, number: int) -> int:
    """How many rows are stored for a release; it may have been staged with more."""
    return int(await connection.fetchval(query("count_rows"), number))


async def find_newest(connection: Connection, kind: Kind) -> Release | None:
    """The newest staged release of a kind, or the live one if none is staged."""
    return await find_newest_staged(connection, kind) or await find_live(connection, kind)


async def find_newest_staged(connection: Connection, kind: Kind) -> Release | None:
    """The newest release of a kind that was never published and is newer than the live one."""
    live = await find_live(connection, kind)
    staged = [
        release
        for release in await list_releases(connection)
        if release.kind is kind
        and release.published_at is None
        and not release.pruned
        and (live is None or release.number > live.number)
    ]
    return staged[-1] if staged else None


async def find_live(connection: Connection, kind: Kind) -> Release | None:
    """The release of a kind that the live publication names."""
    publication: int | None = await connection.fetchval(query("find_live_number"))
    if publication is None:
        return None
    row = await connection.fetchrow(query("find_publication"), publication)
    (release,) = await list_releases(connection, [row[kind]]) if row else [None]
    return release


async def prune(connection: Connection, number: int, *, pruned_by: str, discarded: bool = False) -> None:
    """Delete the rows of a release and record who did so, and whether it was discarded while it was staged."""
    await connection.execute(query("delete_rows"), number)
    await connection.execute(query("insert_pruning"), number, pruned_by, discarded)


async def reclaim_space(connection: Connection) -> None:
    """Truncate the tables of postcodes pruned some time ago, in the caller's transaction; skips tables in use."""
    await connection.execute(query("reclaim_space"))
