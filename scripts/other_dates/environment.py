"""The environment of a process that sees another date, by Debian's faketime.

The tests, the service and the embedded PostgreSQL see the date. The monotonic clock, which every time limit uses, is
unchanged. The browser keeps the machine's clock, as does the process that reads a supplied file: it has no environment.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import playwright

_FAKED_CLOCK: Final = Path(__file__).parent / "faked_clock"


def find_faketime() -> str:
    """The path of faketime. Raises SystemExit, with the remedy, where it is missing."""
    if (path := shutil.which("faketime")) is None:
        raise SystemExit("faketime is missing: apt-get install faketime")
    return path


def environment_at(instant: datetime) -> Mapping[str, str]:
    """The environment of a process for which it is that moment now; its clock runs on from there."""
    command = [find_faketime(), "-f", "+0", "printenv", "LD_PRELOAD"]
    library = subprocess.run(command, capture_output=True, text=True, check=True)
    return os.environ | {
        "LD_PRELOAD": library.stdout.strip(),
        "FAKETIME": f"{(instant - datetime.now(UTC)).total_seconds():+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": str(_FAKED_CLOCK),
        "PLAYWRIGHT_NODEJS_PATH": str(_FAKED_CLOCK / "node"),
        "FINDER_REAL_NODE": str(Path(playwright.__file__).parent / "driver" / "node"),
    }
