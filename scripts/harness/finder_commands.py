"""Runs the finder commands on a given database."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from scripts.harness.waiting import HarnessError

ROOT: Final = Path(__file__).resolve().parents[2]
_TIMEOUT_SECONDS: Final = 120.0  # seconds


def isolated_environment(dsn: str, **settings: str) -> dict[str, str]:
    """The environment of a command: this database, this checkout, and no settings of the developer."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("FINDER_", "PG"))}
    paths = os.pathsep.join(path for path in (str(ROOT), own.get("PYTHONPATH", "")) if path)
    return own | {"FINDER_DATABASE_URL": dsn, "PYTHONPATH": paths, "COLUMNS": "200"} | settings


def own_environment(dsn: str) -> dict[str, str]:
    """The same with the settings of the person who runs the script, so that a benchmark can try other settings."""
    return os.environ | {"FINDER_DATABASE_URL": dsn, "PYTHONPATH": str(ROOT)}


def run_finder(dsn: str, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end without a terminal, whether it succeeds or not."""
    return subprocess.run(
        [sys.executable, "-m", "finder", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
        cwd=tempfile.gettempdir(),
        env=isolated_environment(dsn, **settings),
    )


def finder_output(dsn: str, *arguments: str | Path) -> str:
    """The output of a command that must succeed. Raises HarnessError if it fails."""
    done = run_finder(dsn, *arguments)
    if done.returncode:
        raise HarnessError(f"finder {arguments[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def start_finder(dsn: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start a command whose output is read while it runs."""
    return subprocess.Popen(
        [sys.executable, "-m", "finder", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=isolated_environment(dsn),
    )
