"""Answers over HTTP, as a ratio to a bare aiohttp handler whose body has the same size.

Both servers run on uvloop and are pinned to one core, wrk to another; two workers have both cores, and share them with
wrk. Rounds go in turn: ours, bare, and bare again as the control that shows how noisy the machine is. Ours has the
default production settings. The p99 is taken at half of what ours can do, asked of both alike.
"""

import argparse
import csv
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from finder.settings import Settings
from geodata.projection import to_lonlat_many
from scripts.bench_servers import ROOT, Server, filled_database, get, started

POSTCODES = ROOT / "geodata" / "west_midlands" / "postcodes.csv"
TEAM_PAGE = "/teams/ladywood"
OURS = (sys.executable, "-m", "finder", "serve", "--port", "{port}")
CONNECTIONS = 32
MANY_CONNECTIONS = 128

BARE = """
import asyncio, os, socket, sys, uvloop
from aiohttp import web
port, size, page, workers = map(int, sys.argv[1:5])
def answers(body, kind):
    async def answer(request):
        return web.Response(body=body, content_type=kind)
    return answer
async def serve(listener):
    app = web.Application()
    answer = answers(b"x" * size, "application/json")
    app.router.add_get("/api/v1/postcodes/{postcode}", answer)
    app.router.add_get("/api/v1/points", answer)
    app.router.add_get("/teams/{id}", answers(b"x" * page, "text/html"))
    app.router.add_get("/readyz", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    await asyncio.Event().wait()
listener = socket.create_server(("127.0.0.1", port), backlog=1024)
for _ in range(workers - 1):
    if os.fork() == 0:
        break
uvloop.run(serve(listener))
"""

LUA = """
local lines, count = {}, 0
for line in io.lines("%s") do count = count + 1; lines[count] = line end
local at = 0
request = function()
    at = at %% count + 1
    local path, tag = lines[at]:match("^(%%S+)%%s*(.*)$")
    if tag ~= "" then return wrk.format("GET", path, {["If-None-Match"] = tag}) end
    return wrk.format("GET", path)
end
delay = function() return %d end
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of wrk measured."""

    per_second: float
    cpu_us: float
    p99_ms: float
    failed: int


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk is to ask for: lines of a path and perhaps the entity tag that the client holds."""

    name: str
    lines: Sequence[str]

    def script(self, folder: Path, delay_ms: int = 0) -> Path:
        """A script for wrk that asks for the lines in turn, so many milliseconds apart on each connection."""
        stem = folder / f"{abs(hash((self.name, delay_ms)))}"
        listed, script = stem.with_suffix(".txt"), stem.with_suffix(".lua")
        listed.write_text("\n".join(self.lines))
        script.write_text(LUA % (listed, delay_ms) if delay_ms else LUA.partition("delay =")[0] % listed)
        return script


def main() -> None:
    """Measure and print."""
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed. On Debian or Ubuntu: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, filled_database(options.data_dir) as dsn:
        bench = Bench(Path(folder), dsn, options)
        bench.one_worker()
        bench.two_workers()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: scripts/bench --pairs 10 --seconds 4")
    parser.add_argument("--pairs", type=int, default=10, help="rounds of ours, bare and control")
    parser.add_argument("--seconds", type=int, default=3, help="length of a round")
    parser.add_argument("--postcodes", type=int, default=5000, help="how many random postcodes are asked")
    parser.add_argument("--data-dir", type=Path, default=Settings().data_dir, help="folder of the embedded database")
    return parser.parse_args()


class Bench:
    """Runs the comparisons one after the other."""

    def __init__(self, folder: Path, dsn: str, options: argparse.Namespace) -> None:
        self._folder = folder
        self._dsn = dsn
        self._options = options
        self._first, self._last = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))

    def one_worker(self) -> None:
        """Every kind of answer, and the time of the slowest at half load."""
        with started("ours", [*OURS], self._dsn, [self._first]) as ours, self._bare(ours, 1, [self._first]) as bare:
            print(f"finder serve to /readyz: {ours.ready_seconds:.2f} s; memory then {ours.memory_mb():.0f} MB")
            postcodes, *others = _loads(ours, self._options.postcodes)
            peak = statistics.median(each.per_second for each in self._compare(ours, bare, postcodes)["ours"])
            for load in others:
                self._compare(ours, bare, load)
            self._compare_slowest(ours, bare, postcodes, peak)
            print(f"\nmemory at the end {ours.memory_mb():.0f} MB")

    def two_workers(self) -> None:
        """Postcodes with two workers each, which share the cores with wrk."""
        command = [*OURS, "--workers", "2"]
        with started("ours", command, self._dsn) as ours, self._bare(ours, 2, []) as bare:
            postcodes, *_ = _loads(ours, self._options.postcodes)
            self._compare(ours, bare, replace(postcodes, name=f"{postcodes.name}, two workers"))

    def _bare(self, ours: Server, workers: int, cores: Sequence[int]) -> AbstractContextManager[Server]:
        sizes = [str(len(ours.get(path))) for path in ("/api/v1/postcodes/B24QA", TEAM_PAGE)]
        bare: AbstractContextManager[Server] = started(
            "bare", [sys.executable, "-c", BARE, "{port}", *sizes, str(workers)], cores=cores
        )
        return bare

    def _compare(self, ours: Server, bare: Server, load: Load) -> dict[str, list[Round]]:
        print(f"\n{load.name}")
        script = load.script(self._folder)
        rounds: dict[str, list[Round]] = {"ours": [], "bare": [], "control": []}
        for server in (ours, bare):
            self._wrk(server, script, 1)
        for number in range(1, self._options.pairs + 1):
            for name, server in (("ours", ours), ("bare", bare), ("control", bare)):
                rounds[name].append(self._wrk(server, script, self._options.seconds))
            line = "  ".join(f"{name} {found[-1].per_second:,.0f}/s" for name, found in rounds.items())
            print(f"round {number}: {line}", flush=True)
        _report(rounds)
        return rounds

    def _compare_slowest(self, ours: Server, bare: Server, load: Load, peak: float) -> None:
        """The p99 at half of what ours can do."""
        delay_ms = max(1, round(2 * MANY_CONNECTIONS / peak * 1000))
        script = load.script(self._folder, delay_ms)
        rounds = [
            [self._wrk(server, script, self._options.seconds, MANY_CONNECTIONS) for server in (ours, bare, bare)]
            for _ in range(self._options.pairs)
        ]
        print(f"\np99 of {load.name} at half load ({rounds[0][0].per_second:,.0f}/s)")
        for name, found in zip(("ours", "bare", "control"), zip(*rounds, strict=True), strict=True):
            print(f"{name:8} {statistics.median(each.p99_ms for each in found):6.2f} ms")
        for name, place in (("ours", 0), ("control", 2)):
            print(f"p99 ratio {name} to bare: {_spread([each[place].p99_ms / each[1].p99_ms for each in rounds])}")

    def _wrk(self, server: Server, script: Path, seconds: int, connections: int = CONNECTIONS) -> Round:
        address = f"http://127.0.0.1:{server.port}"
        command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), address]
        before = server.cpu_seconds()
        pinned = ["taskset", "-c", str(self._last), *command]
        output = subprocess.run(pinned, check=True, capture_output=True, text=True).stdout
        used = server.cpu_seconds() - before
        requests = int(_figure(r"(\d+) requests in", output))
        return Round(
            per_second=_figure(r"Requests/sec:\s+([\d.]+)", output),
            cpu_us=used / max(requests, 1) * 1e6,
            p99_ms=_milliseconds(output),
            failed=int(_figure(r"Non-2xx or 3xx responses: (\d+)", output)),
        )


def _loads(ours: Server, count: int) -> list[Load]:
    """Random postcodes of the force, alone, held already, and as points; a team's page. The same ones on every run."""
    with POSTCODES.open(encoding="utf-8", newline="") as stream:
        own = [row for row in csv.DictReader(stream) if row["ward"]]
    chosen = random.Random(2025).sample(own, count)  # noqa: S311 - a sample, not a secret
    points = to_lonlat_many(np.array([[float(row["easting"]), float(row["northing"])] for row in chosen]))
    paths = [f"/api/v1/postcodes/{row['postcode'].replace(' ', '')}" for row in chosen]
    held = [f"{path} {get(ours.port, path)[1]}" for path in paths[:500]]
    return [
        Load("GET /api/v1/postcodes/{postcode}", paths),
        Load("GET /api/v1/postcodes/{postcode}, 304 to who has it", held),
        Load("GET /api/v1/points", [f"/api/v1/points?lat={lat:.6f}&lon={lon:.6f}" for lon, lat in points.tolist()]),
        Load("GET /teams/{id}", [TEAM_PAGE]),
    ]


def _figure(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found[1]) if found else 0.0


def _milliseconds(output: str) -> float:
    """The p99 that wrk tells, in whatever unit it was told."""
    found = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]] if found else 0.0


def _report(rounds: dict[str, list[Round]]) -> None:
    for name, found in rounds.items():
        speed = statistics.median(each.per_second for each in found)
        cpu = statistics.median(each.cpu_us for each in found)
        failed = sum(each.failed for each in found)
        print(f"{name:8} {speed:9,.0f} requests/s  {cpu:6.1f} us of CPU a request  failed {failed}")
    for name in ("ours", "control"):
        pairs = list(zip(rounds[name], rounds["bare"], strict=True))
        print(f"ratio {name} to bare: {_spread([one.per_second / two.per_second for one, two in pairs])}")


def _spread(ratios: list[float]) -> str:
    least, most = min(ratios), max(ratios)
    return f"{statistics.median(ratios):.2f} (from {least:.2f} to {most:.2f}, {len(ratios)} pairs)"


if __name__ == "__main__":
    main()
