"""The matched index of the live publication, for tests."""

from dataclasses import replace

from finder.domain.release import Kind, Publication
from finder.snapshot.mapped_index_files import SharedIndexFiles
from finder.snapshot.matched_index_in_database import read_matched_index
from finder.snapshot.matched_index_layout import LAYOUT, MatchedIndex, pack
from finder.snapshot.model import Snapshot
from finder.storage import matched_index_store, publication_store, ward_store
from finder.storage.connections import Connection
from finder.storage.matched_index_store import StoredIndex
from tests.support.stored_releases import stage_wards


async def live_on(connection: Connection) -> Publication:
    """The live publication."""
    live = await publication_store.find_live(connection)
    assert live is not None
    return live


async def stored_for(connection: Connection, publication: Publication) -> StoredIndex | None:
    """The matched index that is stored for a publication."""
    postcodes, ward = (publication.releases[kind].number for kind in (Kind.POSTCODES, Kind.WARDS))
    return await matched_index_store.find(connection, postcodes, ward, LAYOUT)


async def live_index(connection: Connection) -> StoredIndex:
    """The matched index that is stored for the live publication."""
    stored = await stored_for(connection, await live_on(connection))
    assert stored is not None
    return stored


async def packed_now(connection: Connection) -> bytes:
    """The matched index of the live publication; computed from its rows if none is stored."""
    return pack(await read_matched_index(connection, await live_on(connection), SharedIndexFiles()))


def packed(snapshot: Snapshot) -> bytes:
    """The matched index of a snapshot as bytes."""
    return pack(MatchedIndex(snapshot.postcodes, snapshot.wards))


async def stage_renamed_wards(connection: Connection) -> str:
    """Stage wards whose names are other ones than before."""
    live = (await live_on(connection)).releases[Kind.WARDS].number
    return await stage_wards(
        connection, [replace(ward, name=f"{ward.name}x") for ward in await ward_store.read(connection, live)]
    )
