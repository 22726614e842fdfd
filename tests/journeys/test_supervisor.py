"""The supervisor of worker processes: which failures stop the service, and which workers it replaces."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import ROOT, isolated_environment

# Its arguments: a file to which each worker adds its number when it starts, the number of the worker that fails at its
# first two starts, and how it fails. Once both workers are ready, the supervisor is stopped. If the failing worker
# ignores SIGTERM, both are renewed first.
_PROGRAM: Final = """
import os, signal, sys
from pathlib import Path
from finder.server import supervisor
from finder.errors import OperatorError

started, failing, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
supervisor._RETRY_SECONDS, supervisor._READY_SECONDS = 0.05, 0.3

def work(slot, ready):
    with started.open("a") as file:
        file.write(str(slot.number))
    if slot.number == failing and started.read_text().count(str(failing)) < 3:
        if how == "raises":
            raise RuntimeError
        if how == "hangs":
            signal.pause()
        if how != "ignores SIGTERM":
            return 1
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready()
    if slot.number == 1:
        renewed = how != "ignores SIGTERM" or len(started.read_text()) == 4
        os.kill(os.getppid(), signal.SIGTERM if renewed else signal.SIGHUP)
    while True:
        signal.pause()

try:
    supervisor.Supervisor(work, 2, patience=0.5).run()
except OperatorError as refusal:
    sys.exit(str(refusal))
"""


def supervise(tmp_path: Path, failing: int, how: str) -> tuple[int, str, str]:
    """Returns the exit code, the output, and the numbers of the workers in the order in which they started."""
    started = tmp_path / "started"
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, started, str(failing), how],
        cwd=ROOT,
        env=isolated_environment("postgresql://nowhere"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.strip(), started.read_text()


@pytest.mark.parametrize("how", ["ends", "raises", "hangs"])
def test_a_second_worker_that_does_not_start_is_tried_again_while_the_first_serves(tmp_path: Path, how: str) -> None:
    code, _, started = supervise(tmp_path, 1, how)

    assert (code, started) == (0, "0111")


def test_a_worker_that_does_not_stop_is_killed_and_delays_no_other(tmp_path: Path) -> None:
    code, output, started = supervise(tmp_path, 0, "ignores SIGTERM")

    assert (code, started) == (0, "0101")
    assert output.count("worker_hangs") == 2  # at the renewal, and at the end


@pytest.mark.parametrize("how", ["ends", "raises"])
def test_a_first_worker_that_does_not_start_stops_the_service(tmp_path: Path, how: str) -> None:
    code, output, started = supervise(tmp_path, 0, how)

    assert (code, started) == (1, "0")
    assert output.splitlines()[-1] == "A worker did not start; what it said stands above."
