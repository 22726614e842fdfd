"""Finds the ward of every postcode of a release, once, and packs the result as a postcode table."""

import asyncio

import numpy as np
from numpy.typing import NDArray

from finder.domain.release import Kind, Publication, Release
from finder.snapshot.matched_index_layout import MatchedIndex
from finder.snapshot.model import Snapshot
from finder.snapshot.postcode_table import KEY_BYTES, MICRO_DEGREES, NO_DEGREES, ROW, Columns, PostcodeTable
from finder.storage import postcode_store, ward_store
from finder.storage.connections import Connection
from geodata.errors import GeodataError
from geodata.progress import NO_PROGRESS, Progress, run_in_thread
from geodata.projection.ostn15 import to_lonlat_many
from geodata.ward_index import WardIndex
from geodata.wards_as_bytes import LazyWards, pack_wards


async def match_publication(
    connection: Connection, publication: Publication, previous: Snapshot | None, progress: Progress
) -> MatchedIndex:
    """Read the postcodes and wards of a publication and match them, in a thread.

    Postcodes are taken from `previous` if that has the same release. Raises GeodataError if rows are missing.
    """
    index = await _read_wards(connection, publication.releases[Kind.WARDS], progress)
    release = publication.releases[Kind.POSTCODES]
    if previous and previous.publication.releases[Kind.POSTCODES].number == release.number:
        known = previous.postcodes
        return MatchedIndex(await run_in_thread(lambda step: rematch(known, index, step), progress), index)
    step = progress.start_step("postcodes read", release.rows)
    locations = await postcode_store.read(connection, release.number, step)
    _require_all_rows(release, len(locations))
    return MatchedIndex(await run_in_thread(lambda step: match(locations, index, step), progress), index)


def match(locations: NDArray[np.void], index: WardIndex, progress: Progress = NO_PROGRESS) -> PostcodeTable:
    """The table of locations, which are sorted and of the type that `postcode_store.read` returns."""
    points = np.column_stack([locations["easting"], locations["northing"]]).astype(np.float64)
    districts, positions = np.unique(locations["district"], return_inverse=True)
    rows = np.empty(len(locations), ROW)
    for name in ("easting", "northing", "retired_on", "positional_quality"):
        rows[name] = locations[name]
    rows["longitude"], rows["latitude"] = _micro_degrees(points).T
    rows["ward"] = index.locate_many(points, progress)
    rows["district"] = positions
    names = tuple(each.decode().strip() for each in districts)
    columns = Columns(_pack_keys(locations["postcode"]), rows.view(np.uint8).data, names)
    return PostcodeTable(columns, index.wards)


def rematch(table: PostcodeTable, index: WardIndex, progress: Progress = NO_PROGRESS) -> PostcodeTable:
    """The same postcodes, matched with other wards."""
    rows = np.frombuffer(table.columns.rows, ROW).copy()
    points = np.column_stack([rows["easting"], rows["northing"]]).astype(np.float64)
    rows["ward"] = index.locate_many(points, progress)
    return PostcodeTable(table.columns._replace(rows=rows.view(np.uint8).data), index.wards)


def _micro_degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
    degrees = to_lonlat_many(points) if len(points) else points
    known = np.isfinite(degrees).all(axis=1, keepdims=True)
    return np.where(known, np.rint(degrees * MICRO_DEGREES), NO_DEGREES)


def _pack_keys(postcodes: NDArray[np.bytes_]) -> bytes:
    """Seven characters as a number, the first one most significant, so that numbers sort like the characters."""
    wide = np.zeros((len(postcodes), 8), np.uint8)
    wide[:, 1:] = np.ascontiguousarray(postcodes).view(np.uint8).reshape(-1, KEY_BYTES)
    return wide.view(">u8").astype("<u8").tobytes()


async def _read_wards(connection: Connection, release: Release, progress: Progress) -> WardIndex:
    """The wards of a release, packed: each polygon is used once or twice, and all of them take much memory."""
    found = await ward_store.read(connection, release.number, progress.start_step("wards read", release.rows))
    _require_all_rows(release, len(found))
    return await asyncio.to_thread(lambda: WardIndex(LazyWards(pack_wards(found))))


def _require_all_rows(release: Release, rows: int) -> None:
    if rows != release.rows:
        message = f"{release.id} has {rows:,} rows and was staged with {release.rows:,}"
        raise GeodataError(message)
