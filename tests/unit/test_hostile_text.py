"""Text that a terminal would obey, in names, notes and file names: it is shown as it is, or refused."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from rich.text import Text

from finder.domain.release import Action, AuditEvent, JournalEntry, Kind, Part, Release, Source
from finder.reports import progress_bars
from finder.reports.terminal.data_console import DataConsole
from finder.reports.terminal.show_load import show_findings
from finder.reports.terminal.show_releases import show_journal, show_releases
from finder.reports.terminal.tables import new_table
from finder.services.loading.load_job import LoadJob
from geodata.check_report import Finding, Severity
from geodata.errors import SourceError
from geodata.progress import NO_PROGRESS
from tests.support.builders import make_publication
from tests.support.commands import ROOT

_MARKUP: Final = ("[link=https://evil.example]here[/link]", "[/red]", "[bold]x", ":warning:", "[@click=f]x[/]", "[[x]]")
_CONTROLS: Final = ("\x1b[31m", "\x1b]8;;https://evil.example\x07", "\x9b2J", "\x08", "\u202e", "\udce9")
_NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)


def _release(text: str) -> Release:
    source = Source(Part.WARDS, f"{text}.csv", "0" * 64, 1, text, _NOW)
    return Release(1, Kind.WARDS, 1, 0, _NOW, (source,), None)


def _table(console: DataConsole, text: str) -> None:
    table = new_table(text, title=text)
    table.add_row(text)
    console.print(table)


def _journal(console: DataConsole, text: str) -> None:
    show_journal(console, [JournalEntry(1, _NOW, AuditEvent(text, Action.SCHEDULE, text))])


_SHOWN: Final[dict[str, Callable[[DataConsole, str], None]]] = {
    "line": lambda console, text: console.print(f"Staged {text}.", style="bold"),
    "text": lambda console, text: console.print(Text(text, style="bold")),
    "table": _table,
    "releases": lambda console, text: show_releases(console, [_release(text)], [], None),
    "publications": lambda console, text: show_releases(
        console, [], [replace(make_publication(), made_by=text, note=text)], None
    ),
    "journal": _journal,
    "findings": lambda console, text: show_findings(console, [Finding(Severity.NOTE, text, text, text, value=text)]),
}


@pytest.fixture
def console() -> DataConsole:
    return DataConsole(file=StringIO(), width=400)


def printed(console: DataConsole) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("show", _SHOWN.values(), ids=_SHOWN)
@pytest.mark.parametrize("text", _MARKUP)
def test_markup_in_data_is_shown_as_it_is(
    console: DataConsole, show: Callable[[DataConsole, str], None], text: str
) -> None:
    show(console, text)

    assert text in printed(console)


@pytest.mark.parametrize("show", _SHOWN.values(), ids=_SHOWN)
@pytest.mark.parametrize("text", _CONTROLS, ids=ascii)
def test_control_characters_in_data_never_reach_the_terminal(
    console: DataConsole, show: Callable[[DataConsole, str], None], text: str
) -> None:
    show(console, f"a{text}b")

    assert set(text) & set(printed(console)) <= set("[]0123456789;:/.abcdefghijklmnopqrstuvwxyzJ")
    assert "a" in printed(console)


def test_a_bar_shows_markup_and_control_characters_as_text() -> None:
    text = StringIO()
    with progress_bars.show_progress(DataConsole(file=text, width=200)) as progress:
        progress.start_step("SHA-256 of [/red]\x1b[2J.csv", 1)

    assert "\x1b" not in text.getvalue()


@pytest.mark.parametrize("name", ["a\x1b[31m.csv", "a\nPublication 9 is live.csv", "a\u202e.csv", "a\udce9.csv"])
def test_a_file_with_control_characters_in_its_name_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()

    with pytest.raises(SourceError, match="control character"):
        LoadJob(Part.TEAMS, path, "staff").fingerprint(NO_PROGRESS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("surgery", "cancel", "x-20261212T1000", "--reason", "Snow.\x1b[31m"),
        ("load", "teams", "a\x1b[2J.csv"),
        ("publish", "wards-\x9b2J"),
        (b"no\xffcommand",),
    ],
)
def test_an_argument_with_a_control_character_is_refused(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "finder", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )

    assert done.returncode == 2
    assert done.stderr.startswith("An argument has a control character, U+")
    assert done.stderr.isascii()
    assert "\x1b" not in done.stderr
