"""Lookups of postcodes and points over HTTP, as a ratio to a bare aiohttp handler whose body has the same size.

Both servers run on uvloop and are pinned to one core, wrk to another. Rounds go in turn: ours, bare, and bare again as
the control that shows how noisy the machine is. Ours has the default production settings.
"""

import argparse
import csv
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finder.database import database
from finder.settings import Settings
from geodata.projection import to_lonlat_many

ROOT = Path(__file__).resolve().parent.parent
POSTCODES = ROOT / "geodata" / "west_midlands" / "postcodes.csv"
CONNECTIONS = 32
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

BARE = """
import sys, uvloop
from aiohttp import web
body = b"x" * int(sys.argv[2])
async def answer(request):
    return web.Response(body=body, content_type="application/json")
async def serve():
    app = web.Application()
    app.router.add_get("/api/v1/postcodes/{postcode}", answer)
    app.router.add_get("/api/v1/points", answer)
    app.router.add_get("/readyz", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(sys.argv[1])).start()
    import asyncio
    await asyncio.Event().wait()
uvloop.run(serve())
"""

LUA = """
local paths, count = {}, 0
for line in io.lines("%s") do count = count + 1; paths[count] = line end
local at = 0
request = function() at = at %% count + 1; return wrk.format("GET", paths[at]) end
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server under test."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def memory_mb(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of wrk measured."""

    per_second: float
    cpu_us: float
    failed: int


def main() -> None:
    """Measure and print."""
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed. On Debian or Ubuntu: apt-get install wrk")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        scripts = _write_paths(folder, options.postcodes)
        dsn = stack.enter_context(database(Settings(database_url=None, data_dir=options.data_dir)))
        _fill(options.data_dir)
        ours, ready_seconds = stack.enter_context(_started("ours", _ours(dsn)))
        size = len(_get(f"http://127.0.0.1:{ours.port}/api/v1/postcodes/B24QA"))
        bare, _ = stack.enter_context(_started("bare", [sys.executable, "-c", BARE, "{port}", str(size)]))
        print(
            f"finder serve to /readyz: {ready_seconds:.2f} s; memory then {ours.memory_mb():.0f} MB; body {size} bytes"
        )
        for what, script in scripts.items():
            print(f"\n{what}")
            _report(_measure(ours, bare, script, options))
        print(f"\nmemory at the end {ours.memory_mb():.0f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: scripts/bench --pairs 10 --seconds 4")
    parser.add_argument("--pairs", type=int, default=10, help="rounds of ours, bare and control")
    parser.add_argument("--seconds", type=int, default=3, help="length of a round")
    parser.add_argument("--postcodes", type=int, default=5000, help="how many random postcodes are asked")
    parser.add_argument("--data-dir", type=Path, default=Settings().data_dir, help="folder of the embedded database")
    return parser.parse_args()


def _write_paths(folder: Path, count: int) -> dict[str, Path]:
    """Scripts for wrk: random postcodes of the force, and their points, in turn; the same ones on every run."""
    with POSTCODES.open(encoding="utf-8", newline="") as stream:
        own = [row for row in csv.DictReader(stream) if row["ward"]]
    chosen = random.Random(2025).sample(own, count)  # noqa: S311 - a sample, not a secret
    points = to_lonlat_many(np.array([[float(row["easting"]), float(row["northing"])] for row in chosen]))
    asked = {
        "GET /api/v1/postcodes/{postcode}": [f"/api/v1/postcodes/{row['postcode'].replace(' ', '')}" for row in chosen],
        "GET /api/v1/points": [f"/api/v1/points?lat={lat:.6f}&lon={lon:.6f}" for lon, lat in points.tolist()],
    }
    return {what: _write_script(folder / str(number), lines) for number, (what, lines) in enumerate(asked.items())}


def _write_script(stem: Path, lines: list[str]) -> Path:
    paths = stem.with_suffix(".txt")
    paths.write_text("\n".join(lines))
    script = stem.with_suffix(".lua")
    script.write_text(LUA % paths)
    return script


def _fill(data_dir: Path) -> None:
    """Make the data that ships live, unless something is."""
    code = "import asyncio, sys; from finder.demo import prepare; asyncio.run(prepare(sys.argv[1]))"
    with database(Settings(database_url=None, data_dir=data_dir)) as dsn:
        subprocess.run([sys.executable, "-c", code, dsn], check=True, cwd=ROOT)


def _ours(dsn: str) -> list[str]:
    os.environ["FINDER_DATABASE_URL"] = dsn
    return [sys.executable, "-m", "finder", "serve", "--port", "{port}"]


@contextmanager
def _started(name: str, command: Sequence[str]) -> Iterator[tuple[Server, float]]:
    """A server on the first core, and the seconds that it took to be ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [part.replace("{port}", str(port)) for part in command]
    began = time.perf_counter()
    process = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        while True:
            try:
                _get(f"http://127.0.0.1:{port}/readyz")
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - began > 60:  # noqa: PLR2004 - seconds
                    sys.exit(f"The server {name} did not start.")
                time.sleep(0.01)
        yield Server(name, port, process.pid), time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(20)


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310 - loopback, written above
        body: bytes = response.read()
    return body


def _measure(ours: Server, bare: Server, script: Path, options: argparse.Namespace) -> dict[str, list[Round]]:
    rounds: dict[str, list[Round]] = {"ours": [], "bare": [], "control": []}
    for server in (ours, bare):
        _wrk(server, script, 1)
    for number in range(1, options.pairs + 1):
        for name, server in (("ours", ours), ("bare", bare), ("control", bare)):
            rounds[name].append(_wrk(server, script, options.seconds))
        line = "  ".join(f"{name} {found[-1].per_second:,.0f}/s" for name, found in rounds.items())
        print(f"round {number}: {line}", flush=True)
    return rounds


def _wrk(server: Server, script: Path, seconds: int) -> Round:
    core = str(max(os.sched_getaffinity(0)))
    address = f"http://127.0.0.1:{server.port}"
    command = ["taskset", "-c", core, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), address]
    before = server.cpu_seconds()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = server.cpu_seconds() - before
    requests = int(_figure(r"(\d+) requests in", output))
    failed = int(_figure(r"Non-2xx or 3xx responses: (\d+)", output))
    return Round(_figure(r"Requests/sec:\s+([\d.]+)", output), used / max(requests, 1) * 1e6, failed)


def _figure(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found[1]) if found else 0.0


def _report(rounds: dict[str, list[Round]]) -> None:
    for name, found in rounds.items():
        speed = statistics.median(each.per_second for each in found)
        cpu = statistics.median(each.cpu_us for each in found)
        failed = sum(each.failed for each in found)
        print(f"{name:8} {speed:9,.0f} requests/s  {cpu:6.1f} us of CPU a request  failed {failed}")
    for name, other in (("ours", "bare"), ("control", "bare")):
        pairs = zip(rounds[name], rounds[other], strict=True)
        ratios = sorted(one.per_second / two.per_second for one, two in pairs)
        middle = statistics.median(ratios)
        print(f"ratio {name} to {other}: {middle:.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f}, {len(ratios)} pairs)")


if __name__ == "__main__":
    main()
