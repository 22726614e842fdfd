"""Has a file of strangers read by a process of its own, and takes from it plain values or a refusal.

The file may be made to harm the library that reads it. The process has bounds on memory, processor time, time by the
clock, size of what it writes and sends, and open files; an environment that holds no secret of ours; and a folder of
its own. It ends with this one, however that ends. It answers in MessagePack, decoded to fixed types as it comes:
nothing in the answer is run. Which files are read how is the readers' business; this knows none of them.
"""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import msgspec

import geodata
from geodata.errors import SourceError
from geodata.readers.sandbox.child import PREFIX, SIGNALLED
from geodata.readers.sandbox.protocol import Bounds, Ended, Order, Reader, Refused, ShareRead

_ROOT: Final = Path(geodata.__file__).resolve().parent.parent
_OUT_OF_TIME: Final = frozenset({SIGNALLED + signal.SIGXCPU, SIGNALLED + signal.SIGKILL})
_TICK: Final = 0.2  # seconds between looks at the clock while nothing comes
_TO_TIDY_UP: Final = 5.0
_CHUNK: Final = 1 << 20
_MILLION: Final = 1_000_000

Tell = Callable[[float], None]
"""Is told how much has been dealt with, from 0 to 1, at least every fifth of a second; what it raises ends all."""


def read_in_sandbox(
    name: str, reader: Reader, task: msgspec.Struct, bounds: Bounds, tell: Tell = lambda _: None
) -> Generator[Any, None, None]:
    """The messages of a reader about the file of that name. Raises SourceError with what is wrong and what to do."""
    order = Order(reader.function, msgspec.Raw(msgspec.json.encode(task)), bounds, os.getpid())
    with _started(order) as process:
        try:
            yield from _messages(process, reader, bounds, tell)
        except TimeoutError:
            raise SourceError(f"{name} was still being read after {bounds.seconds} s. {reader.remedy}") from None
        except ValueError as error:  # msgspec's among them: a message of another shape, or more of them than allowed
            raise SourceError(_why(name, 0, bounds, reader)) from error
        except EOFError as error:
            raise SourceError(_why(name, _code_of(process), bounds, reader)) from error


def _messages(
    process: subprocess.Popen[bytes], reader: Reader, bounds: Bounds, tell: Tell
) -> Generator[Any, None, None]:
    """What a reader sends about the file, up to its end; raises as `_frames` does, and SourceError if it refuses."""
    decoder = msgspec.msgpack.Decoder(type=reader.messages | ShareRead | Refused | Ended)
    share = 0.0
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe; for the type checker
    for frame in _frames(process.stdout, bounds):
        match None if frame is None else decoder.decode(frame):
            case Refused(sentence):
                raise SourceError(sentence)
            case ShareRead(told):
                share = told
            case Ended():
                return
            case None:
                tell(share)
            case message:
                yield message


@contextmanager
def _started(order: Order) -> Iterator[subprocess.Popen[bytes]]:
    """The process at work, and its end: it is told to stop, so that it clears away after itself."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "geodata.readers.sandbox.child", msgspec.json.encode(order).decode()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_TO_TIDY_UP)
            except subprocess.TimeoutExpired:
                process.kill()


def _environment() -> dict[str, str]:
    """All that the process may know of its surroundings; each thread of OpenBLAS would reserve memory."""
    return {
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TMPDIR": tempfile.gettempdir(),
    }


def _frames(stream: IO[bytes], bounds: Bounds) -> Iterator[bytes | None]:
    """Each message as it comes, and None after each look at the clock.

    Raises TimeoutError after the time that is allowed, EOFError where it breaks off, ValueError past the bytes allowed.
    """
    deadline, most, held = time.monotonic() + bounds.seconds, bounds.written_mb * _MILLION, bytearray()
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    while True:
        if time.monotonic() > deadline:
            raise TimeoutError
        yield None
        if poll.poll(_TICK * 1000):
            piece = os.read(stream.fileno(), _CHUNK)
            most -= len(piece)
            if not piece:
                raise EOFError
            if most < 0:
                raise ValueError
            held += piece
            yield from _whole(held)


def _whole(held: bytearray) -> Iterator[bytes]:
    """The messages that have come as a whole, taken off the front."""
    start = 0
    while (end := start + PREFIX + int.from_bytes(held[start : start + PREFIX], "little")) <= len(held):
        yield bytes(held[start + PREFIX : end])
        start = end
    del held[:start]


def _code_of(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a process that has closed its end; 0 where it lingers."""
    try:
        return process.wait(_TO_TIDY_UP)
    except subprocess.TimeoutExpired:
        return 0


def _why(name: str, code: int, bounds: Bounds, reader: Reader) -> str:
    """What a process that gave no whole answer died of, as far as its exit code tells."""
    if code in _OUT_OF_TIME:
        return f"{name} was still being read after {bounds.seconds} s. {reader.remedy}"
    return f"{name} broke off its reading, or needs more than {bounds.memory_mb:,} MB of memory. {reader.remedy}"
