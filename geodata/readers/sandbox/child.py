"""The sandbox's child: runs one reader within limits, and ends when its parent ends.

Started by `start_child.py` as `python -m geodata.readers.sandbox.child JOB`. The process forks. The forked process
limits itself and reads the file. The first process waits for it and removes its folder, also when the reader or the
parent was killed. What the reader yields goes to standard output, each message in MessagePack after its length. The
child trusts nothing in the file, and the parent need not trust the child: its messages are plain values.
"""

import ctypes
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import msgspec

from geodata.errors import SourceError
from geodata.readers.sandbox.protocol import SIGNAL_EXIT_CODE, Finished, Job, Refused, SandboxLimits, frame

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_MAX_OPEN_FILES: Final = 64
_MILLION: Final = 1_000_000
_STOP_SIGNALS: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})

Read = Callable[[bytes, Path], Iterator[msgspec.Struct]]


def main() -> None:
    """Do the job on the command line."""
    job = msgspec.json.decode(sys.argv[1], type=Job)
    awaited = _STOP_SIGNALS | {signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)  # they stay pending until _wait_for takes them
    signal_when_parent_ends(job.parent_pid, signal.SIGTERM)
    folder, own_pid = Path(tempfile.mkdtemp(prefix="finder-")), os.getpid()
    reader_pid = os.fork()
    if reader_pid == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, awaited)
        _run_reader(job, folder, own_pid)
    status = _wait_for(reader_pid, awaited)
    shutil.rmtree(folder, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    os._exit(SIGNAL_EXIT_CODE - code if code < 0 else code)


def signal_when_parent_ends(parent_pid: int, signal_: signal.Signals) -> None:
    """Have the kernel send a signal when the parent ends; send it at once if the parent has ended already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal_), 0, 0, 0)
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), signal_)


def apply_limits(limits: SandboxLimits) -> None:
    """Limit what this process may use from now on. Exceeding a limit ends it; the parent explains why."""
    for kind, wanted in (
        (resource.RLIMIT_AS, limits.memory_mb * _MILLION),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, limits.written_mb * _MILLION),
        (resource.RLIMIT_NOFILE, _MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))


def _wait_for(reader_pid: int, awaited: frozenset[signal.Signals]) -> int:
    """The exit status of the reader, which is killed if a stop signal arrives first."""
    while True:
        if signal.sigwait(awaited) in _STOP_SIGNALS:
            os.kill(reader_pid, signal.SIGKILL)
            return os.waitpid(reader_pid, 0)[1]
        ended, status = os.waitpid(reader_pid, os.WNOHANG)
        if ended:  # else it was only suspended or continued
            return status


def _run_reader(job: Job, folder: Path, waiting_pid: int) -> None:
    """In the forked process: read the file, send the messages, and exit without returning."""
    code = 1
    try:
        signal_when_parent_ends(waiting_pid, signal.SIGKILL)
        os.chdir(folder)
        os.environ.update(HOME=str(folder), TMPDIR=str(folder))
        apply_limits(job.limits)
        _send_messages(job, folder)
        code = 0
    finally:
        # Exit without cleaning up: nobody needs what GDAL's own clean-up might do with a hostile file.
        os._exit(code)


def _send_messages(job: Job, folder: Path) -> None:
    module, _, function = job.reader.partition(":")
    with open(sys.stdout.fileno(), "wb", closefd=False) as output:
        try:
            read: Read = getattr(import_module(module), function)
            for message in read(bytes(job.task), folder):
                output.write(frame(message))
                output.flush()
        except SourceError as error:
            output.write(frame(Refused(str(error))))
        output.write(frame(Finished()))


if __name__ == "__main__":
    main()
