"""A whole directory, made of others, becomes a staged release of its own."""

from collections.abc import Iterable, Sequence

from finder.domain.directory import Directory
from finder.domain.release import Kind, Release, Source
from finder.storage import directory as directories
from finder.storage import publications
from finder.storage.connect import Connection
from geodata.report import Finding


async def stage_directory(
    connection: Connection, directory: Directory, findings: Sequence[Finding], sources: Iterable[Source]
) -> Release:
    """Stage it within the caller's transaction, with what checks have found and the files that it goes back to."""
    number = await publications.insert_release(connection, Kind.DIRECTORY)
    await directories.insert(connection, number, directory)
    await publications.finish_release(connection, number, rows=directory.rows, findings=findings, sources=sources)
    (release,) = await publications.list_releases(connection, [number])
    return release
