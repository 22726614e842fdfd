"""What the commands show on a terminal."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Final

import pytest

from finder.domain.release import Action, AuditEvent, JournalEntry
from finder.reports.terminal.data_console import DataConsole
from finder.reports.terminal.show_load import show_findings
from finder.reports.terminal.show_releases import show_journal, show_releases
from geodata.check_report import Finding, Severity
from tests.support.builders import make_publication

_ELECTION_DAY: Final = datetime(2027, 5, 5, 23, tzinfo=UTC)
"""The first moment of 6 May 2027 in London."""


@pytest.fixture
def console() -> DataConsole:
    return DataConsole(file=StringIO(), width=160)


@pytest.fixture(params=["UTC", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock has the time zone of another place."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def printed(console: DataConsole) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.usefixtures("zone")
def test_a_scheduled_publication_is_listed_with_its_moment(console: DataConsole) -> None:
    show_releases(console, [], [replace(make_publication(), live_from=_ELECTION_DAY)], None)

    assert "2027-05-06" in printed(console)
    assert "00:00" in printed(console)


@pytest.mark.usefixtures("zone")
def test_the_journal_is_dated_by_the_clocks_of_london(console: DataConsole) -> None:
    show_journal(console, [JournalEntry(1, _ELECTION_DAY, AuditEvent("staff", Action.SCHEDULE, ""))])

    assert "2027-05-06" in printed(console)
    assert "00:00" in printed(console)


def test_findings_without_a_place_have_no_columns_for_it(console: DataConsole) -> None:
    show_findings(console, [Finding(Severity.WARNING, "Amblecote has no team; postcodes in it: 275.", "Load one.")])

    heading, row = printed(console).splitlines()
    assert heading.split() == ["problem", "remedy"]
    assert row.split() == [
        "warning",
        "Amblecote",
        "has",
        "no",
        "team;",
        "postcodes",
        "in",
        "it:",
        "275.",
        "Load",
        "one.",
    ]


def test_findings_of_a_row_show_its_number(console: DataConsole) -> None:
    here = Finding(Severity.ERROR, "not a date.", "Mend it.", "s.csv", 7, "starts_at", "31/6/2026")

    show_findings(console, [here, Finding(Severity.NOTE, "all else is well.", "")])

    heading, *rows = printed(console).splitlines()
    assert heading.split() == ["file", "row", "column", "value", "problem", "remedy"]
    assert rows[0].split()[:5] == ["error", "s.csv", "7", "starts_at", "31/6/2026"]
