"""Loads every file of a folder of awkward files and prints what is said of each, as a Markdown table.

Nothing is staged: each file is only checked, against the data that ships, in an embedded PostgreSQL of its own. The
part is guessed from the beginning of a file's name; what names no part is loaded as wards.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Final

from finder.domain.release import Part
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.finder_commands import run_finder

_MOST_LINES: Final = 12
_MOST_CHARACTERS: Final = 300
_PROGRESS: Final = re.compile(r"B/s|-:--:--")
_SIDE_FILES: Final = frozenset({".sh", ".shx", ".dbf", ".prj", ".cpg", ".md"})


def main() -> None:
    """Print the table."""
    options = _options()
    with tempfile.TemporaryDirectory() as data, new_demo_postgres(Path(data)) as postgres:
        print("| file | command | exit | what is said |\n| --- | --- | --- | --- |")
        for file in _cases(options.folder, options.only):
            part = _part_of(file.relative_to(options.folder))
            done = run_finder(postgres.dsn, "load", part, file.resolve(), "--check", COLUMNS="400")
            said = "<br>".join(_said(done.stdout + done.stderr))
            name = file.relative_to(options.folder)
            print(f"| {name} | `load {part} --check` | {done.returncode} | {said} |", flush=True)
            if "Traceback" in done.stderr:
                sys.exit(f"{name} ends in a traceback:\n{done.stderr}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/replay-cases", description=__doc__)
    parser.add_argument("folder", type=Path, help="for instance ../shared/cases/loading")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the files whose name has this text")
    return parser.parse_args()


def _cases(folder: Path, only: str) -> Sequence[Path]:
    """The files to load, by name; what belongs to a Shapefile comes with it."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() not in _SIDE_FILES)
    return sorted(path for path in files if only in str(path.relative_to(folder)))


def _part_of(file: Path) -> Part:
    word = re.split(r"[^a-z]", file.parts[0].lower())[0]
    return Part(word) if word in set(Part) else Part.WARDS


def _said(output: str) -> Iterator[str]:
    """The lines of an output for a cell of the table."""
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip() and not _PROGRESS.search(line)]
    yield from (shorten(line.replace("|", "\\|"), _MOST_CHARACTERS, placeholder=" …") for line in lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        yield f"… and {len(lines) - _MOST_LINES} more lines"


if __name__ == "__main__":
    main()
