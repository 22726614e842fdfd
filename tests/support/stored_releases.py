"""Stores releases and publications for a test, in addition to the shipped ones."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from finder.domain.directory import Directory
from finder.domain.release import Kind, Part, Publication, Source
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.publish import publish
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.mapped_index_files import SharedIndexFiles
from finder.snapshot.model import Snapshot
from finder.storage import directory_store, publication_store, release_store, ward_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from geodata.police_forces import PoliceForces
from geodata.ward import Ward

_ROWS: Final = (
    *("postcode", "ward", "team", "coverage", "officer", "priority", "surgery", "surgery_change"),
    *("ground", "ground_piece"),
)


def make_source(part: Part = Part.TEAMS, name: str = "made.csv") -> Source:
    """A source file that a test made up."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Source(part, name, digest, 10, "a test", datetime(2026, 5, 1, tzinfo=UTC))


async def stage_directory(connection: Connection, directory: Directory) -> str:
    """Stage a directory and give the name of its release."""
    async with exclusive_transaction(connection):
        number = await release_store.insert(connection, Kind.DIRECTORY)
        await directory_store.insert(connection, number, directory)
        await release_store.finish(connection, number, rows=directory.rows, findings=[], sources=[make_source()])
    return f"directory-{number}"


async def stage_wards(connection: Connection, found: Iterable[Ward]) -> str:
    """Stage wards and give the name of their release."""
    staged = list(found)
    async with exclusive_transaction(connection):
        number = await release_store.insert(connection, Kind.WARDS)
        await ward_store.insert(connection, number, staged)
        await release_store.finish(connection, number, rows=len(staged), findings=[], sources=[make_source(Part.WARDS)])
    return f"wards-{number}"


async def publish_releases(connection: Connection, *names: str) -> Publication:
    """Make staged releases live."""
    plan = await plan_publication(connection, names, PoliceForces.read())
    return await publish(connection, plan, made_by="a test", note="")


async def read_live_directory(connection: Connection) -> Directory:
    """The directory that is live."""
    live = await publication_store.find_live(connection)
    assert live is not None
    return await directory_store.read(connection, live.releases[Kind.DIRECTORY].number)


async def publish_directory(connection: Connection, change: Callable[[Directory], Directory]) -> Publication:
    """Publish the live directory with a change."""
    directory = change(await read_live_directory(connection))
    return await publish_releases(connection, await stage_directory(connection, directory))


async def fingerprint(connection: Connection) -> list[object]:
    """Return a fingerprint of the database. If it is equal before and after, nothing changed."""
    taken: list[object] = [
        await release_store.list_releases(connection),
        await publication_store.list_publications(connection),
    ]
    for table in _ROWS:
        # xmin is the transaction that wrote a row, so a row that is written again is noticed too.
        statement = f"SELECT count(*), max(xmin::text::bigint) FROM {table}"  # noqa: S608 - names from above
        taken.append(tuple(await connection.fetchrow(statement) or ()))
    return taken


async def snapshot_of(connection: Connection, files: SharedIndexFiles | None = None) -> Snapshot:
    """Return the snapshot of the live publication."""
    live = await publication_store.find_live(connection)
    assert live is not None
    return await SnapshotBuilder(PoliceForces.read(), files).build(connection, live, datetime.now(UTC))
