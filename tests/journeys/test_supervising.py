"""The supervisor of worker processes: whose failure ends it, and whose it mends."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import ROOT, isolated_environment

# Its arguments: a file that takes the number of each worker that begins, and the number of one that at first fails in
# some way, or is deaf to being told to end. Once both are ready the supervisor is told to end, or first to renew them.
_PROGRAM: Final = """
import os, signal, sys
from pathlib import Path
from finder import supervisor
from finder.errors import OperatorError

begun, weak, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
supervisor._PAUSE, supervisor._PATIENCE = 0.05, 0.3

def work(slot, ready):
    with begun.open("a") as file:
        file.write(str(slot.number))
    if slot.number == weak and begun.read_text().count(str(weak)) < 3:
        if how == "raises":
            raise RuntimeError
        if how == "hangs":
            signal.pause()
        if how != "is deaf":
            return 1
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready()
    if slot.number == 1:
        renewed = how != "is deaf" or len(begun.read_text()) == 4
        os.kill(os.getppid(), signal.SIGTERM if renewed else signal.SIGHUP)
    while True:
        signal.pause()

try:
    supervisor.Supervisor(work, 2, patience=0.5).run()
except OperatorError as refusal:
    sys.exit(str(refusal))
"""


def supervise(tmp_path: Path, weak: int, how: str) -> tuple[int, str, str]:
    """Exit code, what was said, and the workers that began, in order."""
    begun = tmp_path / "begun"
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, begun, str(weak), how],
        cwd=ROOT,
        env=isolated_environment("postgresql://nowhere"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.strip(), begun.read_text()


@pytest.mark.parametrize("how", ["ends", "raises", "hangs"])
def test_a_second_worker_that_does_not_start_is_tried_again_beside_the_first(tmp_path: Path, how: str) -> None:
    code, _, begun = supervise(tmp_path, 1, how)

    assert (code, begun) == (0, "0111")


def test_a_worker_that_does_not_end_is_killed_and_holds_nobody_up(tmp_path: Path) -> None:
    code, said, begun = supervise(tmp_path, 0, "is deaf")

    assert (code, begun) == (0, "0101")
    assert said.count("worker_hangs") == 2  # at the renewal, and at the end


@pytest.mark.parametrize("how", ["ends", "raises"])
def test_a_first_worker_that_does_not_start_ends_it_all(tmp_path: Path, how: str) -> None:
    code, said, begun = supervise(tmp_path, 0, how)

    assert (code, begun) == (1, "0")
    assert said.splitlines()[-1] == "A worker did not start; what it said stands above."
