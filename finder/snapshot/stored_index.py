"""Where the ground of a publication comes from: kept with the record, or matched anew from its rows."""

import asyncio

import structlog

from finder.domain.release import Kind, Publication, Release
from finder.errors import MatchedIndexDamagedError
from finder.snapshot.matched_index import LAYOUT, MatchedIndex, pack, unpack
from finder.snapshot.model import Snapshot
from finder.snapshot.postcode_table import PostcodeTable
from finder.snapshot.shared_index_file import SharedIndexFiles
from finder.storage import matched_index_store, postcode_store, publication_store, ward_store
from finder.storage.connections import Connection
from geodata.errors import GeodataError
from geodata.packed_wards import StoredWards, pack_wards
from geodata.progress import NO_PROGRESS, Progress, run_in_thread
from geodata.ward_index import WardIndex

_log = structlog.get_logger(__name__)


async def read_matched_index(
    connection: Connection,
    publication: Publication,
    files: SharedIndexFiles,
    previous: Snapshot | None = None,
    progress: Progress = NO_PROGRESS,
) -> MatchedIndex:
    """The postcodes and wards of a publication, matched.

    One made before grounds were kept has none, and one that is damaged is told of as an error: the rows are the record,
    and the ground is matched from them, in a thread. Where `beside` has the same postcodes these are taken from it.
    """
    releases = _numbers(publication)
    kept = await matched_index_store.find(connection, *releases, LAYOUT)
    if kept is not None:
        try:
            return await asyncio.to_thread(unpack, await files.open(connection, kept))
        except MatchedIndexDamagedError:
            _log.error("ground_damaged", ground=kept.number, publication=publication.number)
    return await _match(connection, publication, previous, progress)


async def is_index_stored(connection: Connection, publication: Publication) -> bool:
    """Whether the record holds the ground of a publication."""
    return await matched_index_store.find(connection, *_numbers(publication), LAYOUT) is not None


async def store_live_indexes(connection: Connection) -> int:
    """Keep the grounds of what is live and of what is scheduled, where they are missing or damaged; how many were."""
    kept = 0
    for publication in (
        await publication_store.find_live(connection),
        await publication_store.find_scheduled(connection),
    ):
        if publication is None:
            continue
        try:
            kept += await store_matched_index(connection, publication)
        except GeodataError as error:
            _log.error("ground_not_kept", publication=publication.number, reason=str(error))
    return kept


async def store_matched_index(
    connection: Connection,
    publication: Publication,
    ground: MatchedIndex | None = None,
    progress: Progress = NO_PROGRESS,
) -> bool:
    """Keep what a publication's postcodes and wards come to, unless it is; one that is damaged is replaced.

    `ground` is that where the caller has it. Releases never change, so this needs no turn: whoever else keeps the same
    ground meanwhile keeps the same bytes. Tells whether there was anything to do.
    """
    releases = _numbers(publication)
    kept = await matched_index_store.find(connection, *releases, LAYOUT)
    if kept and await matched_index_store.is_whole(connection, kept):
        return False
    made = ground or await _match(connection, publication, None, progress)
    progress.start_step("matched postcodes packed", None)
    packed = await asyncio.to_thread(pack, made)
    step = progress.start_step("matched postcodes kept", len(packed), in_bytes=True)
    async with connection.transaction():
        if kept:
            _log.warning("ground_replaced", ground=kept.number, publication=publication.number)
            await matched_index_store.delete(connection, kept)
        await matched_index_store.insert(connection, releases, LAYOUT, packed, step)
    return True


async def _match(
    connection: Connection, publication: Publication, previous: Snapshot | None, progress: Progress
) -> MatchedIndex:
    index = await _read_index(connection, publication.releases[Kind.WARDS], progress)
    release = publication.releases[Kind.POSTCODES]
    if previous and previous.publication.releases[Kind.POSTCODES].number == release.number:
        known = previous.postcodes
        return MatchedIndex(await run_in_thread(lambda begun: known.among(index, begun), progress), index)
    step = progress.start_step("postcodes read", release.rows)
    locations = await postcode_store.read(connection, release.number, step)
    _require_whole(release, len(locations))
    return MatchedIndex(
        await run_in_thread(lambda begun: PostcodeTable.matched(locations, index, begun), progress), index
    )


async def _read_index(connection: Connection, release: Release, progress: Progress) -> WardIndex:
    """The wards of a release, packed: each polygon is looked at once or twice, and all of them take much memory."""
    found = await ward_store.read(connection, release.number, progress.start_step("wards read", release.rows))
    _require_whole(release, len(found))
    return await asyncio.to_thread(lambda: WardIndex(StoredWards(pack_wards(found))))


def _require_whole(release: Release, rows: int) -> None:
    if rows != release.rows:
        message = f"{release.id} has {rows:,} rows and was staged with {release.rows:,}"
        raise GeodataError(message)


def _numbers(publication: Publication) -> tuple[int, int]:
    return publication.releases[Kind.POSTCODES].number, publication.releases[Kind.WARDS].number
