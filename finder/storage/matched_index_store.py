"""Matched indexes as packed bytes, stored in pieces so that neither server nor client handles all bytes at once.

The tables keep their earlier names, `ground` and `ground_piece`: workers of the previous version read them while a
rolling upgrade is under way.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Final, NamedTuple

from finder.errors import MatchedIndexDamagedError
from finder.storage.bulk_copy import copy_rows
from finder.storage.connections import Connection
from finder.storage.sql_queries import query
from geodata.progress import NO_STEP, Step

_PIECE_BYTES: Final = 256 * 1024
"""Reading one piece blocks the event loop for a third of a millisecond."""


class StoredIndex(NamedTuple):
    """A matched index in the database: its size in bytes and their SHA-256."""

    number: int
    size: int
    sha256: bytes


async def find(connection: Connection, postcodes: int, wards: int, layout: int) -> StoredIndex | None:
    """The matched index of two releases, by their numbers."""
    row = await connection.fetchrow(query("find_matched_index"), postcodes, wards, layout)
    return None if row is None else StoredIndex(*row)


async def is_whole(connection: Connection, stored: StoredIndex) -> bool:
    """Whether the pieces are those that were inserted."""
    try:
        async for _ in read(connection, stored):
            pass
    except MatchedIndexDamagedError:
        return False
    return True


async def insert(
    connection: Connection, releases: tuple[int, int], layout: int, packed: bytes, step: Step = NO_STEP
) -> None:
    """Insert the index of a release of postcodes and one of wards unless there is one, in the caller's transaction.

    The step counts the bytes that have been sent.
    """
    digest = hashlib.sha256(packed).digest()
    number = await connection.fetchval(query("insert_matched_index"), *releases, layout, len(packed), digest)
    if number is not None:
        await copy_rows(connection, "ground_piece", ("ground", "position", "piece"), _pieces(number, packed, step))


async def delete(connection: Connection, stored: StoredIndex) -> None:
    """Delete an index, in the caller's transaction."""
    await connection.execute(query("delete_matched_index"), stored.number)


def _pieces(number: int, packed: bytes, step: Step) -> Iterator[tuple[int, int, memoryview]]:
    whole = memoryview(packed)
    for position, start in enumerate(range(0, len(whole), _PIECE_BYTES)):
        piece = whole[start : start + _PIECE_BYTES]
        yield number, position, piece
        step.update(len(piece))


async def read(connection: Connection, stored: StoredIndex) -> AsyncIterator[bytes]:
    """The pieces in order; raises MatchedIndexDamagedError after the last one if they are not those inserted."""
    digest = hashlib.sha256()
    size = position = 0
    while size < stored.size:
        piece: bytes | None = await connection.fetchval(query("read_matched_index_piece"), stored.number, position)
        if not piece:
            break
        digest.update(piece)
        size, position = size + len(piece), position + 1
        yield piece
    if size != stored.size or digest.digest() != stored.sha256:
        raise MatchedIndexDamagedError
