"""Runs wrk and reads its output: requests a second, p99 and failures."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.harness.servers import RunningServer

CONNECTIONS: Final = 32
_LUA: Final = """
local lines, count = {}, 0
for line in io.lines("%s") do count = count + 1; lines[count] = line end
local at = 0
request = function()
    at = at %% count + 1
    local path, tag = lines[at]:match("^(%%S+)%%s*(.*)$")
    if tag ~= "" then return wrk.format("GET", path, {["If-None-Match"] = tag}) end
    return wrk.format("GET", path)
end
"""
_DELAY: Final = "delay = function() return %d end\n"
_FAILURES: Final = re.compile(r"Non-2xx or 3xx responses: (\d+)|(?:connect|read|write|timeout) (\d+)")
_MILLISECONDS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of wrk measured."""

    per_second: float
    cpu_us: float  # of the server's processes, a request
    p99_ms: float
    failed: int


def require_wrk() -> None:
    """End the script with a sentence if wrk is not installed."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed. On Debian or Ubuntu: apt-get install wrk")


def write_script(folder: Path, name: str, lines: Sequence[str], delay_ms: int = 0) -> Path:
    """A script for wrk that requests one line after another, with a delay in milliseconds on each connection.

    A line is a path and perhaps, after a space, the entity tag that the client holds.
    """
    listed, script = folder / f"{name}.txt", folder / f"{name}.lua"
    listed.write_text("\n".join(lines), encoding="utf-8")
    script.write_text(_LUA % listed + (_DELAY % delay_ms if delay_ms else ""), encoding="utf-8")
    return script


def run_wrk(
    server: RunningServer, script: Path, seconds: int, connections: int = CONNECTIONS, core: int | None = None
) -> Round:
    """Send requests to a server for so many seconds, from one core if it is given."""
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), server.address]
    pinned = command if core is None else ["taskset", "-c", str(core), *command]
    before = server.cpu_seconds()
    output = subprocess.run(pinned, check=True, capture_output=True, text=True).stdout
    return read_round(output, server.cpu_seconds() - before)


def read_round(output: str, cpu_seconds: float) -> Round:
    """Parses the output of wrk; adds the CPU time that the server's processes used meanwhile."""
    requests = _figure(r"(\d+) requests in", output)
    return Round(
        per_second=_figure(r"Requests/sec:\s+([\d.]+)", output),
        cpu_us=cpu_seconds / max(requests, 1) * 1e6,
        p99_ms=_p99_ms(output),
        failed=sum(int(answered or broken) for answered, broken in _FAILURES.findall(output)),
    )


def _figure(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found[1]) if found else 0.0


def _p99_ms(output: str) -> float:
    """Milliseconds of a time that wrk prints with a unit."""
    found = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    return float(found[1]) * _MILLISECONDS[found[2]] if found else 0.0
