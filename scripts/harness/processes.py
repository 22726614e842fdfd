"""Starts, awaits and ends processes by their own ids, each with a file for its output."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from scripts.harness.waiting import TIMEOUT_SECONDS, HarnessError, wait_until


class Process(Protocol):
    """A process that can be awaited and signalled, as `subprocess.Popen` is."""

    @property
    def pid(self) -> int:
        """Its process id."""

    @property
    def returncode(self) -> int | None:
        """Its exit code once `poll` or `wait` has seen its end, negative for the signal that ended it."""

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Send a signal unless it has ended."""

    def terminate(self) -> None:
        """Send SIGTERM."""

    def kill(self) -> None:
        """Send SIGKILL."""


@contextmanager
def child_process(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    cores: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in its own session: Ctrl-C reaches only its parent, which then ends all processes in order."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )
    try:
        if cores:
            os.sched_setaffinity(process.pid, cores)
        yield process
    finally:
        stop_process(process)


def stop_process(process: Process) -> None:
    """Ask a process to end, and kill it if it does not."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(TIMEOUT_SECONDS)
    process.kill()
    process.wait()


def wait_until_up(process: Process, is_up: Callable[[], bool], what: str, log: Path) -> float:
    """Wait until a condition holds for a process; returns the seconds. Raises HarnessError if it ends first."""
    seconds = wait_until(lambda: process.poll() is not None or is_up(), f"{what} (its log is {log})")
    if process.poll() is not None:
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        raise HarnessError(f"{what} ended with {process.returncode}: {said[-500:]}")
    return seconds


def find_program(name: str, package: str = "") -> str:
    """The path of a program of the system. Raises HarnessError if it is not installed."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin")))
    if found is None:
        raise HarnessError(f"{name} is not installed. On Debian and Ubuntu: apt-get install {package or name}")
    return found


def free_port() -> int:
    """A port that no process listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts_connections(port: int) -> bool:
    """Whether a process listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
