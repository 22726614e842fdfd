"""Prints releases, publications and the journal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.text import Text

from finder.domain.london_time import show_moment
from finder.domain.release import JournalEntry, Kind, Publication, Release, Source
from finder.reports.terminal.data_console import DataConsole
from finder.reports.terminal.tables import new_table


def show_releases(
    console: DataConsole, known: Sequence[Release], published: Sequence[Publication], live: int | None
) -> None:
    """Prints every release and every publication; times are those of London."""
    table = new_table("release", "rows", "warnings", "staged", "first live", "by", "source", title="Releases")
    for each in known:
        newest = max(each.sources, key=lambda source: source.loaded_at)
        cells = (each.id, f"{each.rows:,}", str(each.warnings), _moment(each.staged_at), _first_live(each))
        table.add_row(*cells, newest.loaded_by, each.source)
    console.print(table if known else "Nothing was loaded yet.")
    table = new_table("number", "", "live from", *Kind, "by", "why", title="Publications")
    for publication in published:
        names = [publication.releases[kind].id for kind in Kind]
        mark = "live" if publication.number == live else _standing(publication)
        moment = _moment(publication.live_from)
        table.add_row(str(publication.number), mark, moment, *names, publication.made_by, publication.note)
    if published:
        console.print(table)


def show_journal(console: DataConsole, entries: Sequence[JournalEntry]) -> None:
    """Prints who did what and when, oldest first; times are those of London."""
    table = new_table("", "when", "who", "did", "note", "file", "errors", "warnings", "release", "publication")
    for entry in entries:
        event = entry.event
        who = f"{event.who} (claims {entry.claims})" if entry.claims else event.who
        cells = (entry.number, show_moment(entry.at), who, event.action, event.note)
        results = (_file(event.source), event.errors, event.warnings, event.release, event.publication)
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in (*cells, *results)))
    console.print(table if entries else "The journal is empty.")


def _standing(publication: Publication) -> str:
    if publication.withdrawn:
        return "withdrawn"
    return "scheduled" if publication.live_from > datetime.now(UTC) else ""


def _first_live(release: Release) -> str:
    return "discarded" if release.discarded else _moment(release.published_at)


def _moment(moment: datetime | None) -> str:
    return show_moment(moment) if moment else "never"


def _file(source: Source | None) -> str:
    return f"{source.name} ({source.size:,} bytes, SHA-256 {source.sha256[:12]}…)" if source else ""
