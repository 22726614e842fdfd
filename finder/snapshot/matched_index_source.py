"""Where the ground of a publication comes from: kept with the record, or matched anew from its rows."""

import asyncio

import structlog

from finder.domain.release import Kind, Publication, Release
from finder.errors import GroundDamagedError
from finder.snapshot.matched_index import LAYOUT, Ground, pack, unpack
from finder.snapshot.model import Snapshot
from finder.snapshot.postcode_table import PostcodeTable
from finder.snapshot.shared_index_file import GroundFiles
from finder.storage import matched_index_store, postcode_store, publication_store, ward_store
from finder.storage.connections import Connection
from geodata.errors import GeodataError
from geodata.in_thread import in_thread
from geodata.packed_wards import StoredWards, pack_wards
from geodata.progress import Begin, in_silence
from geodata.ward_index import WardIndex

_log = structlog.get_logger(__name__)


async def read_ground(
    connection: Connection,
    publication: Publication,
    files: GroundFiles,
    beside: Snapshot | None = None,
    begin: Begin = in_silence,
) -> Ground:
    """The postcodes and wards of a publication, matched.

    One made before grounds were kept has none, and one that is damaged is told of as an error: the rows are the record,
    and the ground is matched from them, in a thread. Where `beside` has the same postcodes these are taken from it.
    """
    releases = _numbers(publication)
    kept = await matched_index_store.find(connection, *releases, LAYOUT)
    if kept is not None:
        try:
            return await asyncio.to_thread(unpack, await files.open(connection, kept))
        except GroundDamagedError:
            _log.error("ground_damaged", ground=kept.number, publication=publication.number)
    return await _match(connection, publication, beside, begin)


async def is_ground_kept(connection: Connection, publication: Publication) -> bool:
    """Whether the record holds the ground of a publication."""
    return await matched_index_store.find(connection, *_numbers(publication), LAYOUT) is not None


async def keep_live_grounds(connection: Connection) -> int:
    """Keep the grounds of what is live and of what is scheduled, where they are missing or damaged; how many were."""
    kept = 0
    for publication in (
        await publication_store.find_live(connection),
        await publication_store.find_scheduled(connection),
    ):
        if publication is None:
            continue
        try:
            kept += await keep_ground(connection, publication)
        except GeodataError as error:
            _log.error("ground_not_kept", publication=publication.number, reason=str(error))
    return kept


async def keep_ground(
    connection: Connection, publication: Publication, ground: Ground | None = None, begin: Begin = in_silence
) -> bool:
    """Keep what a publication's postcodes and wards come to, unless it is; one that is damaged is replaced.

    `ground` is that where the caller has it. Releases never change, so this needs no turn: whoever else keeps the same
    ground meanwhile keeps the same bytes. Tells whether there was anything to do.
    """
    releases = _numbers(publication)
    kept = await matched_index_store.find(connection, *releases, LAYOUT)
    if kept and await matched_index_store.is_whole(connection, kept):
        return False
    made = ground or await _match(connection, publication, None, begin)
    begin("matched postcodes packed", None)
    packed = await asyncio.to_thread(pack, made)
    advance = begin("matched postcodes kept", len(packed), in_bytes=True)
    async with connection.transaction():
        if kept:
            _log.warning("ground_replaced", ground=kept.number, publication=publication.number)
            await matched_index_store.delete(connection, kept)
        await matched_index_store.insert(connection, releases, LAYOUT, packed, advance)
    return True


async def _match(connection: Connection, publication: Publication, beside: Snapshot | None, begin: Begin) -> Ground:
    index = await _read_index(connection, publication.releases[Kind.WARDS], begin)
    release = publication.releases[Kind.POSTCODES]
    if beside and beside.publication.releases[Kind.POSTCODES].number == release.number:
        known = beside.postcodes
        return Ground(await in_thread(lambda begun: known.among(index, begun), begin), index)
    advance = begin("postcodes read", release.rows)
    locations = await postcode_store.read(connection, release.number, advance)
    _require_whole(release, len(locations))
    return Ground(await in_thread(lambda begun: PostcodeTable.matched(locations, index, begun), begin), index)


async def _read_index(connection: Connection, release: Release, begin: Begin) -> WardIndex:
    """The wards of a release, packed: each polygon is looked at once or twice, and all of them take much memory."""
    found = await ward_store.read(connection, release.number, begin("wards read", release.rows))
    _require_whole(release, len(found))
    return await asyncio.to_thread(lambda: WardIndex(StoredWards(pack_wards(found))))


def _require_whole(release: Release, rows: int) -> None:
    if rows != release.rows:
        message = f"{release.id} has {rows:,} rows and was staged with {release.rows:,}"
        raise GeodataError(message)


def _numbers(publication: Publication) -> tuple[int, int]:
    return publication.releases[Kind.POSTCODES].number, publication.releases[Kind.WARDS].number
