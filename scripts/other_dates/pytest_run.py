"""Runs pytest at a moment, and counts what passed, failed and was skipped."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from scripts.harness.finder_commands import ROOT
from scripts.other_dates.environment import environment_at
from scripts.other_dates.moments import Moment

_PROCESSES: Final = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of pytest at one moment; `failed` has the names of tests, `code` is pytest's exit code."""

    passed: int
    skipped: int
    failed: Sequence[str]
    code: int


def run_pytest_at(moment: Moment, arguments: Sequence[str]) -> Outcome:
    """Run pytest with the clock at a moment; pytest's own output goes to standard error.

    It has a folder of its own for temporary files: as root each pytest that starts closes the usual one to databases
    of other runs, whose servers run as another user.
    """
    with tempfile.TemporaryDirectory(prefix="finder-dates-") as folder:
        results = Path(folder) / "results.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", f"--junit-xml={results}", *_PROCESSES]
        environment = {**environment_at(moment.instant), "PYTEST_DEBUG_TEMPROOT": folder}
        done = subprocess.run([*command, *arguments], cwd=ROOT, env=environment, stdout=sys.stderr, check=False)
        return read_outcome(results, done.returncode)


def read_outcome(results: Path, code: int) -> Outcome:
    """The outcome that pytest wrote as JUnit's XML; without any tests where it ended before it wrote the file."""
    if not results.exists():
        return Outcome(0, 0, (), code)
    suite = ET.parse(results).getroot()[0]  # noqa: S314 - pytest wrote it just now
    failures, errors, skipped = (int(suite.get(kind, 0)) for kind in ("failures", "errors", "skipped"))
    failed = [
        f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        for case in suite.iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]
    return Outcome(int(suite.get("tests", 0)) - failures - errors - skipped, skipped, failed, code)
