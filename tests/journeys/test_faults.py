"""The drills of scripts/faults and the long run of scripts/soak, shorter than an operator runs them."""

import re
import subprocess
import sys
from typing import Final

from finder.storage.migrate import migrations
from scripts.drills.cluster_drills import CLUSTER_DRILLS
from scripts.drills.loading_site import TABLES
from scripts.drills.run_drills import ALL_DRILLS, LOAD_DRILLS
from tests.support.commands import ROOT

# These two have tests of their own in this folder: test_behind_proxies.py, test_late_database.py.
_TESTED: Final = {"workers-killed", "postgres-later"}


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", f"scripts.drills.{script}", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_a_load_that_leaves_something_behind_is_noticed() -> None:
    made = {
        name for migration in migrations() for name in re.findall(r"^CREATE TABLE (\w+)", migration.sql, re.MULTILINE)
    }

    assert made - set(TABLES) == {"journal"}
    assert set(TABLES) <= made


def test_nothing_is_lost_or_half_loaded_when_any_process_is_killed() -> None:
    done = run("run_drills", "--short", "--times", "2", *LOAD_DRILLS)

    assert done.returncode == 0, done.stderr
    for drill in ("kill-loader", "kill-publisher", "kill-postgres", "two-loaders", "read-only", "disk-full"):
        assert f"\n{drill}: " in done.stdout


def test_residents_get_answers_during_faults_of_database_workers_and_clients() -> None:
    drills = [drill for drill in ALL_DRILLS if drill not in {*LOAD_DRILLS, *CLUSTER_DRILLS, *_TESTED}]

    done = run("run_drills", "--short", *drills)

    assert done.returncode == 0, done.stdout + done.stderr
    for drill in ("postgres-killed", "postgres-silent", "damaged-data", "workers-renewed", "slow-clients"):
        assert f"\n{drill}: " in done.stdout


def test_under_mixed_load_nothing_fails_and_memory_does_not_grow() -> None:
    done = run("soak", "--minutes", "0.3", "--publish-every", "3", "--sample-every", "0.5", "--most-slope", "inf")

    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 failed, 0 wrong" in done.stdout
