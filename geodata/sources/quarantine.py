"""Has a boundary file read by a process of its own, and takes from it plain values or a refusal.

The file may be made to harm the library that reads it. The process has bounds on memory, processor time, time by the
clock, size of what it writes and open files; an environment that holds no secret of ours and opens a single GDAL
driver; and a folder of its own. It answers in MessagePack, decoded to fixed types: nothing in the answer is run.
"""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import msgspec

import geodata
from geodata.errors import SourceError
from geodata.sources.features import Contents, Refused, Task
from geodata.sources.supplied import Limits
from geodata.sources.tables import open_source

_ROOT: Final = Path(geodata.__file__).resolve().parent.parent
_OUT_OF_TIME: Final = frozenset({-signal.SIGXCPU, -signal.SIGKILL})
_REMEDY: Final = "Do not trust this file: ask the supplier for the wards as GeoJSON."


def read_contents(path: Path, limits: Limits) -> Contents:
    """The layers of a boundary file, zip or folder. Raises SourceError with what is wrong and what to do."""
    if not path.is_dir():
        with open_source(path):
            pass  # says in words that it is absent or closed to us
    with tempfile.TemporaryDirectory(prefix="finder-") as scratch, tempfile.TemporaryFile() as answer:
        code = _run(path, Path(scratch), limits, answer.fileno())
        answer.seek(0)
        return _taken(path.name, answer.read(), code, limits)


def _run(path: Path, scratch: Path, limits: Limits, answer: int) -> int:
    """Run the reading process to its end or the end of its time, and give its exit code."""
    task = Task(str(path.absolute()), str(scratch), limits.wards_mb, limits.features, limits.memory_mb, limits.seconds)
    try:
        return subprocess.run(
            [sys.executable, "-P", "-m", "geodata.sources.reader", msgspec.json.encode(task).decode()],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=_environment(scratch),
            timeout=limits.seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL


def _environment(scratch: Path) -> dict[str, str]:
    """All that the process may know of its surroundings; each thread of OpenBLAS would reserve memory."""
    return {
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
    }


def _taken(name: str, answer: bytes, code: int, limits: Limits) -> Contents:
    try:
        found = msgspec.msgpack.decode(answer, type=Contents | Refused)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceError(_why(name, code, limits)) from error
    if isinstance(found, Refused):
        raise SourceError(found.sentence)
    return found


def _why(name: str, code: int, limits: Limits) -> str:
    """What a process that gave no answer died of, as far as its exit code tells."""
    if code in _OUT_OF_TIME:
        return f"{name} was still being read after {limits.seconds} s. {_REMEDY}"
    return f"{name} broke off its reading, or needs more than {limits.memory_mb:,} MB of memory. {_REMEDY}"
