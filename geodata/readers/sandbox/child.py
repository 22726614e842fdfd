"""The process in which a file of strangers is read: within limits, and gone when the one that started it is gone.

Started by quarantine.py as `python -m geodata.readers.sandbox.child ORDER`. It forks: the child sets limits upon itself
and reads, the parent waits for it and removes its folder, whatever ends first. What the child found, or why not, goes
to standard output, each message in MessagePack after its length. It trusts nothing in the file, and nobody needs to
trust what it says beyond its being plain values.
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
from geodata.readers.sandbox.protocol import Bounds, Ended, Order, Refused

PREFIX: Final = 4
"""Bytes before each message that tell its length, the least first."""

SIGNALLED: Final = 128
"""The exit code for a reader that a signal ended is this and the signal's number."""

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_OPEN_FILES: Final = 64
_MILLION: Final = 1_000_000
_STOPPING: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})

Read = Callable[[bytes, Path], Iterator[msgspec.Struct]]


def main() -> None:
    """Carry out the order on the command line."""
    order = msgspec.json.decode(sys.argv[1], type=Order)
    heeded = _STOPPING | {signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, heeded)  # from here on they wait until they are asked for
    die_with(order.parent, signal.SIGTERM)
    scratch, warden = Path(tempfile.mkdtemp(prefix="finder-")), os.getpid()
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, heeded)
        _read(order, scratch, warden)
    status = _wait_for(child, heeded)
    shutil.rmtree(scratch, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    os._exit(SIGNALLED - code if code < 0 else code)


def die_with(parent: int, how: signal.Signals) -> None:
    """Get a signal when the parent ends, or at once where it has."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), how)


def limit(bounds: Bounds) -> None:
    """Bound what this process may use from here on. What it runs into ends it, and its parent says so in words."""
    for kind, most in (
        (resource.RLIMIT_AS, bounds.memory_mb * _MILLION),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_FSIZE, bounds.written_mb * _MILLION),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def _wait_for(child: int, heeded: frozenset[signal.Signals]) -> int:
    """The status with which a child ended, by itself or because we were told to stop."""
    while True:
        if signal.sigwait(heeded) in _STOPPING:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1]
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:  # or else it was suspended, and goes on when it is let
            return status


def _read(order: Order, scratch: Path, warden: int) -> None:
    """In the child: read, send what is found, and end without coming back."""
    code = 1
    try:
        die_with(warden, signal.SIGKILL)
        os.chdir(scratch)
        os.environ.update(HOME=str(scratch), TMPDIR=str(scratch))
        limit(order.bounds)
        _send_all(order, scratch)
        code = 0
    finally:
        # Whatever is under way is left as it is: what GDAL's own tidying up might do with a hostile file has no use.
        os._exit(code)


def _send_all(order: Order, scratch: Path) -> None:
    module, _, function = order.reader.partition(":")
    with open(sys.stdout.fileno(), "wb", closefd=False) as output:
        try:
            read: Read = getattr(import_module(module), function)
            for message in read(bytes(order.task), scratch):
                output.write(framed(message))
                output.flush()
        except SourceError as error:
            output.write(framed(Refused(str(error))))
        output.write(framed(Ended()))


def framed(message: msgspec.Struct) -> bytes:
    """A message as it is sent."""
    encoded = msgspec.msgpack.encode(message)
    return len(encoded).to_bytes(PREFIX, "little") + encoded


if __name__ == "__main__":
    main()
