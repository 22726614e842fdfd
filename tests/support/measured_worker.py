"""A production worker that measures how long one request holds its event loop, and how much its memory grows.

The stall is the processor time of the loop's own thread between two beats of a timer of one millisecond. Other
processes, other threads and waiting do not lengthen it, however busy the machine is. Garbage collection in that thread
counts: other requests wait for it too.

`python -m tests.support.measured_worker DSN` serves as `finder serve` does. It writes its address, and then answers
commands on standard input: `reset` drops all cached answers and measurements, `read` writes the measurements.
`hold` holds the event loop, to test the measurement.
"""

import asyncio
import json
import os
import re
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from finder.server import app, worker_process
from finder.server.app_keys import LIVE
from finder.server.serve import serve
from finder.settings import Settings

HELD_SECONDS: Final = 0.03
_BEAT_SECONDS: Final = 0.001
_PROCESS: Final = Path("/proc/self")


class _Commands:
    """Measures the event loop that it is made in, and answers the commands."""

    def __init__(self, served: web.Application) -> None:
        self._live = served[LIVE]
        self._longest = 0.0
        self._last = time.thread_time()
        self._memory_kb = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sys.stdin.fileno(), self._take)
        self._beat()

    def _beat(self) -> None:
        now = time.thread_time()
        self._longest = max(self._longest, now - self._last)
        self._loop.call_later(_BEAT_SECONDS, self._beat)
        self._last = time.thread_time()

    def _take(self) -> None:
        commands = os.read(sys.stdin.fileno(), 1024).decode().split()
        for command in commands:
            self._obey(command)
        if not commands:
            self._loop.remove_reader(sys.stdin.fileno())

    def _obey(self, command: str) -> None:
        if command == "reset":
            self._reset()
        elif command == "read":
            self._longest = max(self._longest, time.thread_time() - self._last)
            grown = _memory_kb("VmHWM") - self._memory_kb
            _say({"stall_ms": 1000 * self._longest, "memory_mb": grown / 1024})
        elif command == "hold":
            until = time.thread_time() + HELD_SECONDS
            while time.thread_time() < until:
                pass

    def _reset(self) -> None:
        self._live.swap(replace(self._live.current, built_at=datetime.now(UTC)))
        (_PROCESS / "clear_refs").write_text("5", encoding="ascii")
        self._memory_kb = _memory_kb("VmRSS")
        _say({})
        self._longest, self._last = 0.0, time.thread_time()


def _memory_kb(what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+) kB", (_PROCESS / "status").read_text(encoding="ascii"))
    return int(found[1]) if found else 0


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def main() -> None:
    """Serves until SIGTERM."""
    built: list[web.Application] = []
    commands: list[_Commands] = []

    def build(*given: Any) -> web.Application:
        built.append(app.build_app(*given))
        return built[0]

    def announce(address: str) -> None:
        _say({"address": address})
        commands.append(_Commands(built[0]))

    vars(worker_process)["build_app"] = build
    serve(Settings(), sys.argv[1], announce)


if __name__ == "__main__":
    main()
