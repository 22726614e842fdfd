"""Running commands for the benchmarks: how long each took, and how much memory at most."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# From a small process: one that is forked from a large one would count that one's memory as its own.
_MEASURE = """
import resource, subprocess, sys, time
began = time.perf_counter()
ended = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(ended.returncode, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took; memory is the largest resident set of it and its children."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    ended_at: float


def finder(environment: Mapping[str, str], *arguments: str | Path) -> Run:
    """Run one of the service's commands; ends the benchmark where it fails."""
    return measured([sys.executable, "-m", "finder", *arguments], environment)


def measured(command: Sequence[str | Path], environment: Mapping[str, str]) -> Run:
    """Run a command; ends the benchmark, with what the command wrote, where it fails."""
    ended = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command], capture_output=True, text=True, check=True, env=dict(environment)
    )
    at = time.monotonic()
    code, seconds, cpu_seconds, kib = ended.stdout.split()
    if code != "0":
        sys.exit(f"{' '.join(map(str, command))} ended with {code}:\n{ended.stderr}")
    return Run(float(seconds), float(cpu_seconds), int(kib) / 1024, at)
