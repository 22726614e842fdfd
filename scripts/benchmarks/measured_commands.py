"""Runs commands for the benchmarks, and measures their time and peak memory."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Started from a small process: a process forked from a large one would count its memory too.
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
    """Time and memory of a command; memory is the largest resident set of it and its children."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    ended_at: float


def finder(environment: Mapping[str, str], *arguments: str | Path) -> Run:
    """Run one of the service's commands; ends the benchmark if it fails."""
    return measured([sys.executable, "-m", "finder", *arguments], environment)


def measured(command: Sequence[str | Path], environment: Mapping[str, str]) -> Run:
    """Run a command; if it fails, ends the benchmark with its output."""
    ended = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command], capture_output=True, text=True, check=True, env=dict(environment)
    )
    at = time.monotonic()
    code, seconds, cpu_seconds, kib = ended.stdout.split()
    if code != "0":
        sys.exit(f"{' '.join(map(str, command))} ended with {code}:\n{ended.stderr}")
    return Run(float(seconds), float(cpu_seconds), int(kib) / 1024, at)
