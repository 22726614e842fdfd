"""The demonstration on a terminal: the first run, the next one, and one that is interrupted."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from tests.support.commands import isolated_environment

_ALARMING: Final = re.compile(r"[{}]|\bnote\b|\[info|warning |\berror\b|enclave|Traceback", re.IGNORECASE)
_COLOURS: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LOADED: Final = [
    "Staged postcodes-1: 94,878 rows, 0 warnings.",
    "Staged wards-2: 192 rows, 0 warnings.",
    "Staged directory-3: 150 rows, 0 warnings.",
    "Staged directory-4: 342 rows, 0 warnings.",
    "Staged directory-5: 1,261 rows, 0 warnings.",
    "Staged directory-6: 1,625 rows, 0 warnings.",
    "Staged directory-7: 1,911 rows, 0 warnings.",
    "Publication 1 is live.",
]
_WELCOME: Final = [
    "Ready: http://127.0.0.1:PORT/  (Ctrl-C stops everything)",
    "Three things to try:",
    "  open http://127.0.0.1:PORT/ and ask for B2 4QA",
    "  curl http://127.0.0.1:PORT/api/v1/postcodes/B24QA",
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the database that the runs share; the first of them makes it."""
    return tmp_path_factory.mktemp("demo") / "data"


def run_demo(data_dir: Path, until: str) -> tuple[int, list[str]]:
    """Runs it on a terminal and presses Ctrl-C after some text; returns its exit code and its lines without colours."""
    ours, its = os.openpty()
    settings = isolated_environment("", TERM="xterm-256color", COLUMNS="120")
    del settings["FINDER_DATABASE_URL"]
    command = [sys.executable, "-m", "finder.cli.demo", "--port", "0", "--data-dir", str(data_dir)]
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=settings, start_new_session=True)
    os.close(its)
    text = ""
    interrupted = False
    for piece in _pieces(ours):
        text += piece
        if until in text and not interrupted:
            interrupted = True
            os.killpg(process.pid, signal.SIGINT)
    os.close(ours)
    return process.wait(20), [re.sub(r"(?<=127\.0\.0\.1:)\d+", "PORT", line) for line in _lines(text)]


def _pieces(terminal: int) -> Iterator[str]:
    with suppress(OSError):  # on Linux this error means that the other end is closed
        while piece := os.read(terminal, 65536):
            yield piece.decode(errors="replace")


def _lines(text: str) -> list[str]:
    """The lines on the terminal; of a progress bar only its last state."""
    lines = (line.rstrip("\r").rsplit("\r", 1)[-1].rstrip() for line in _COLOURS.sub("", text).split("\n"))
    return [line for line in lines if line]


def test_the_first_run_says_nothing_alarming(data_dir: Path) -> None:
    code, lines = run_demo(data_dir, "lookup")

    said = [line for line in lines if not line.startswith("applied ") and "━" not in line]
    assert code == 0
    assert [line for line in lines if _ALARMING.search(re.sub(r"\b0 warnings", "", line))] == []
    assert [line for line in said if line in _LOADED] == _LOADED
    assert said[-6:-2] == _WELCOME
    assert said[-1] == "Stopped, the database included."


def test_the_next_run_says_only_where_it_listens(data_dir: Path) -> None:
    code, lines = run_demo(data_dir, "lookup")

    assert code == 0
    assert lines[:4] == _WELCOME
    assert lines[-1] == "Stopped, the database included."
    assert len(lines) == 6


def test_an_interrupted_first_run_says_so_and_can_be_run_again(tmp_path: Path) -> None:
    code, lines = run_demo(tmp_path / "data", "applied 0013")

    said = [line for line in lines if not line.startswith("applied ") and "━" not in line]
    assert said[-1] == "Stopped before it was ready, the database included. Run it again to go on."
    assert code == 130
    assert not any("Traceback" in line for line in said)
