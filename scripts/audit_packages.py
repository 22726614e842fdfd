"""Runs pip-audit on the lock, and tells a known hole from a list of holes that cannot be reached. See scripts/audit."""

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

ROOT: Final = Path(__file__).resolve().parents[1]
_LOCKS: Final = ("requirements.txt", "requirements-dev.txt")
_TOOLS: Final = ROOT / "requirements-audit.txt"
_ENVIRONMENT: Final = ROOT / ".venv" / "audit"
_HOLED_PACKAGE: Final = "https://pypi.org/pypi/aiohttp/3.9.0/json"  # pip-audit asks such an address for each package
_PATIENCE: Final = 10.0  # seconds
_OPTIONS: Final = ("--require-hashes", "--disable-pip", "--progress-spinner=off", "--timeout=10", "--format=json")

Report = Mapping[str, Any]
"""What pip-audit writes as JSON."""


def known_holes(report: Report) -> Iterator[str]:
    """Yields a line for each known hole: package, version, its id, and the versions that mend it."""
    for package in report["dependencies"]:
        for hole in package.get("vulns", ()):
            mended = ", ".join(hole.get("fix_versions", ())) or "no version yet"
            yield f"{package['name']} {package['version']}: {hole['id']}; mended in {mended}"


def not_looked_up(report: Report) -> list[str]:
    """Returns the packages that the list does not know, all of them if it cannot be reached."""
    return [package["name"] for package in report["dependencies"] if "skip_reason" in package]


def run_pip_audit(program: str, lock: Path) -> Report | str:
    """Returns the report on a lock, or the last words of a pip-audit that made none."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "report.json"
        command: Sequence[str | Path] = [program, *_OPTIONS, "--requirement", lock, "--output", written]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if written.is_file() and written.stat().st_size:
            report: Report = json.loads(written.read_text(encoding="utf-8"))
            return report
    return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]


def judge(lock: str, report: Report | str) -> tuple[bool, list[str]]:
    """Returns whether a lock has no known hole, as far as could be found out, and what to print."""
    if isinstance(report, str):
        return True, [f"{lock}: NOT AUDITED, the list of known holes cannot be reached from here ({report})."]
    holes, unknown, count = list(known_holes(report)), not_looked_up(report), len(report["dependencies"])
    if len(unknown) == count:
        return True, [f"{lock}: NOT AUDITED, the list of known holes cannot be reached from here."]
    missing = f" Not in the list: {', '.join(unknown)}." if unknown else ""
    return not holes, [f"{lock}: {count - len(unknown)} packages looked up, {len(holes)} known holes.{missing}", *holes]


def reach_list() -> str:
    """Returns why the list of known holes cannot be reached; empty if it can."""
    try:
        with urlopen(_HOLED_PACKAGE, timeout=_PATIENCE) as answer:
            return "" if json.load(answer).get("vulnerabilities") else "it has no holes"
    except (OSError, ValueError) as error:
        return str(error)


def install_pip_audit() -> str:
    """Installs what is pinned, unless it is there already; returns the program."""
    stamp = _ENVIRONMENT / "installed"
    if not (stamp.is_file() and stamp.read_bytes() == _TOOLS.read_bytes()):
        venv.create(_ENVIRONMENT, clear=True, with_pip=True)
        pip = [
            str(_ENVIRONMENT / "bin" / "pip"),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        subprocess.run([*pip, "--requirement", _TOOLS], check=True)
        shutil.copy(_TOOLS, stamp)
    return str(_ENVIRONMENT / "bin" / "pip-audit")


def main() -> int:
    """Audits each lock; returns 1 if one has a known hole."""
    if reason := reach_list():
        verdicts = [judge(lock, reason) for lock in _LOCKS]
    else:
        program = install_pip_audit()
        verdicts = [judge(lock, run_pip_audit(program, ROOT / lock)) for lock in _LOCKS]
    for _, lines in verdicts:
        print(*lines, sep="\n")
    return 0 if all(is_sound for is_sound, _ in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
