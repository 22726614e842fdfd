"""Prints the result of a load and the findings of its checks."""

from collections.abc import Iterable
from typing import Final

from rich.text import Text

from finder.reports import difference_wording
from finder.reports.grouped_findings import shortened
from finder.reports.terminal.data_console import DataConsole
from finder.reports.terminal.tables import new_table
from finder.services.loading.load_job import LoadJob, LoadResult
from geodata.check_report import Finding, Report, Severity
from geodata.plurals import count_of

_RECURRENCES: Final = 40
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def show_report(console: DataConsole, report: Report) -> None:
    """Prints the findings of the checks of a file as a table."""
    show_findings(console, report.findings)
    if report.left_out:
        console.print(f"… and {report.left_out} more of the same.")


def show_findings(console: DataConsole, found: Iterable[Finding]) -> None:
    """Prints findings as a table: place, problem, remedy; each fault once, and only some of its values."""
    worded = difference_wording.findings(shortened(found))
    table = new_table(*worded.headings)
    for severity, *cells in worded.rows:
        table.add_row(Text(severity, style=_COLOURS[Severity(severity)]), *map(Text, cells))
    if table.row_count:
        console.print(table)


def show_loaded(console: DataConsole, job: LoadJob, outcome: LoadResult) -> None:
    """Prints one line about the result of a load."""
    counts = f"{count_of(outcome.rows, 'row')}, {count_of(outcome.report.warnings, 'warning')}"
    if outcome.unchanged and outcome.release:
        line = f"{job.path.name} was loaded before, as {outcome.release.id}; nothing to do."
    elif outcome.release:
        line = f"Staged {outcome.release.id}: {counts}."
    else:
        line = f"Checked {job.path.name}: {counts}. Nothing was staged."
    console.print(line)


def show_changes(console: DataConsole, outcome: LoadResult) -> None:
    """Prints a line for each part of the directory: what publishing the release would change."""
    for sentence in difference_wording.directory_summary(outcome.changes):
        console.print(sentence)


def show_recurrences(console: DataConsole, outcome: LoadResult) -> None:
    """Prints what the rules of new and changed surgeries mean, with their next dates."""
    found = difference_wording.recurrences(outcome.recurrences)
    table = new_table(*found.headings, title=found.title)
    for row in found.rows[:_RECURRENCES]:
        table.add_row(*map(Text, row))
    if table.row_count:
        console.print(table)
    if len(found.rows) > _RECURRENCES:
        console.print(f"… and {len(found.rows) - _RECURRENCES} more: --json and --html have them all.")
