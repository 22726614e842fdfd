"""The drills of scripts/faults, fewer of each than an operator runs."""

import subprocess
import sys

from tests.support.commands import ROOT


def test_nothing_is_lost_or_half_loaded_whatever_is_killed() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "faults.py", "--times", "5"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert done.returncode == 0, done.stderr
    for drill in ("kill-loader", "kill-postgres", "two-loaders", "read-only", "disk-full"):
        assert f"\n{drill}: " in done.stdout
