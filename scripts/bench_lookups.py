"""Answers over HTTP, as a ratio to a bare aiohttp handler whose body has the same size.

Both servers run on uvloop and are pinned to one core, wrk to another; two workers have both cores, and share them with
wrk. Rounds go in turn: ours, bare, and bare again as the control that shows how noisy the machine is. Ours has the
default production settings. The p99 is taken at half of what ours can do, asked of both alike.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from finder.settings import Settings
from scripts.harness.commands import environment_as_set
from scripts.harness.databases import kept_database
from scripts.harness.homes import some_homes
from scripts.harness.servers import Served, started
from scripts.harness.wrk import CONNECTIONS, Round, require_wrk, run_wrk, write_script

TEAM_PAGE = "/teams/ladywood"
OURS = (sys.executable, "-m", "finder", "serve", "--port", "{port}")
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


@dataclass(frozen=True, slots=True)
class Requests:
    """What wrk is to ask for: lines of a path and perhaps the entity tag that the client holds."""

    name: str
    lines: Sequence[str]

    def script(self, folder: Path, delay_ms: int = 0) -> Path:
        """A script for wrk that asks for the lines in turn, so many milliseconds apart on each connection."""
        return write_script(folder, f"{abs(hash((self.name, delay_ms)))}", self.lines, delay_ms)


def main() -> None:
    """Measure and print."""
    options = _options()
    require_wrk()
    with tempfile.TemporaryDirectory() as folder, kept_database(options.data_dir) as dsn:
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
        self._environment = environment_as_set(dsn)
        self._options = options
        self._first, self._last = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))

    def one_worker(self) -> None:
        """Every kind of answer, and the time of the slowest at half load."""
        with (
            started("ours", OURS, self._environment, [self._first]) as ours,
            self._bare(ours, 1, [self._first]) as bare,
        ):
            print(f"finder serve to /readyz: {ours.ready_seconds:.2f} s; memory then {ours.memory_mb():.0f} MB")
            postcodes, *others = _requests(ours, self._options.postcodes)
            peak = statistics.median(each.per_second for each in self._compare(ours, bare, postcodes)["ours"])
            for each in others:
                self._compare(ours, bare, each)
            self._compare_slowest(ours, bare, postcodes, peak)
            print(f"\nmemory at the end {ours.memory_mb():.0f} MB")

    def two_workers(self) -> None:
        """Postcodes with two workers each, which share the cores with wrk."""
        command = [*OURS, "--workers", "2"]
        with started("ours", command, self._environment) as ours, self._bare(ours, 2, []) as bare:
            postcodes, *_ = _requests(ours, self._options.postcodes)
            self._compare(ours, bare, replace(postcodes, name=f"{postcodes.name}, two workers"))

    def _bare(self, ours: Served, workers: int, cores: Sequence[int]) -> AbstractContextManager[Served]:
        sizes = [str(len(ours.get(path))) for path in ("/api/v1/postcodes/B24QA", TEAM_PAGE)]
        bare: AbstractContextManager[Served] = started(
            "bare", [sys.executable, "-c", BARE, "{port}", *sizes, str(workers)], os.environ, cores
        )
        return bare

    def _compare(self, ours: Served, bare: Served, requests: Requests) -> dict[str, list[Round]]:
        print(f"\n{requests.name}")
        script = requests.script(self._folder)
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

    def _compare_slowest(self, ours: Served, bare: Served, requests: Requests, peak: float) -> None:
        """The p99 at half of what ours can do."""
        delay_ms = max(1, round(2 * MANY_CONNECTIONS / peak * 1000))
        script = requests.script(self._folder, delay_ms)
        rounds = [
            [self._wrk(server, script, self._options.seconds, MANY_CONNECTIONS) for server in (ours, bare, bare)]
            for _ in range(self._options.pairs)
        ]
        print(f"\np99 of {requests.name} at half load ({rounds[0][0].per_second:,.0f}/s)")
        for name, found in zip(("ours", "bare", "control"), zip(*rounds, strict=True), strict=True):
            print(f"{name:8} {statistics.median(each.p99_ms for each in found):6.2f} ms")
        for name, place in (("ours", 0), ("control", 2)):
            print(f"p99 ratio {name} to bare: {_spread([each[place].p99_ms / each[1].p99_ms for each in rounds])}")

    def _wrk(self, server: Served, script: Path, seconds: int, connections: int = CONNECTIONS) -> Round:
        return run_wrk(server, script, seconds, connections, self._last)


def _requests(ours: Served, count: int) -> list[Requests]:
    """Random postcodes of the force, alone, held already, and as points; a team's page. The same ones on every run."""
    homes = some_homes(count)
    paths = [f"/api/v1/postcodes/{home.postcode}" for home in homes]
    held = [f"{path} {ours.entity_tag(path)}" for path in paths[:500]]
    return [
        Requests("GET /api/v1/postcodes/{postcode}", paths),
        Requests("GET /api/v1/postcodes/{postcode}, 304 to who has it", held),
        Requests("GET /api/v1/points", [f"/api/v1/points?lat={home.latitude}&lon={home.longitude}" for home in homes]),
        Requests("GET /teams/{id}", [TEAM_PAGE]),
    ]


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
