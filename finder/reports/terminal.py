"""Plans and the journal on the terminal, for reading."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from finder.domain.release import JournalEntry, Kind, Source
from finder.reports.words import summary, tables
from finder.services.draft_coverage import Proposal
from finder.services.publish import Plan
from finder.services.schedule import show_moment

_SHOWN = 40


def plan(console: Console, proposed: Plan, *, full: bool = False) -> None:
    """What a publication would change: its releases, a sentence a subject, and in full the rows as well."""
    table = _table("kind", "live now", "to be live", "rows", "source")
    for kind in Kind:
        release = proposed.releases[kind]
        before = proposed.live.releases[kind].id if proposed.live else "nothing"
        style = "bold" if kind in proposed.changed else "dim"
        table.add_row(kind, before, release.id, f"{release.rows:,}", release.source, style=style)
    console.print(table)
    for sentence in summary(proposed.difference):
        console.print(sentence, highlight=False)
    if full:
        _rows(console, proposed)


def proposals(console: Console, proposed: Sequence[Proposal]) -> None:
    """Which team each new ward is given, and the teams that its postcodes have now, with shares."""
    table = _table("ward", "", "team", "its postcodes now")
    for each in proposed:
        shares = (f"{share.team_id or 'none'} {share.postcodes / each.postcodes:.0%}" for share in each.shares)
        table.add_row(each.ward.gss_code, each.ward.name, each.team_id or "none: choose one", ", ".join(shares))
    console.print(table if proposed else "Every ward has a team.")


def journal(console: Console, entries: Sequence[JournalEntry]) -> None:
    """Who did what, oldest first, and when on the clocks of London."""
    table = _table("", "when", "who", "did", "note", "file", "errors", "warnings", "release", "publication")
    for entry in entries:
        deed = entry.deed
        cells = (entry.number, show_moment(entry.at), deed.who, deed.action, deed.note)
        results = (_file(deed.source), deed.errors, deed.warnings, deed.release, deed.publication)
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in (*cells, *results)))
    console.print(table if entries else "The journal is empty.")


def _rows(console: Console, proposed: Plan) -> None:
    for each in tables(proposed.difference):
        table = _table(*each.headings, title=each.title)
        for row in each.rows[:_SHOWN]:
            table.add_row(*map(Text, row))
        console.print(table)
        if len(each.rows) > _SHOWN:
            console.print(f"… and {len(each.rows) - _SHOWN} more: --json and --html have them all.", highlight=False)


def _table(*headings: str, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _file(source: Source | None) -> str:
    return f"{source.name} ({source.size:,} bytes, SHA-256 {source.sha256[:12]}…)" if source else ""
