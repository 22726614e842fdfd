"""Runs the load of a malicious file, and measures its time and memory."""

import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.commands import isolated_environment

MAX_SECONDS: Final = 15.0  # seconds, start of Python and database included, with five other suites on two cores
MAX_KIB: Final = 600_000  # KiB of resident memory, of the command or of the process that it reads in


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that came to its end, and what it took: itself or its largest child."""

    code: int
    output: str
    seconds: float
    peak_kib: int


# Runs a command from a small process: one forked from the tests' own would count their memory as its peak.
_MEASURE: Final = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
sys.stdout.buffer.write(ended.stdout)
print("", ended.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, sep="\\n")
"""


def run_load(dsn: str, part: str, file: Path, **settings: str) -> Ended:
    """Run `finder load` and measure it."""
    began = time.monotonic()
    measured = subprocess.run(
        [sys.executable, "-c", _MEASURE, sys.executable, "-m", "finder", "load", part, file],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        cwd=file.parent,
        env=isolated_environment(dsn, **settings),
    )
    *output, code, peak_kib = measured.stdout.decode().splitlines()
    return Ended(int(code), " ".join(" ".join(output).split()), time.monotonic() - began, int(peak_kib))


def write_zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path
