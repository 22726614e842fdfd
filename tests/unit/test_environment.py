"""scripts/environment shows the progress of pip, and its output if it fails. A fake pip is used here."""

import os
import pty
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

CHECKOUT: Final = Path(__file__).resolve().parents[2]
# Stands for Python: as .venv/bin/python it says what the file "said" has, and ends as the file "status" wants.
_PYTHON: Final = """\
#!/usr/bin/env bash
case "$*" in
    '-m venv .venv') mkdir -p .venv/bin .venv/lib/python3/site-packages/pip-1.dist-info && cp "$0" .venv/bin/python ;;
    '-m pip '*) cat said && exit "$(cat status)" ;;
    '-c import os'*) echo "$0" ;;
esac
"""
_COLLECTED: Final = "".join(f"Collecting name-{n}==1.{n} (from -r requirements.txt (line {n}))\n" for n in range(1, 26))
_SAID: Final = f"""\
Ignoring colorama: markers 'sys_platform == "win32"' don't match your environment
Requirement already satisfied: there==1 in ./.venv/lib/python3/site-packages (from -r requirements.txt (line 1)) (1)
{_COLLECTED}\
Processing /a folder/local_wheel-2.0-py3-none-any.whl (from -r requirements.txt (line 27))
  Downloading name_25-1.25-py3-none-any.whl (1 kB)
Installing collected packages: name-1, name-2
Successfully installed name-1-1.1 name-2-1.2
"""
_REFUSAL: Final = "WARNING: one thing\nERROR: another thing\n    in detail\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with scripts/environment, a lock of 28 packages, and the stand-in for Python on a PATH of its own."""
    for name in ("scripts", "bin"):
        (tmp_path / name).mkdir()
    shutil.copy(CHECKOUT / "scripts/environment", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "requirements.txt").write_text("name==1 \\\n" * 28, encoding="utf-8")
    (tmp_path / "said").write_text(_SAID, encoding="utf-8")
    (tmp_path / "status").write_text("0", encoding="utf-8")
    (tmp_path / "bin/python3.13").write_text(_PYTHON, encoding="utf-8")
    (tmp_path / "bin/python3.13").chmod(0o755)
    return tmp_path


def make(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs scripts/environment as a program does, without a terminal."""
    command = [str(checkout / "scripts/environment"), *words]
    return subprocess.run(command, env=_environment(checkout), capture_output=True, text=True, check=False)


def make_on_terminal(checkout: Path) -> str:
    """Runs scripts/environment as a person does, and returns what the terminal was sent."""
    reader, terminal = pty.openpty()
    with subprocess.Popen([checkout / "scripts/environment"], env=_environment(checkout), stderr=terminal):
        os.close(terminal)
        shown = b"".join(iter(lambda: _read(reader), b""))
    os.close(reader)
    return shown.decode()


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 4096)
    except OSError:  # how Linux says that the other end is closed
        return b""


def _environment(checkout: Path) -> dict[str, str]:
    return {"PATH": f"{checkout / 'bin'}:{os.environ['PATH']}"}


def let_pip_fail(checkout: Path) -> None:
    (checkout / "said").write_text(_COLLECTED + _REFUSAL, encoding="utf-8")
    (checkout / "status").write_text("2", encoding="utf-8")


def test_every_tenth_package_is_printed_with_its_version_and_the_total(checkout: Path) -> None:
    done = make(checkout)

    assert done.returncode == 0
    printed = [line for line in done.stderr.splitlines() if line.startswith("Collecting")]
    assert printed[:2] == ["Collecting 10 of 27: name-9 1.9", "Collecting 20 of 27: name-19 1.19"]
    assert "The environment is ready" in done.stderr


def test_a_terminal_shows_each_package_in_one_line_that_is_erased_at_the_end(checkout: Path) -> None:
    shown = make_on_terminal(checkout)

    assert "\r\033[KCollecting 26 of 27: name-25 1.25 (" in shown
    assert "\r\033[KCollecting 27 of 27: local_wheel 2.0 (" in shown
    assert "\r\033[KInstalling 1 of 2: name-1 (" in shown
    assert "s)\r\033[KInstalling the checkout itself ...\r\n" in shown


def test_the_output_of_a_failing_pip_is_shown_and_the_step_is_repeated_next_time(checkout: Path) -> None:
    let_pip_fail(checkout)

    failed = make(checkout)

    assert failed.returncode == 1
    assert _REFUSAL in failed.stderr
    assert "Collecting name-1==1.1" not in failed.stderr
    assert "The environment is ready" not in failed.stderr
    assert list((checkout / ".venv/finder-stamps").iterdir()) == []


def test_a_second_run_says_nothing(checkout: Path) -> None:
    make(checkout)

    again = make(checkout)

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_what_the_benchmark_of_loading_compares_with_is_installed_with_the_same_progress(checkout: Path) -> None:
    (checkout / "requirements-bench.txt").write_text("name==1 \\\n" * 28, encoding="utf-8")
    make(checkout)

    done = make(checkout, "bench")

    assert done.returncode == 0
    assert "Installing geopandas, which matching is compared with ...\nCollecting 10 of 27: " in done.stderr
    assert sorted(each.name for each in (checkout / ".venv/finder-stamps").iterdir()) == [
        "comparison",
        "packages",
        "project",
    ]


def test_a_word_that_is_unknown_is_refused_with_the_usage(checkout: Path) -> None:
    done = make(checkout, "benchmarks")

    assert (done.returncode, done.stderr) == (2, "usage: scripts/environment [dev] [bench]\n")
