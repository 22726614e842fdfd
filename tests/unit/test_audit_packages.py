"""The look-up of known holes: a hole fails it, a list that cannot be reached does not, and says so."""

import stat
import sys
from pathlib import Path
from typing import Any

from scripts.audit_packages import judge, run_pip_audit

_SOUND: dict[str, Any] = {"name": "sound", "version": "1.0", "vulns": []}
_HOLED: dict[str, Any] = {
    "name": "holed",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2.1"], "aliases": [], "description": ""}],
}
_SKIPPED: dict[str, Any] = {"name": "skipped", "skip_reason": "Dependency not found on PyPI"}


def test_a_known_hole_fails_and_is_named_with_its_remedy() -> None:
    is_sound, lines = judge("requirements.txt", {"dependencies": [_SOUND, _HOLED]})

    assert not is_sound
    assert lines == [
        "requirements.txt: 2 packages looked up, 1 known holes.",
        "holed 2.0: PYSEC-2026-1; mended in 2.1",
    ]


def test_a_hole_fails_also_if_other_packages_are_not_in_the_list() -> None:
    is_sound, lines = judge("requirements.txt", {"dependencies": [_SKIPPED, _HOLED]})

    assert not is_sound
    assert "Not in the list: skipped." in lines[0]


def test_packages_without_a_known_hole_pass() -> None:
    assert judge("requirements.txt", {"dependencies": [_SOUND]}) == (
        True,
        ["requirements.txt: 1 packages looked up, 0 known holes."],
    )


def test_a_list_that_cannot_be_reached_passes_and_says_so() -> None:
    for report in ({"dependencies": [_SKIPPED, _SKIPPED]}, "ConnectionError: no route"):
        is_sound, [line] = judge("requirements.txt", report)

        assert is_sound
        assert line.startswith("requirements.txt: NOT AUDITED")


def test_a_program_without_a_report_is_quoted(tmp_path: Path) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!{sys.executable}\nimport sys; sys.exit('a\\nConnectionError: no route')\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)

    assert run_pip_audit(str(program), tmp_path / "requirements.txt") == "ConnectionError: no route"
