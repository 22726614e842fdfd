"""Serving the whole of Great Britain: time to ready, memory of each process, and what others notice of a swap.

Loads OS Code-Point Open, wards of its postcodes and a team for each ward into an embedded database of its own, which
it keeps for the next time. A swap is made by a publication of wards of which one has another name, put on the record
without the comparing that `finder publish` does first, since that takes another process's time on the same cores.
"""

import argparse
import asyncio
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402 - the checkout must be on the path first

from finder.database import database  # noqa: E402
from finder.demo import prepare  # noqa: E402
from finder.domain.release import Kind, Publication  # noqa: E402
from finder.services.ground import keep_ground  # noqa: E402
from finder.settings import Settings  # noqa: E402
from finder.storage import publications, wards  # noqa: E402
from finder.storage.connect import Connection, connected  # noqa: E402
from scripts.national_teams import write_national_teams  # noqa: E402
from scripts.national_wards import write_national_wards  # noqa: E402

ZIP: Final = ROOT.parent / "shared" / "data" / "postcodes" / "code-point-open-2025.2.zip"
POSTCODES: Final = 5000
CONNECTIONS: Final = 32
PATIENCE: Final = 60.0
LUA: Final = """
local paths, count = {}, 0
for line in io.lines("%s") do count = count + 1; paths[count] = line end
local at = 0
request = function() at = at %% count + 1; return wrk.format("GET", paths[at]) end
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A service under test: its address, its first process, and the seconds that it took to be ready."""

    address: str
    pid: int
    seconds: float

    @property
    def workers(self) -> list[int]:
        """The processes that answer; the first one where it has no others."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(child) for child in children] or [self.pid]

    def publication(self) -> int:
        """The publication that one of the workers answers from."""
        with urllib.request.urlopen(f"{self.address}/readyz", timeout=10) as response:  # noqa: S310 - loopback
            return int(msgspec.json.decode(response.read())["publication"])


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of wrk saw."""

    per_second: float
    p99_ms: float
    failed: int


def main() -> None:
    """Measure and print."""
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed. On Debian or Ubuntu: apt-get install wrk")
    with ExitStack() as stack:
        small = stack.enter_context(database(Settings(database_url=None, data_dir=options.data_dir / "west-midlands")))
        asyncio.run(prepare(small))
        large = stack.enter_context(database(Settings(database_url=None, data_dir=options.data_dir / "great-britain")))
        _fill(options, large)
        pair = asyncio.run(_two_publications(large))
        _time_starts("West Midlands", small, options.starts)
        _time_starts("Great Britain", large, options.starts)
        script = stack.enter_context(_script(large))
        with _served(large, 1) as alone:
            print(f"one process, loaded: {_memory(alone.pid)}")
            _swap(large, pair, alone)
            print(f"one process, after a publish: {_memory(alone.pid)}")
        with _served(large, options.workers) as served:
            _wrk(served, script, options.seconds)
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
    parser.add_argument("--pairs", type=int, default=5, help="runs with a swap and runs without, in turn")
    parser.add_argument("--seconds", type=int, default=4, help="length of a run")
    return parser.parse_args()


def _fill(options: argparse.Namespace, dsn: str) -> None:
    """Load and publish the whole country unless something is live."""

    async def is_live() -> bool:
        async with connected(dsn) as connection:
            return await publications.find_live_number(connection) is not None

    _finder(dsn, "migrate")
    if asyncio.run(is_live()):
        return
    with tempfile.TemporaryDirectory() as folder:
        write_national_wards(options.zip, Path(folder) / "wards.geojson")
        write_national_teams(Path(folder) / "wards.geojson", Path(folder))
        _finder(dsn, "load", "postcodes", str(options.zip))
        for part, name in (("wards", "wards.geojson"), ("teams", "teams.csv"), ("coverage", "coverage.csv")):
            _finder(dsn, "load", part, str(Path(folder) / name))
        _finder(dsn, "publish", "--yes", "--accept-warnings")


def _finder(dsn: str, *arguments: str) -> None:
    environment = {
        **os.environ,
        "FINDER_DATABASE_URL": dsn,
        "FINDER_LOAD_MEMORY_MB": "6000",
        "FINDER_LOAD_SECONDS": "900",
    }
    subprocess.run([sys.executable, "-m", "finder", *arguments], check=True, cwd=ROOT, env=environment)


async def _two_publications(dsn: str) -> tuple[Publication, Publication]:
    """The live publication, and one with another name for one ward, their grounds kept."""
    async with connected(dsn) as connection, publications.exclusive(connection):
        live = await publications.find_live(connection)
        if live is None:
            raise AssertionError
        release = await publications.insert_release(connection, Kind.WARDS)
        first, *others = await wards.read(connection, live.releases[Kind.WARDS].number)
        await wards.insert(connection, release, [replace(first, name=f"{first.name} x"), *others])
        await publications.finish_release(connection, release, rows=len(others) + 1, findings=[], sources=[])
        (staged,) = await publications.list_releases(connection, [release])
        other = replace(live, releases={**live.releases, Kind.WARDS: staged})
        await keep_ground(connection, live)
        await keep_ground(connection, other)
    return live, other


async def _publish(dsn: str, pair: tuple[Publication, Publication]) -> int:
    """Make live the one of the two that is not, and give its number."""
    async with connected(dsn) as connection, publications.exclusive(connection):
        live = await publications.find_live(connection)
        chosen = next(each for each in pair if live is None or each.changes(live))
        return await publications.insert(connection, chosen.releases, made_by="bench", note="")


@contextmanager
def _served(dsn: str, workers: int) -> Iterator[Served]:
    port = 20_000 + random.randrange(10_000)  # noqa: S311 - no secret
    command = [sys.executable, "-m", "finder", "serve", "--port", str(port), "--workers", str(workers)]
    began = time.perf_counter()
    environment = {**os.environ, "FINDER_DATABASE_URL": dsn}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    served = Served(f"http://127.0.0.1:{port}", process.pid, 0.0)
    try:
        _await(lambda: served.publication() > 0, process)
        seconds = time.perf_counter() - began
        _await(lambda: len(served.workers) == workers, process)
        yield replace(served, seconds=seconds)
    finally:
        process.terminate()
        process.wait(20)


def _await(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    ends = time.perf_counter() + PATIENCE
    while process.poll() is None and time.perf_counter() < ends:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.01)
    sys.exit("The service did not start.")


def _time_starts(what: str, dsn: str, count: int) -> None:
    found = []
    for _ in range(count):
        with _served(dsn, 1) as served:
            found.append(served.seconds)
    print(f"{what}: finder serve to ready {statistics.median(found):.2f} s (least {min(found):.2f}, {count} starts)")


def _memory(pid: int) -> str:
    """Resident; what is left when shared pages are divided; private; and of that, what is not a page of a file.

    A page of the ground that only one process has looked at counts as private until another does.
    """
    private = dict.fromkeys(("all", "anonymous"), 0)
    resident = proportional = 0
    named = False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, _, rest = line.partition(":")
        if "-" in name.split(" ")[0]:
            named = "/" in line
        elif name == "Rss":
            resident += int(rest.split()[0])
        elif name == "Pss":
            proportional += int(rest.split()[0])
        elif name in {"Private_Clean", "Private_Dirty"}:
            private["all"] += int(rest.split()[0])
            private["anonymous"] += 0 if named else int(rest.split()[0])
    figures = {"resident": resident, "proportional": proportional, "private": private["all"]}
    told = ", ".join(f"{what} {kilobytes / 1024:.0f}" for what, kilobytes in figures.items())
    return f"{told}, of which not of files {private['anonymous'] / 1024:.0f} MB"


def _tell_workers(when: str, served: Served) -> None:
    print(f"{when}: supervisor {_memory(served.pid)}")
    for worker in served.workers:
        print(f"{when}: worker {_memory(worker)}")


@contextmanager
def _script(dsn: str) -> Iterator[Path]:
    """A script for wrk that asks for random postcodes of the country, the same ones on every run."""
    compact = asyncio.run(_some_postcodes(dsn))
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "paths.txt"
        paths.write_text("\n".join(f"/api/v1/postcodes/{each}" for each in compact))
        script = Path(folder) / "random.lua"
        script.write_text(LUA % paths)
        yield script


async def _some_postcodes(dsn: str) -> list[str]:
    async with connected(dsn) as connection:
        return await _read_some(connection)


async def _read_some(connection: Connection) -> list[str]:
    statement = "SELECT replace(postcode, ' ', '') FROM postcode WHERE ward <> '' ORDER BY md5(postcode) LIMIT $1"
    return [str(row[0]) for row in await connection.fetch(statement, POSTCODES)]


def _wrk(served: Served, script: Path, seconds: int) -> Round:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), served.address]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    errors = re.findall(r"(?:Non-2xx or 3xx responses|connect|read|write|timeout):? (\d+)", text)
    amount, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", text)[0]
    speed = re.findall(r"Requests/sec:\s+([\d.]+)", text)[0]
    milliseconds = float(amount) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
    return Round(float(speed), milliseconds, sum(int(each) for each in errors))


def _swap(dsn: str, pair: tuple[Publication, Publication], served: Served) -> float:
    """Publish, and give the seconds until the service answers from it."""
    began = time.perf_counter()
    number = asyncio.run(_publish(dsn, pair))
    while served.publication() != number and time.perf_counter() - began < PATIENCE:
        time.sleep(0.01)
    return time.perf_counter() - began


def _measure_swaps(
    dsn: str, pair: tuple[Publication, Publication], served: Served, script: Path, options: argparse.Namespace
) -> None:
    quiet: list[Round] = []
    swapping: list[Round] = []
    took: list[float] = []
    for _ in range(options.pairs):
        quiet.append(_wrk(served, script, options.seconds))
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
def _running(served: Served, script: Path, seconds: int) -> Iterator[Sequence[Round]]:
    """A run of wrk beside the block; its result is there after it."""
    results: list[Round] = []
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_wrk, served, script, seconds)
        yield results
        results.append(running.result())


if __name__ == "__main__":
    main()
