"""Stages a directory that was made from other releases and not read from files."""

from collections.abc import Iterable, Sequence

from finder.domain.directory import Directory
from finder.domain.release import Kind, Release, Source
from finder.storage import directory_store, release_store
from finder.storage.connections import Connection
from geodata.check_report import Finding


async def stage_directory(
    connection: Connection,
    directory: Directory,
    findings: Sequence[Finding],
    sources: Iterable[Source],
    base: int | None = None,
) -> Release:
    """Stage a directory in the caller's transaction, with the findings of checks and the files of its parts.

    `base` is the number of the release that it builds on.
    """
    number = await release_store.insert(connection, Kind.DIRECTORY, base)
    await directory_store.insert(connection, number, directory)
    await release_store.finish(connection, number, rows=directory.rows, findings=findings, sources=sources)
    (release,) = await release_store.list_releases(connection, [number])
    return release
