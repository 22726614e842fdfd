"""Servers under test, each in a process of its own: their address, log, CPU time and memory."""

import json
import os
import re
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from scripts.harness.finder_commands import isolated_environment
from scripts.harness.processes import Process, child_process, free_port, wait_until_up
from scripts.harness.waiting import TIMEOUT_SECONDS

_CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")
_LISTENING: Final = re.compile(r"http://127\.0\.0\.1:(\d+)/")
_MANAGEMENT: Final = re.compile(r"management.{1,20}?127\.0\.0\.1:(\d+)")

StartFinder = Callable[[Sequence[str], Path, Mapping[str, str], Path], AbstractContextManager[Process]]
"""Starts a finder command: its words, the file for its output, its environment, its folder."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A running server: a process and its children. All of its output goes to one file."""

    process: Process
    output_file: Path
    port: int
    ready_seconds: float  # from its start until it answered

    @property
    def address(self) -> str:
        """The address that it listens on, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def management_port(self) -> int:
        """The port of its management listener, from its log."""
        found = _MANAGEMENT.search(self.output)
        return int(found[1]) if found else 0

    @property
    def management(self) -> str:
        """The address of its management listener."""
        return f"http://127.0.0.1:{self.management_port}"

    @property
    def output(self) -> str:
        """Its output so far: standard output and standard error."""
        return self.output_file.read_text(encoding="utf-8", errors="replace")

    def events(self, name: str | None = None) -> list[Mapping[str, Any]]:
        """The events of its log, or those with a given name."""
        events = (json.loads(line) for line in self.output.splitlines() if line.startswith("{"))
        return [event for event in events if name in {None, event.get("event")}]

    def count_logged(self, event: str) -> int:
        """How often it has logged an event."""
        return self.output.count(f'"event": "{event}"')

    def has_logged(self, event: str, times: int = 1) -> bool:
        """Whether it has logged an event at least so many times."""
        return self.count_logged(event) >= times

    @property
    def workers(self) -> list[int]:
        """The process ids of its workers; its own if it has no workers."""
        return _children(self.process.pid) or [self.process.pid]

    def get(self, path: str) -> bytes:
        """The uncompressed body of an answer."""
        return self._ask(path)[0]

    def entity_tag(self, path: str) -> str:
        """The entity tag of an answer."""
        return self._ask(path)[1]

    @property
    def publication(self) -> int:
        """The publication that one of its workers answers from."""
        return int(json.loads(self.get("/readyz"))["publication"])

    def cpu_seconds(self) -> float:
        """User and system time of its processes, in seconds."""
        return sum(_cpu_seconds(pid) for pid in {self.process.pid, *self.workers})

    def memory_mb(self, what: str = "VmRSS") -> float:
        """Resident memory of its first process; with VmHWM its peak since `forget_peak`."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"{what}:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    def reset_peak_memory(self) -> None:
        """Reset the peak memory of its first process."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def stop(self) -> int:
        """Send SIGTERM, as a service manager does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_SECONDS)

    def _ask(self, path: str) -> tuple[bytes, str]:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - our own server
            return response.read(), response.headers.get("ETag", "")


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


@contextmanager
def start_finder_process(
    words: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path
) -> Iterator[Process]:
    """A finder command in a process of its own, with a file for its output."""
    with child_process([sys.executable, "-m", "finder", *words], log, environment, folder=folder) as process:
        yield process


@contextmanager
def running_service(dsn: str, folder: Path, *arguments: str, **settings: str) -> Iterator[RunningServer]:
    """`finder serve` on free ports with a JSON log, once it accepts connections. An empty setting is left unset."""
    with running_service_by(start_finder_process, dsn, folder, *arguments, **settings) as server:
        yield server


@contextmanager
def running_service_by(
    start: StartFinder, dsn: str, folder: Path, *arguments: str, **settings: str
) -> Iterator[RunningServer]:
    """The same, started in a given way."""
    log = folder / f"serve-{time.monotonic_ns()}.log"
    given = {"FINDER_LOG_FORMAT": "json", "FINDER_MANAGEMENT_PORT": "0", **settings}
    own = isolated_environment(dsn, **{name: value for name, value in given.items() if value})
    with start(["serve", "--port", "0", *arguments], log, own, folder) as process:
        seconds = wait_until_up(process, lambda: _find_port(log) is not None, "the service", log)
        yield RunningServer(process, log, _find_port(log) or 0, seconds)


def _find_port(log: Path) -> int | None:
    found = _LISTENING.search(log.read_text(encoding="utf-8", errors="replace"))
    return int(found[1]) if found else None


@contextmanager
def running_server(
    name: str, command: Sequence[str], isolated_environment: Mapping[str, str], cores: Sequence[int] = ()
) -> Iterator[RunningServer]:
    """A server started by a command where `{port}` is a free port, once /readyz is 200; pinned to some cores."""
    port, nowhere = free_port(), Path(os.devnull)
    arguments = [part.replace("{port}", str(port)) for part in command]
    began = time.perf_counter()
    with child_process(arguments, nowhere, isolated_environment, cores=cores) as process:
        starting = RunningServer(process, nowhere, port, 0.0)
        wait_until_up(process, lambda: _is_ready(starting), name, nowhere)
        try:
            yield replace(starting, ready_seconds=time.perf_counter() - began)
        finally:
            for forked in _children(process.pid):
                os.kill(forked, signal.SIGTERM)


def _is_ready(server: RunningServer) -> bool:
    with suppress(OSError):
        server.get("/readyz")
        return True
    return False
