"""The servers that the benchmarks compare, each a process whose CPU time and memory are read from /proc."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from finder.database import database
from finder.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Server:
    """A server under test: one process, or one and those that it started."""

    name: str
    port: int
    pid: int
    ready_seconds: float

    def get(self, path: str) -> bytes:
        """The body of an answer that is not compressed."""
        return get(self.port, path)[0]

    def cpu_seconds(self) -> float:
        """User and system time that its processes have used."""
        return sum(_cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))

    def memory_mb(self) -> float:
        """Resident memory of its first process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


def get(port: int, path: str) -> tuple[bytes, str]:
    """The body of an answer, and its entity tag."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return response.read(), response.headers.get("ETag", "")


@contextmanager
def filled_database(data_dir: Path) -> Iterator[str]:
    """The address of an embedded database in which the data that ships is live, unless something else is."""
    code = "import asyncio, sys; from finder.demo import prepare; asyncio.run(prepare(sys.argv[1]))"
    with database(Settings(database_url=None, data_dir=data_dir)) as dsn:
        subprocess.run([sys.executable, "-c", code, dsn], check=True, cwd=ROOT)
        yield dsn


@contextmanager
def started(name: str, command: Sequence[str], dsn: str = "", cores: Sequence[int] = ()) -> Iterator[Server]:
    """A server of a command in which `{port}` stands for a free port, once it is ready; kept to some cores."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [part.replace("{port}", str(port)) for part in command]
    began = time.perf_counter()
    environment = os.environ | {"FINDER_DATABASE_URL": dsn}
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        if cores:
            os.sched_setaffinity(process.pid, cores)
        _await_ready(name, port, process)
        yield Server(name, port, process.pid, time.perf_counter() - began)
    finally:
        for child in _children(process.pid):
            os.kill(child, 15)
        process.terminate()
        process.wait(20)


def _await_ready(name: str, port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            get(port, "/readyz")
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The server {name} did not start.")
            time.sleep(0.01)
        else:
            return
