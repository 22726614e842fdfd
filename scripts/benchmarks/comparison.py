"""Compares a service with a bare aiohttp handler in alternating rounds, and the handler with itself as a control.

Both run on uvloop. If they are pinned, both servers have one core and wrk another; otherwise they share all cores.
"""

import os
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.benchmarks.wrk import CONNECTIONS, Round, run_wrk, write_script
from scripts.harness.servers import RunningServer, running_server

OURS: Final = (sys.executable, "-m", "finder", "serve", "--port", "{port}")
MANY_CONNECTIONS: Final = 128

_BARE: Final = """
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
    """The requests of wrk: lines of a path and, optionally, the entity tag that the client has."""

    name: str
    lines: Sequence[str]

    def script(self, folder: Path, delay_ms: int = 0) -> Path:
        """A script for wrk that requests one line after another, with a delay in milliseconds on each connection."""
        return write_script(folder, f"{abs(hash((self.name, delay_ms)))}", self.lines, delay_ms)


class Comparison:
    """Two servers at the same time; `folder` holds the scripts of wrk."""

    def __init__(self, ours: RunningServer, bare: RunningServer, folder: Path, pairs: int, seconds: int) -> None:
        self._ours = ours
        self._bare = bare
        self._folder = folder
        self._pairs = pairs
        self._seconds = seconds

    def compare(self, requests: Requests) -> dict[str, list[Round]]:
        """Measures requests a second and CPU a request; prints rounds, medians and ratios, and returns the rounds."""
        print(f"\n{requests.name}")
        script = requests.script(self._folder)
        rounds: dict[str, list[Round]] = {"ours": [], "bare": [], "control": []}
        for server in (self._ours, self._bare):
            self._wrk(server, script, 1)
        for number in range(1, self._pairs + 1):
            for name, server in (("ours", self._ours), ("bare", self._bare), ("control", self._bare)):
                rounds[name].append(self._wrk(server, script, self._seconds))
            line = "  ".join(f"{name} {found[-1].per_second:,.0f}/s" for name, found in rounds.items())
            print(f"round {number}: {line}", flush=True)
        _report(rounds)
        return rounds

    def compare_slowest(self, requests: Requests, peak: float) -> None:
        """The p99 at half of the highest rate of our service."""
        delay_ms = max(1, round(2 * MANY_CONNECTIONS / peak * 1000))
        script = requests.script(self._folder, delay_ms)
        rounds = [
            [
                self._wrk(server, script, self._seconds, MANY_CONNECTIONS)
                for server in (self._ours, self._bare, self._bare)
            ]
            for _ in range(self._pairs)
        ]
        print(f"\np99 of {requests.name} at half load ({rounds[0][0].per_second:,.0f}/s)")
        for name, found in zip(("ours", "bare", "control"), zip(*rounds, strict=True), strict=True):
            print(f"{name:8} {statistics.median(each.p99_ms for each in found):6.2f} ms")
        for name, place in (("ours", 0), ("control", 2)):
            print(f"p99 ratio {name} to bare: {_spread([each[place].p99_ms / each[1].p99_ms for each in rounds])}")

    def _wrk(self, server: RunningServer, script: Path, seconds: int, connections: int = CONNECTIONS) -> Round:
        return run_wrk(server, script, seconds, connections, _last_core())


@contextmanager
def beside_bare(
    environment: Mapping[str, str], path: str, page: str = "", workers: int = 1, *, pinned: bool = True
) -> Iterator[tuple[RunningServer, RunningServer]]:
    """Our service and a bare handler with as many workers and bodies of the same size."""
    cores = [min(os.sched_getaffinity(0))] if pinned else []
    command = OURS if workers == 1 else (*OURS, "--workers", str(workers))
    with running_server("ours", command, environment, cores) as ours:
        sizes = [str(len(ours.get(each))) if each else "0" for each in (path, page)]
        bare = [sys.executable, "-c", _BARE, "{port}", *sizes, str(workers)]
        with running_server("bare", bare, os.environ, cores) as handler:
            yield ours, handler


def _last_core() -> int:
    return max(os.sched_getaffinity(0))


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
