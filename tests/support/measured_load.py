"""Runs the load of a malicious file, and measures its time and memory."""

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.commands import isolated_environment

MAX_CPU_SECONDS: Final = 10.0  # of the processor, start of Python included: a busy machine makes no difference
MAX_KIB: Final = 600_000  # KiB of resident memory, of the command or of the process that it reads in


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that came to its end, and what it took: itself or its largest child."""

    code: int
    output: str
    cpu_seconds: float
    peak_kib: int


# Runs a command from a small process: one forked from the tests' own would count their memory as its peak.
_MEASURE: Final = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
sys.stdout.buffer.write(ended.stdout)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("", ended.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss, sep="\\n")
"""


def run_load(dsn: str, part: str, file: Path, **settings: str) -> Ended:
    """Run `finder load` and measure it."""
    measured = subprocess.run(
        [sys.executable, "-c", _MEASURE, sys.executable, "-m", "finder", "load", part, file],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        cwd=file.parent,
        env=isolated_environment(dsn, **settings),
    )
    *output, code, cpu_seconds, peak_kib = measured.stdout.decode().splitlines()
    return Ended(int(code), " ".join(" ".join(output).split()), float(cpu_seconds), int(peak_kib))


def write_zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path
