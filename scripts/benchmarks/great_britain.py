"""Measures serving the whole of Great Britain: time to ready, lookups, memory of each process, effect of a swap.

Loads OS Code-Point Open, wards of its postcodes and a team for each ward into an embedded database of its own, which
it keeps for the next run. A swap is caused by a publication whose wards differ in one name. It is inserted without the
comparison of `finder publish`, because that would use processor time of the same cores.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from finder.cli.database import database
from finder.domain.release import Kind, Publication
from finder.settings import Settings
from finder.snapshot.matched_index_in_database import store_matched_index
from finder.storage import publication_store, release_store, ward_store
from finder.storage.connections import connected
from finder.storage.exclusive_transaction import exclusive_transaction
from scripts.benchmarks.comparison import Comparison, Requests, beside_bare
from scripts.benchmarks.national_teams import write_national_teams
from scripts.benchmarks.national_wards import write_national_wards
from scripts.benchmarks.wrk import Round, require_wrk, run_wrk, write_script
from scripts.harness.demo_databases import kept_demo_database
from scripts.harness.finder_commands import ROOT, own_environment
from scripts.harness.process_memory import describe_memory
from scripts.harness.servers import RunningServer, running_server
from scripts.harness.waiting import wait_until

ZIP: Final = ROOT.parent / "shared" / "data" / "postcodes" / "code-point-open-2025.2.zip"
POSTCODES: Final = 5000


def main() -> None:
    """Measure and print."""
    options = _options()
    require_wrk()
    with ExitStack() as stack:
        small = stack.enter_context(kept_demo_database(options.data_dir / "west-midlands"))
        large = stack.enter_context(database(Settings(database_url=None, data_dir=options.data_dir / "great-britain")))
        _fill(options, large)
        pair = asyncio.run(_two_publications(large))
        _time_starts("West Midlands", small, options.starts)
        _time_starts("Great Britain", large, options.starts)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths = asyncio.run(_some_paths(large))
        script = write_script(folder, "random", paths)
        with beside_bare(own_environment(large), paths[0]) as (ours, bare):
            lookups = Requests("GET /api/v1/postcodes/{postcode}, random ones of Great Britain", paths)
            Comparison(ours, bare, folder, options.pairs, options.seconds).compare(lookups)
        with _served(large, 1) as alone:
            print(f"one process, loaded: {describe_memory(alone.process.pid)}")
            _swap(large, pair, alone)
            print(f"one process, after a publish: {describe_memory(alone.process.pid)}")
        with _served(large, options.workers) as served:
            run_wrk(served, script, options.seconds)
            _tell_workers("after lookups", served)
            _measure_swaps(large, pair, served, script, options)
            _tell_workers("after the publishes", served)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zip", type=Path, default=ZIP, help="Code-Point Open as Ordnance Survey ships it")
    parser.add_argument(
        "--data-dir", type=Path, default=ROOT / ".finder" / "bench", help="where the databases are kept"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--starts", type=int, default=3, help="how often a start is timed")
    parser.add_argument("--pairs", type=int, default=5, help="alternating rounds of each kind")
    parser.add_argument("--seconds", type=int, default=4, help="length of a run")
    return parser.parse_args()


def _fill(options: argparse.Namespace, dsn: str) -> None:
    """Load and publish the whole country unless a publication is live."""

    async def is_live() -> bool:
        async with connected(dsn) as connection:
            return await publication_store.find_live_number(connection) is not None

    _finder(dsn, "migrate")
    if asyncio.run(is_live()):
        return
    with tempfile.TemporaryDirectory() as folder:
        wards, directory = Path(folder) / "wards.geojson", Path(folder) / "directory"
        directory.mkdir()
        write_national_wards(options.zip, wards)
        write_national_teams(wards, directory)
        for part, path in (("postcodes", options.zip), ("wards", wards), ("directory", directory)):
            _finder(dsn, "load", part, str(path))
        _finder(dsn, "publish", "--yes", "--accept-warnings")


def _finder(dsn: str, *arguments: str) -> None:
    limits = {"FINDER_LOAD_MEMORY_MB": "6000", "FINDER_LOAD_SECONDS": "900"}
    command = [sys.executable, "-m", "finder", *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env=own_environment(dsn) | limits)


async def _two_publications(dsn: str) -> tuple[Publication, Publication]:
    """The live publication, and one with another name of one ward; the matched indexes of both are stored."""
    async with connected(dsn) as connection, exclusive_transaction(connection):
        live = await publication_store.find_live(connection)
        if live is None:
            raise AssertionError
        release = await release_store.insert(connection, Kind.WARDS)
        first, *others = await ward_store.read(connection, live.releases[Kind.WARDS].number)
        await ward_store.insert(connection, release, [replace(first, name=f"{first.name} x"), *others])
        await release_store.finish(connection, release, rows=len(others) + 1, findings=[], sources=[])
        (staged,) = await release_store.list_releases(connection, [release])
        other = replace(live, releases={**live.releases, Kind.WARDS: staged})
        await store_matched_index(connection, live)
        await store_matched_index(connection, other)
    return live, other


async def _publish(dsn: str, pair: tuple[Publication, Publication]) -> int:
    """Publish the one of the two that is not live, and return its number."""
    async with connected(dsn) as connection, exclusive_transaction(connection):
        live = await publication_store.find_live(connection)
        chosen = next(each for each in pair if live is None or each.changes(live))
        return await publication_store.insert(connection, chosen.releases, made_by="bench", note="")


@contextmanager
def _served(dsn: str, workers: int) -> Iterator[RunningServer]:
    command = [sys.executable, "-m", "finder", "serve", "--port", "{port}", "--workers", str(workers)]
    with running_server("the service", command, own_environment(dsn)) as served:
        wait_until(lambda: len(served.workers) == workers, "all workers")
        yield served


def _time_starts(what: str, dsn: str, count: int) -> None:
    found = []
    for _ in range(count):
        with _served(dsn, 1) as served:
            found.append(served.ready_seconds)
    print(f"{what}: finder serve to ready {statistics.median(found):.2f} s (least {min(found):.2f}, {count} starts)")


def _tell_workers(when: str, served: RunningServer) -> None:
    print(f"{when}: supervisor {describe_memory(served.process.pid)}")
    for worker in served.workers:
        print(f"{when}: worker {describe_memory(worker)}")


async def _some_paths(dsn: str) -> list[str]:
    """Lookups of random postcodes of the country, the same in every run."""
    statement = "SELECT replace(postcode, ' ', '') FROM postcode WHERE ward <> '' ORDER BY md5(postcode) LIMIT $1"
    async with connected(dsn) as connection:
        return [f"/api/v1/postcodes/{row[0]}" for row in await connection.fetch(statement, POSTCODES)]


def _swap(dsn: str, pair: tuple[Publication, Publication], served: RunningServer) -> float:
    """Publish, and return the seconds until the service answers from it."""
    began = time.perf_counter()
    number = asyncio.run(_publish(dsn, pair))
    wait_until(lambda: served.publication == number, f"publication {number}")
    return time.perf_counter() - began


def _measure_swaps(
    dsn: str, pair: tuple[Publication, Publication], served: RunningServer, script: Path, options: argparse.Namespace
) -> None:
    quiet: list[Round] = []
    swapping: list[Round] = []
    took: list[float] = []
    for _ in range(options.pairs):
        quiet.append(run_wrk(served, script, options.seconds))
        with _running(served, script, options.seconds) as results:
            time.sleep(options.seconds / 4)
            took.append(_swap(dsn, pair, served))
        swapping += results
    for name, rounds in (("quiet", quiet), ("with a swap", swapping)):
        p99 = statistics.median(each.p99_ms for each in rounds)
        failed = sum(each.failed for each in rounds)
        speed = statistics.median(each.per_second for each in rounds)
        print(f"{name}: {speed:,.0f} requests/s, p99 {p99:.1f} ms, failed {failed}")
    print(f"publish to swap, under load: {statistics.median(took):.2f} s, at most {max(took):.2f}")


@contextmanager
def _running(served: RunningServer, script: Path, seconds: int) -> Iterator[Sequence[Round]]:
    """Runs wrk during the block; its result is available after it."""
    results: list[Round] = []
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_wrk, served, script, seconds)
        yield results
        results.append(running.result())


if __name__ == "__main__":
    main()
