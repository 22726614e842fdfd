"""The sandbox's parent: starts the child, and yields its messages or raises SourceError."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import msgspec

import geodata
from geodata.errors import SourceError
from geodata.progress import OnProgress, ignore_progress
from geodata.readers.sandbox.protocol import (
    SIGNAL_EXIT_CODE,
    Finished,
    Job,
    Refused,
    SandboxLimits,
    SandboxReader,
    ShareRead,
    take_frames,
)

_ROOT: Final = Path(geodata.__file__).resolve().parent.parent
_OUT_OF_TIME: Final = frozenset({SIGNAL_EXIT_CODE + signal.SIGXCPU, SIGNAL_EXIT_CODE + signal.SIGKILL})
_POLL_SECONDS: Final = 0.2
_SHUTDOWN_SECONDS: Final = 5.0
_CHUNK: Final = 1 << 20
_MILLION: Final = 1_000_000


def read_in_sandbox(
    name: str,
    reader: SandboxReader,
    task: msgspec.Struct,
    limits: SandboxLimits,
    on_progress: OnProgress = ignore_progress,
) -> Generator[Any, None, None]:
    """Yield the messages of a reader; `name` is the file's name in errors.

    `on_progress` receives the share of the file that has been read at least every 0.2 s; what it raises ends the
    reading. Raises SourceError, with a remedy, if the reader refuses the file or gives no complete answer.
    """
    job = Job(reader.function, msgspec.Raw(msgspec.json.encode(task)), limits, os.getpid())
    with _started_child(job) as child:
        try:
            yield from _messages(child, reader, limits, on_progress)
        except TimeoutError:
            raise SourceError(_timeout_sentence(name, limits, reader)) from None
        except ValueError as error:  # also msgspec's: a message of another type
            raise SourceError(_failure_sentence(name, 0, limits, reader)) from error
        except EOFError as error:
            raise SourceError(_failure_sentence(name, _exit_code(child), limits, reader)) from error


def _messages(
    child: subprocess.Popen[bytes], reader: SandboxReader, limits: SandboxLimits, on_progress: OnProgress
) -> Generator[Any, None, None]:
    """Yield the reader's messages until it has finished. Raises SourceError if it refuses, else as `_frames`."""
    decoder = msgspec.msgpack.Decoder(type=reader.messages | ShareRead | Refused | Finished)
    share = 0.0
    assert child.stdout is not None  # noqa: S101 - it was started with a pipe; for the type checker
    for frame in _frames(child.stdout, limits):
        match None if frame is None else decoder.decode(frame):
            case Refused(sentence):
                raise SourceError(sentence)
            case ShareRead(read):
                share = read
            case Finished():
                return
            case None:
                on_progress(share)
            case message:
                yield message


@contextmanager
def _started_child(job: Job) -> Iterator[subprocess.Popen[bytes]]:
    """The running child. At the end it is terminated, so that it removes its folder."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "geodata.readers.sandbox.child", msgspec.json.encode(job).decode()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
    ) as child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(_SHUTDOWN_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


def _environment() -> dict[str, str]:
    """The child's whole environment, without our secrets. Each thread of OpenBLAS would reserve memory."""
    return {
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TMPDIR": tempfile.gettempdir(),
    }


def _frames(stream: IO[bytes], limits: SandboxLimits) -> Iterator[bytes | None]:
    """Yield each message as it arrives, and None each time the clock was checked.

    Raises TimeoutError after the allowed time, EOFError if the stream ends, ValueError after too many bytes.
    """
    deadline, bytes_left = time.monotonic() + limits.seconds, limits.sent_mb * _MILLION
    received = bytearray()
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    while True:
        if time.monotonic() > deadline:
            raise TimeoutError
        yield None
        if poll.poll(_POLL_SECONDS * 1000):
            chunk = os.read(stream.fileno(), _CHUNK)
            bytes_left -= len(chunk)
            if not chunk:
                raise EOFError
            if bytes_left < 0:
                raise ValueError
            received += chunk
            yield from take_frames(received)


def _exit_code(child: subprocess.Popen[bytes]) -> int:
    """The exit code of a child that has closed its output; 0 if it does not exit."""
    try:
        return child.wait(_SHUTDOWN_SECONDS)
    except subprocess.TimeoutExpired:
        return 0


def _failure_sentence(name: str, exit_code: int, limits: SandboxLimits, reader: SandboxReader) -> str:
    """Why a reader gave no complete answer, as far as the exit code shows."""
    if exit_code in _OUT_OF_TIME:
        return _timeout_sentence(name, limits, reader)
    return f"{name} broke off its reading, or needs more than {limits.memory_mb:,} MB of memory. {reader.remedy}"


def _timeout_sentence(name: str, limits: SandboxLimits, reader: SandboxReader) -> str:
    return f"{name} was still being read after {limits.seconds} s. {reader.remedy}"
