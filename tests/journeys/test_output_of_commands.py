"""What the commands print: nothing is lost without a word on a full disk, and names from files are only text."""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import isolated_environment, run_finder

_OFFICERS: Final = "team_id,name,rank\nladywood,Only Example,PCSO\n"
_PRINTING: Final = (
    "releases",
    "journal",
    "journal --json",
    "diff",
    "diff --json",
    "lookup B24QA",
    "surgery list edgbaston",
    "load officers {file} --team ladywood --check",
    "load officers {file} --team ladywood --check --json",
    "prune",
    "migrate",
    "version",
    "template officers",
)


def run_on_full_disk(dsn: str, words: str) -> tuple[int, list[str]]:
    """Runs a command whose standard output is full; returns its exit code and what it says."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "finder", *words.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
            cwd=tempfile.gettempdir(),
            env=isolated_environment(dsn),
        )
    return done.returncode, done.stderr.splitlines()


def test_each_command_that_prints_says_in_a_sentence_that_it_could_not(shipped_database: str, tmp_path: Path) -> None:
    file = tmp_path / "officers.csv"
    file.write_text(_OFFICERS, encoding="utf-8")
    assert run_finder(shipped_database, "load", "officers", file, "--team", "ladywood").returncode == 0

    with ThreadPoolExecutor(2) as pool:
        commands = [words.format(file=file) for words in _PRINTING]
        ended = list(pool.map(lambda words: run_on_full_disk(shipped_database, words), commands))

    told = {
        words: (code, said)
        for words, (code, said) in zip(_PRINTING, ended, strict=True)
        if code != 1 or not said[-1].startswith("Standard output cannot be written: No space left on device.")
    }
    assert told == {}
    assert [said for _, said in ended if "Traceback" in "".join(said)] == []


def test_names_with_markup_are_printed_as_they_are(shipped_database: str, tmp_path: Path) -> None:
    name, file = "[link=https://evil.example]here[/link] [/red]", tmp_path / "teams.csv"
    teams = (SHIPPED_FOLDER / "directory" / "teams.csv").read_text(encoding="utf-8")
    file.write_text(teams.replace("ladywood,Ladywood,", f"ladywood,{name},"), encoding="utf-8")

    loaded = run_finder(shipped_database, "load", "teams", file, "--publish", "--accept-warnings")
    looked_up = run_finder(shipped_database, "lookup", "B24QA")

    assert loaded.returncode == 0, loaded.stderr
    assert name in looked_up.stdout
