"""Compares matching every postcode of the country to its ward with geopandas."""

import asyncio
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from finder.domain.release import Kind
from finder.storage import postcode_store, release_store
from finder.storage.connections import connected
from geodata.check_report import Report
from geodata.readers.boundaries.read_wards import read_wards
from geodata.ward import Ward
from geodata.ward_index import WardIndex

_EDGE_M = 0.001

Match = Callable[[NDArray[np.float64], list[Ward]], NDArray[np.int32]]


def compare_matching(environment: Mapping[str, str], path: Path, runs: int) -> None:
    """Match the staged postcodes both ways alternately, and compare row by row."""
    wards = read_wards(path, Report(path.name))
    rows = asyncio.run(_staged_postcodes(environment["FINDER_DATABASE_URL"]))
    points = np.column_stack([rows["easting"], rows["northing"]]).astype(np.float64)
    print(
        f"\nMatching {len(rows):,} postcodes to {len(wards):,} wards: the snapshot's index, and geopandas sjoin within"
    )
    ours, theirs = [], []
    found = joined = np.empty(0, dtype=np.int32)
    for number in range(1, runs + 1):
        fresh, others = _unprepared(wards), _unprepared(wards)
        seconds, found = _timed(_match, points, fresh)
        ours.append(seconds)
        seconds, joined = _timed(_join, points, others)
        theirs.append(seconds)
        print(f"run {number}: index {ours[-1]:.2f} s, geopandas {theirs[-1]:.2f} s", flush=True)
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    print(f"median: index {statistics.median(ours):.2f} s, geopandas {statistics.median(theirs):.2f} s", end="")
    print(f", ratio {ratio:.2f} (aim <= 0.7)")
    _compare(points, sorted(wards, key=lambda ward: ward.gss_code), found, joined)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


async def _staged_postcodes(dsn: str) -> NDArray[np.void]:
    async with connected(dsn) as connection:
        release = await release_store.find_newest_staged(connection, Kind.POSTCODES)
        if release is None:
            raise RuntimeError("no postcodes are staged")
        return await postcode_store.read(connection, release.number)


def _timed(match: Match, points: NDArray[np.float64], wards: list[Ward]) -> tuple[float, NDArray[np.int32]]:
    began = time.perf_counter()
    found = match(points, wards)
    return time.perf_counter() - began, found


def _match(points: NDArray[np.float64], wards: list[Ward]) -> NDArray[np.int32]:
    """Matches as `finder publish` does: builds the index and matches all points."""
    return WardIndex(wards).locate_many(points)


def _unprepared(wards: list[Ward]) -> list[Ward]:
    """The same wards with new polygons, without anything prepared by an earlier run."""
    return [Ward.from_wkb(ward.gss_code, ward.name, ward.district, ward.wkb) for ward in wards]


def _join(points: NDArray[np.float64], wards: list[Ward]) -> NDArray[np.int32]:
    """Positions of wards in order of GSS code; -1 if no ward has the point strictly within."""
    ordered = sorted(wards, key=lambda ward: ward.gss_code)
    shapes = gpd.GeoDataFrame(geometry=[ward.polygon for ward in ordered], crs=27700)
    joined = gpd.sjoin(gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=27700), shapes, predicate="within")
    found = np.full(len(points), -1, dtype=np.int32)
    found[joined.index.to_numpy()] = joined["index_right"].to_numpy()
    return found


def _compare(
    points: NDArray[np.float64], wards: list[Ward], ours: NDArray[np.int32], theirs: NDArray[np.int32]
) -> None:
    """Print how many rows differ: points on an edge, which are within no ward, and any others."""
    differing = np.flatnonzero(ours != theirs)
    named = differing[ours[differing] >= 0]
    edges = shapely.boundary([wards[place].polygon for place in ours[named]])
    on_edge = int(np.count_nonzero(shapely.distance(edges, shapely.points(points[named])) < _EDGE_M))
    print(f"rows that agree: {len(points) - len(differing):,}; differ: {len(differing)}, {on_edge} of them on an edge")
