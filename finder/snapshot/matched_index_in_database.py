"""The matched indexes in the database: stored by commands that publish, read by workers, replaced if damaged."""

import asyncio

import structlog

from finder.domain.release import Kind, Publication
from finder.errors import MatchedIndexDamagedError
from finder.snapshot.mapped_index_files import SharedIndexFiles
from finder.snapshot.match_postcodes import match_publication
from finder.snapshot.matched_index_layout import LAYOUT, MatchedIndex, pack, unpack
from finder.snapshot.model import Snapshot
from finder.storage import matched_index_store, publication_store
from finder.storage.connections import Connection
from finder.storage.matched_index_store import StoredIndex
from geodata.errors import GeodataError
from geodata.progress import NO_PROGRESS, Progress

_log = structlog.get_logger(__name__)


async def read_matched_index(
    connection: Connection,
    publication: Publication,
    files: SharedIndexFiles,
    previous: Snapshot | None = None,
    progress: Progress = NO_PROGRESS,
) -> MatchedIndex:
    """The matched index of a publication.

    If it is not stored, or is damaged (which is logged as an error), it is matched from the rows of the releases.
    """
    stored = await _find(connection, publication)
    if stored is not None:
        try:
            return await asyncio.to_thread(unpack, await files.open(connection, stored))
        except MatchedIndexDamagedError:
            _log.error("matched_index_damaged", index=stored.number, publication=publication.number)
    return await match_publication(connection, publication, previous, progress)


async def is_index_stored(connection: Connection, publication: Publication) -> bool:
    """Whether the database has the matched index of a publication."""
    return await _find(connection, publication) is not None


async def store_live_indexes(connection: Connection) -> int:
    """Store the indexes of the live and the scheduled publication if missing or damaged; returns how many were."""
    stored = 0
    for publication in (
        await publication_store.find_live(connection),
        await publication_store.find_scheduled(connection),
    ):
        if publication is None:
            continue
        try:
            stored += await store_matched_index(connection, publication)
        except GeodataError as error:
            _log.error("matched_index_not_stored", publication=publication.number, reason=str(error))
    return stored


async def store_matched_index(
    connection: Connection,
    publication: Publication,
    index: MatchedIndex | None = None,
    progress: Progress = NO_PROGRESS,
) -> bool:
    """Store a publication's matched index unless that is there and whole; returns whether there was anything to do.

    `index` is that index if the caller has it. No lock is needed: releases never change, so another process that
    stores the same index meanwhile stores the same bytes.
    """
    stored = await _find(connection, publication)
    if stored and await matched_index_store.is_whole(connection, stored):
        return False
    index = index or await match_publication(connection, publication, None, progress)
    progress.start_step("matched postcodes packed", None)
    packed = await asyncio.to_thread(pack, index)
    step = progress.start_step("matched postcodes stored", len(packed), in_bytes=True)
    async with connection.transaction():
        if stored:
            _log.warning("matched_index_replaced", index=stored.number, publication=publication.number)
            await matched_index_store.delete(connection, stored)
        await matched_index_store.insert(connection, _releases(publication), LAYOUT, packed, step)
    return True


async def _find(connection: Connection, publication: Publication) -> StoredIndex | None:
    return await matched_index_store.find(connection, *_releases(publication), LAYOUT)


def _releases(publication: Publication) -> tuple[int, int]:
    return publication.releases[Kind.POSTCODES].number, publication.releases[Kind.WARDS].number
