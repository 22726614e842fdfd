"""Prints what a publication would change, and the teams proposed for new wards."""

from collections.abc import Sequence

from rich.text import Text

from finder.domain.release import Kind
from finder.reports.difference_wording import summary, tables
from finder.reports.terminal.data_console import DataConsole
from finder.reports.terminal.tables import new_table
from finder.services.publishing.draft_coverage import Proposal
from finder.services.publishing.plan import Plan

_SHOWN = 40


def show_plan(console: DataConsole, proposed: Plan, *, full: bool = False) -> None:
    """Prints a publication's releases, a sentence about each kind of change, and with `full` the rows too."""
    table = new_table("kind", "live now", "to be live", "rows", "source")
    for kind in Kind:
        release = proposed.releases[kind]
        before = proposed.live.releases[kind].id if proposed.live else "nothing"
        style = "bold" if kind in proposed.changed else "dim"
        table.add_row(kind, before, release.id, f"{release.rows:,}", release.source, style=style)
    console.print(table)
    for sentence in summary(proposed.difference):
        console.print(sentence)
    if full:
        _rows(console, proposed)


def show_proposals(console: DataConsole, proposed: Sequence[Proposal]) -> None:
    """Prints the team proposed for each new ward, and the present teams of its postcodes with their shares."""
    table = new_table("ward", "", "team", "its postcodes now")
    for each in proposed:
        shares = (f"{share.team_id or 'none'} {share.postcodes / each.postcodes:.0%}" for share in each.shares)
        table.add_row(each.ward.gss_code, each.ward.name, each.team_id or "none: choose one", ", ".join(shares))
    console.print(table if proposed else "Every ward has a team.")


def _rows(console: DataConsole, proposed: Plan) -> None:
    for each in tables(proposed.difference):
        table = new_table(*each.headings, title=each.title)
        for row in each.rows[:_SHOWN]:
            table.add_row(*map(Text, row))
        console.print(table)
        if len(each.rows) > _SHOWN:
            console.print(f"… and {len(each.rows) - _SHOWN} more: --json and --html have them all.")
