"""The supervisor of worker processes: whose failure ends it, and whose it mends."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import ROOT, environment

# Its arguments: a file that takes the number of each worker that begins, and the number of one that at first fails in
# some way. The supervisor is told to end once both are ready.
_PROGRAM: Final = """
import os, signal, sys
from pathlib import Path
from finder import supervisor
from finder.errors import OperatorError

begun, weak, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
supervisor._PAUSE, supervisor._PATIENCE = 0.05, 0.3

def work(place, ready):
    with begun.open("a") as file:
        file.write(str(place.number))
    if place.number == weak and begun.read_text().count(str(weak)) < 3:
        if how == "raises":
            raise RuntimeError
        if how == "hangs":
            signal.pause()
        return 1
    ready()
    if place.number == 1:
        os.kill(os.getppid(), signal.SIGTERM)
    signal.pause()
    return 0

try:
    supervisor.Supervisor(work, 2).run()
except OperatorError as refusal:
    sys.exit(str(refusal))
"""


def supervise(tmp_path: Path, weak: int, how: str) -> tuple[int, str, str]:
    """Exit code, what was said last, and the workers that began, in order."""
    begun = tmp_path / "begun"
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, begun, str(weak), how],
        cwd=ROOT,
        env=environment("postgresql://nowhere"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr.strip().rpartition("\n")[2], begun.read_text()


@pytest.mark.parametrize("how", ["ends", "raises", "hangs"])
def test_a_second_worker_that_does_not_start_is_tried_again_beside_the_first(tmp_path: Path, how: str) -> None:
    code, _, begun = supervise(tmp_path, 1, how)

    assert (code, begun) == (0, "0111")


@pytest.mark.parametrize("how", ["ends", "raises"])
def test_a_first_worker_that_does_not_start_ends_it_all(tmp_path: Path, how: str) -> None:
    code, said, begun = supervise(tmp_path, 0, how)

    assert (code, begun) == (1, "0")
    assert said == "A worker did not start; what it said stands above."
