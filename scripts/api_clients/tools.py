"""The linters and generators: where they are installed, and how one of them is run.

All of it lies in `.clients` in the checkout: what npm and pip install, what is generated, and what is made of it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from scripts.harness.finder_commands import ROOT
from scripts.harness.processes import find_program

FOLDER: Final = ROOT / ".clients"
GENERATED: Final = FOLDER / "generated"
_SOURCES: Final = Path(__file__).parent
_REQUIREMENTS: Final = ROOT / "requirements-clients.txt"
_TIMEOUT_SECONDS: Final = 300.0
_SETTINGS: Final = (
    "package.json", "package-lock.json", "spectral.yaml", "redocly-strict.yaml", ".redocly.lint-ignore.yaml",
)  # fmt: skip
_PYTHON: Final = FOLDER / "venv" / "bin" / "python"
_LONGEST_WORDS: Final = 4000  # characters


class ToolError(Exception):
    """A tool failed; the message has its own words."""


def install() -> None:
    """Install the tools where they are missing or pinned otherwise, and lay out the folder for a new run."""
    FOLDER.mkdir(exist_ok=True)
    for name in (
        "package.json",
        "package-lock.json",
        "spectral.yaml",
        "redocly-strict.yaml",
        ".redocly.lint-ignore.yaml",
    ):
        shutil.copy(_SOURCES / name, FOLDER / name)
    for name in ("generated", "uses", "out"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    shutil.copytree(_SOURCES / "uses", FOLDER / "uses")
    (FOLDER / "out").mkdir()
    GENERATED.mkdir()
    _install_once("npm", FOLDER / "package-lock.json", _install_npm)
    _install_once("pip", _REQUIREMENTS, _install_pip)


def run(command: Sequence[str], *, python_path: Path | None = None) -> str:
    """Run a tool in the folder, and return what it says. Raises ToolError if it fails."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MYPY"))}
    own |= {
        "PATH": os.pathsep.join((str(_PYTHON.parent), str(FOLDER / "node_modules" / ".bin"), own.get("PATH", ""))),
        "NO_COLOR": "1",
        "REDOCLY_TELEMETRY": "off",
        "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    }
    if python_path:
        own |= {"PYTHONPATH": str(python_path), "MYPYPATH": str(python_path)}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
        cwd=FOLDER,
        env=own,
    )
    if done.returncode:
        raise ToolError(f"{' '.join(command)}\n{done.stdout.strip()[-_LONGEST_WORDS:]}")
    return done.stdout


def _install_once(name: str, pins: Path, install_all: Callable[[], None]) -> None:
    """Install, and leave a copy of the pins as a stamp, written last."""
    stamp = FOLDER / f"{name}.stamp"
    if stamp.exists() and stamp.read_bytes() == pins.read_bytes():
        return
    stamp.unlink(missing_ok=True)
    install_all()
    shutil.copy(pins, stamp)


def _install_npm() -> None:
    run([find_program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"])


def _install_pip() -> None:
    run([sys.executable, "-m", "venv", "--clear", str(FOLDER / "venv")])
    run([str(_PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "-r", str(_REQUIREMENTS)])
