"""Postcodes and wards, matched and packed: kept with the record, handed over in pieces."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Final, NamedTuple

from finder.errors import MatchedIndexDamagedError
from finder.storage.bulk_copy import copy_rows
from finder.storage.connections import Connection
from finder.storage.queries import query
from geodata.progress import NO_STEP, Step

_PIECE: Final = 256 * 1024
"""Bytes; the event loop stands still for a third of a millisecond while it takes in one."""


class StoredIndex(NamedTuple):
    """A ground that the record holds: its size in bytes and their SHA-256."""

    number: int
    size: int
    sha256: bytes


async def find(connection: Connection, postcodes: int, wards: int, layout: int) -> StoredIndex | None:
    """The ground of two releases, by their numbers."""
    row = await connection.fetchrow(query("find_matched_index"), postcodes, wards, layout)
    return None if row is None else StoredIndex(*row)


async def is_whole(connection: Connection, ground: StoredIndex) -> bool:
    """Whether the pieces are those that were kept."""
    try:
        async for _ in read(connection, ground):
            pass
    except MatchedIndexDamagedError:
        return False
    return True


async def insert(
    connection: Connection, releases: tuple[int, int], layout: int, packed: bytes, step: Step = NO_STEP
) -> None:
    """Keep the ground of postcodes and wards unless another has, within the caller's transaction.

    `advance` is told of the bytes that have been sent.
    """
    digest = hashlib.sha256(packed).digest()
    number = await connection.fetchval(query("insert_matched_index"), *releases, layout, len(packed), digest)
    if number is not None:
        await copy_rows(connection, "ground_piece", ("ground", "position", "piece"), _pieces(number, packed, step))


async def delete(connection: Connection, ground: StoredIndex) -> None:
    """Let a ground go, within the caller's transaction."""
    await connection.execute(query("delete_matched_index"), ground.number)


def _pieces(number: int, packed: bytes, step: Step) -> Iterator[tuple[int, int, memoryview]]:
    whole = memoryview(packed)
    for position, start in enumerate(range(0, len(whole), _PIECE)):
        piece = whole[start : start + _PIECE]
        yield number, position, piece
        step.update(len(piece))


async def read(connection: Connection, ground: StoredIndex) -> AsyncIterator[bytes]:
    """The pieces in order; raises GroundDamagedError after the last one where together they are not what was kept."""
    digest = hashlib.sha256()
    size = position = 0
    while size < ground.size:
        piece: bytes | None = await connection.fetchval(query("read_matched_index_piece"), ground.number, position)
        if not piece:
            break
        digest.update(piece)
        size, position = size + len(piece), position + 1
        yield piece
    if size != ground.size or digest.digest() != ground.sha256:
        raise MatchedIndexDamagedError
