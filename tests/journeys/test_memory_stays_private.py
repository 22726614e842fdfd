"""A postcode leaves the memory of no process: not as a core dump, and not as an argument."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import RunningServer, isolated_environment, run_finder, running_service

_POSTCODE: Final = "B2 4QA"


def lookup(dsn: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    """`finder lookup -` with something on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "finder", "lookup", "-"],
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
        cwd=tempfile.gettempdir(),
        env=isolated_environment(dsn),
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_process_that_aborts_leaves_no_core(shipped_database: str, tmp_path: Path, workers: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))  # as on a machine that keeps cores
    with running_service(shipped_database, tmp_path, "--workers", str(workers)) as server:
        assert b"B2 4QA" in server.get("/api/v1/postcodes/B24QA")
        limits = [core_limit(pid) for pid in processes(server)]
        for pid in server.workers:
            os.kill(pid, signal.SIGABRT)
        statuses = [server.process.wait(30)] if workers == 1 else []

    assert limits == ["0 0"] * (workers + (workers > 1))
    assert statuses in ([], [-signal.SIGABRT])
    assert list(tmp_path.glob("core*")) == []


def processes(server: RunningServer) -> set[int]:
    return {server.process.pid, *server.workers}


def core_limit(pid: int) -> str:
    lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
    return " ".join(next(line for line in lines if line.startswith("Max core file size")).split()[4:6])


def test_a_program_that_collects_cores_gets_none() -> None:
    program = (
        "import ctypes; from finder.cli.core_dumps import forbid_core_dumps; forbid_core_dumps(); "
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "0\n"


def test_a_lookup_reads_standard_input(shipped_database: str) -> None:
    by_argument = run_finder(shipped_database, "lookup", _POSTCODE)

    done = lookup(shipped_database, b"b24qa\n")

    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == by_argument.stdout


def test_a_lookup_answers_each_line_of_standard_input(shipped_database: str) -> None:
    done = lookup(shipped_database, b"B2 4QA\r\n\r\nB1 1BB\n")

    assert done.returncode == 0, done.stderr
    assert [line.split("  ")[0] for line in done.stdout.decode().splitlines() if line.startswith("B")] == [
        "B2 4QA",
        "B1 1BB",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "Enter a full UK postcode, like B2 4QA."),
        (b"\xff\xfe\n", "Enter a full UK postcode, like B2 4QA."),
        (b"B2 4QA\nnonsense\n", "Line 2: Enter a full UK postcode, like B2 4QA."),
        (b"B2 4QA\nB2 9ZZ\n", "Line 2: We do not know this postcode. Check it, or it may be too new for our list."),
    ],
)
def test_a_line_that_is_no_postcode_is_refused_by_its_number(shipped_database: str, given: bytes, said: str) -> None:
    done = lookup(shipped_database, given)

    assert (done.returncode, done.stderr.decode().strip()) == (1, said)
