"""What the commands print: tables, bars and answers, for reading."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from finder.domain.answer import Answer, Certainty, present_month
from finder.domain.release import Kind, Publication, Release
from finder.domain.snapshot import Snapshot
from finder.domain.surgery import Occurrence, Status
from finder.domain.text import count_of
from finder.reports import words
from finder.services.load import Load, Loaded
from finder.services.schedule import show_moment
from geodata.report import Finding, Report, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def findings(console: Console, report: Report) -> None:
    """What the checks of a file found, as a table."""
    warnings(console, report.findings)
    if report.left_out:
        console.print(f"… and {report.left_out} more of the same.", highlight=False)


def warnings(console: Console, found: Iterable[Finding]) -> None:
    """Findings as a table: where, what, what to do."""
    worded = words.findings(found)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in worded.headings:
        table.add_column(heading, overflow="fold")
    for severity, *cells in worded.rows:
        table.add_row(Text(severity, style=_COLOURS[Severity(severity)]), *map(Text, cells))
    if table.row_count:
        console.print(table)


def loaded(console: Console, job: Load, outcome: Loaded) -> None:
    """One line on what a load came to."""
    counts = f"{count_of(outcome.rows, 'row')}, {count_of(outcome.report.warnings, 'warning')}"
    if outcome.unchanged and outcome.release:
        line = f"{job.path.name} was loaded before, as {outcome.release.id}; nothing to do."
    elif outcome.release:
        line = f"Staged {outcome.release.id}: {counts}."
    else:
        line = f"Checked {job.path.name}: {counts}. Nothing was staged."
    console.print(line, highlight=False)


def releases(console: Console, known: Sequence[Release], published: Sequence[Publication], live: int | None) -> None:
    """Every release and every publication; moments are those of clocks in London, wherever the command runs."""
    table = Table(title="Releases", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for heading in ("release", "rows", "warnings", "staged", "first live", "by", "source"):
        table.add_column(heading, overflow="fold")
    for each in known:
        newest = max(each.sources, key=lambda source: source.loaded_at)
        cells = (each.id, f"{each.rows:,}", str(each.warnings), _moment(each.staged_at), _moment(each.published_at))
        table.add_row(*cells, newest.loaded_by, each.source)
    console.print(table if known else "Nothing was loaded yet.")
    table = Table(title="Publications", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for heading in ("number", "", "live from", *Kind, "by", "why"):
        table.add_column(heading, overflow="fold")
    for publication in published:
        names = [publication.releases[kind].id for kind in Kind]
        mark = "live" if publication.number == live else _standing(publication)
        moment = _moment(publication.live_from)
        table.add_row(str(publication.number), mark, moment, *names, publication.made_by, publication.note)
    if published:
        console.print(table)


def _standing(publication: Publication) -> str:
    if publication.withdrawn:
        return "withdrawn"
    return "scheduled" if publication.live_from > datetime.now(UTC) else ""


def answer(console: Console, found: Answer, snapshot: Snapshot, now: datetime) -> None:
    """Who polices a postcode, when to meet them, and how to reach them."""
    team = found.team
    console.print(Text(f"{found.postcode}  {team.name}", style="bold"))
    if found.retired_on:
        retired = f"This postcode went out of use in {present_month(found.retired_on)}; this is the team of the place."
        console.print(Text(retired, style="yellow"))
    console.print(f"{team.force.name}, {found.ward.name} ward, {found.ward.district.name}", highlight=False)
    if team.record.description:
        console.print(Text(team.record.description, style="italic"))
    if found.match.certainty is Certainty.NEAR_BOUNDARY:
        others = ", ".join(f"{each.team.name} ({each.metres:.0f} m away)" for each in found.match.alternatives)
        console.print(Text(f"Close to the edge of another team's area: {others}.", style="yellow"))
    upcoming = snapshot.next_surgeries(team.id, now).occurrences
    _section(console, "Surgeries", [line for each in upcoming for line in _surgery(each)])
    _section(console, "Officers", [f"{officer.rank} {officer.name}" for officer in team.officers])
    _section(console, "Priorities", [priority.issue for priority in team.priorities])
    _section(console, "Contact", [f"{key}: {value}" for key, value in team.record.contact.items()])
    console.print("In an emergency call 999; otherwise 101.", style="bold", highlight=False)
    sources = ", ".join(release.id for release in snapshot.publication.releases.values())
    console.print(f"Publication {snapshot.publication.number}: {sources}", style="dim", highlight=False)


def surgeries(console: Console, upcoming: Sequence[Occurrence]) -> None:
    """Dated surgeries, each with the id by which it is cancelled or moved."""
    for each in upcoming:
        console.print(Text(each.id, style="bold"))
        for line in _surgery(each):
            console.print(Text(f"  {line}"))
    if not upcoming:
        console.print("No surgery is planned in the next three months.", highlight=False)


def _section(console: Console, title: str, lines: Sequence[str]) -> None:
    console.print(Text(title, style="bold"))
    for line in lines or ["none listed"]:
        console.print(Text(f"  {line}"))


def _surgery(each: Occurrence) -> list[str]:
    """When and where, and how to get in where that is known and somebody may come."""
    access = each.venue.access if each.venue and each.status is not Status.CANCELLED else ""
    return [_when_and_where(each), *([f"  {access}"] if access else [])]


def _when_and_where(each: Occurrence) -> str:
    when = f"{each.starts_at:%A %-d %B %Y, %H:%M} to {each.ends_at:%H:%M}"
    venue = (each.venue.name, each.venue.address, each.venue.postcode) if each.venue else ()
    where = each.online_url or ", ".join(filter(None, venue))
    line = f"{when}: {each.surgery.title}, {where}"
    if each.status is Status.CANCELLED:
        return f"CANCELLED {line} {each.reason}".rstrip()
    if each.status is Status.MOVED and each.moved_from:
        return f"{line} (moved from {each.moved_from:%A %-d %B %Y, %H:%M}. {each.reason})"
    return line


def _moment(moment: datetime | None) -> str:
    return show_moment(moment) if moment else "never"
