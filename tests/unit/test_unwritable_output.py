"""Commands whose standard output or standard error cannot be written."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Final

import pytest

from tests.support.commands import ROOT

_FULL: Final = "/dev/full"
_PRINTING: Final = (("template", "teams"), ("version",), ("--help",), ("load", "--help"), ("surgery",))
"""Commands that print in each of the ways that there are, and need no database."""


@pytest.fixture
def full() -> Iterator[IO[bytes]]:
    """A file on a full disk."""
    with open(_FULL, "wb") as stream:  # noqa: PTH123 - a device
        yield stream


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """A pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def run(*arguments: str, stdout: IO[bytes] | int, stderr: IO[bytes] | int = subprocess.PIPE) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "finder", *arguments], stdout=stdout, stderr=stderr, cwd=ROOT, timeout=60, check=False
    )
    return done.returncode, (done.stderr or b"").decode()


@pytest.mark.parametrize("arguments", _PRINTING, ids=" ".join)
def test_a_full_standard_output_is_one_sentence(arguments: tuple[str, ...], full: IO[bytes]) -> None:
    code, said = run(*arguments, stdout=full)

    assert code == 1
    assert said == (
        "Standard output cannot be written: No space left on device. What the command did before is in "
        "`finder journal`.\n"
    )


@pytest.mark.parametrize("arguments", _PRINTING, ids=" ".join)
def test_a_closed_pipe_is_quiet(arguments: tuple[str, ...], closed_pipe: int) -> None:
    assert run(*arguments, stdout=closed_pipe) == (1, "")


def test_a_closed_standard_output_is_one_sentence() -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m finder template teams >&-"],  # noqa: S607 - wherever the system has it
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Standard output cannot be written: Bad file descriptor.")
    assert len(done.stderr.splitlines()) == 1


def test_a_full_standard_error_changes_no_exit_code(full: IO[bytes]) -> None:
    assert run("template", "wards", stdout=subprocess.DEVNULL, stderr=full) == (2, "")
    assert run("template", "teams", stdout=subprocess.DEVNULL, stderr=full) == (0, "")


def test_text_that_the_terminal_has_no_letters_for_is_no_failure() -> None:
    program = "from finder.cli.standard_streams import run_program; run_program(lambda: print('caf\\u00e9'))"

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        cwd=ROOT,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"caf\\xe9\n", b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_is_said_comes_in_its_order(unbuffered: str) -> None:
    program = (
        "import sys; from finder.cli.standard_streams import run_program; "
        "run_program(lambda: (sys.stderr.write('one\\n'), print('two', flush=True), sys.stderr.write('three\\n')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        cwd=ROOT,
        timeout=60,
        check=False,
    )

    assert done.stdout.split() == [b"one", b"two", b"three"]
