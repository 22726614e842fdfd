"""Runs finder commands in processes that are forked from one which has imported the program already.

Two thirds of a short command's time are imports, and the tests run more than a thousand commands. Everything else is as
on the command line: the arguments, the environment, the exit code, and standard streams that are files.
"""

import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from resource import struct_rusage
from typing import Final, NoReturn

import pytest

from finder.cli.main import COMMANDS
from scripts.harness.finder_commands import isolated_environment
from scripts.harness.processes import stop_process

_TIMEOUT_SECONDS: Final = 120.0
_LIBRARIES: Final = ("asyncpg", "finder.server.serve", "holidays.countries", "shapely")
_PRELOADED: Final = ("finder.cli.main", *(f"finder.cli.{each}" for each in COMMANDS.values()), *_LIBRARIES)


class PreloadedProcess:
    """A finder command in a process that is forked, used like a `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path) -> None:
        self._process = _context().Process(target=_run, args=(words, environment, [str(log)] * 2, str(folder)))
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("finder", timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        """Send a signal unless it has ended."""
        if self._process.exitcode is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


@contextmanager
def start_preloaded(
    words: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path
) -> Iterator[PreloadedProcess]:
    """A finder command in a process of its own, with a file for its output."""
    log.touch()
    process = PreloadedProcess(words, log, environment, folder)
    try:
        yield process
    finally:
        stop_process(process)


def run_finder(dsn: str, *arguments: str | Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end without a terminal, whether it succeeds or not."""
    words = [str(each) for each in arguments]
    with tempfile.TemporaryDirectory() as folder:
        streams = [f"{folder}/stdout", f"{folder}/stderr"]
        process = _context().Process(
            target=_run, args=(words, isolated_environment(dsn, **settings), streams, tempfile.gettempdir())
        )
        process.start()
        process.join(_TIMEOUT_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(words, _TIMEOUT_SECONDS)
        output, errors = (Path(each).read_text(encoding="utf-8") for each in streams)
        return subprocess.CompletedProcess(words, process.exitcode, output, errors)


def run_measured(
    words: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path
) -> tuple[int, struct_rusage]:
    """Run a command to its end; returns its exit code, and what it used or its largest child."""
    ours, theirs = _context().Pipe(duplex=False)
    process = _context().Process(target=_measure, args=(words, environment, [str(log)] * 2, str(folder), theirs))
    process.start()
    if not ours.poll(_TIMEOUT_SECONDS):
        process.kill()
        raise subprocess.TimeoutExpired(list(words), _TIMEOUT_SECONDS)
    status, used = ours.recv()
    process.join()
    return os.waitstatus_to_exitcode(status), struct_rusage(used)


def _measure(
    words: Sequence[str], environment: Mapping[str, str], streams: Sequence[str], folder: str, answer: Connection
) -> None:
    """Forks the command and waits for it: its parent alone learns what it used."""
    pid = os.fork()
    if pid == 0:
        _run(words, environment, streams, folder)
    _, status, used = os.wait4(pid, 0)
    answer.send((status, tuple(used)))


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    # The width of tables is fixed when the program is imported.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COLUMNS", isolated_environment("")["COLUMNS"])
        forkserver.ensure_running()
    return context


def _run(words: Sequence[str], environment: Mapping[str, str], streams: Sequence[str], folder: str) -> NoReturn:
    """Becomes the command, in the new process."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in enumerate((os.devnull, *streams)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww"))
    sys.argv = ["finder", *words]
    importlib.import_module("finder.cli.main").main()
    raise AssertionError
