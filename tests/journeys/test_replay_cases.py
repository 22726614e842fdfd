"""scripts/replay-cases: what is said of each file of a folder, as a table."""

import subprocess
import sys
from pathlib import Path

from tests.support.commands import isolated_environment


def test_each_file_of_a_folder_has_a_row_with_its_exit_code_and_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "officers-good.csv").write_text("team_id,name,rank\nabbey,Sam Example,PCSO\n", encoding="utf-8")
    (tmp_path / "officers-heading-only.csv").write_text("team_id,name,rank\n", encoding="utf-8")
    (tmp_path / "beats.geojson").write_text("{}", encoding="utf-8")
    command = [sys.executable, "-m", "scripts.drills.replay_cases", tmp_path.name]

    table = subprocess.run(
        command,
        cwd=tmp_path.parent,
        env=isolated_environment(""),
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout

    title, _, *rows = table[table.index("| file") :].splitlines()
    beats, good, heading = (row.split(" | ") for row in rows)
    assert title == "| file | command | exit | what is said |"
    assert beats[:3] == ["| beats.geojson", "`load wards --check`", "1"]
    assert good[2] == "0"
    assert "Checked officers-good.csv: 1 row" in good[3]
    assert heading[2] == "1"
    assert "the file has no officer" in heading[3]
