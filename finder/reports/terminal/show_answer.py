"""Prints who polices a postcode, and dated surgeries."""

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text

from finder.domain.answer import Answer, Certainty, present_month
from finder.domain.surgery import Occurrence, Status
from finder.domain.upcoming_surgeries import next_surgeries
from finder.reports.terminal.data_console import DataConsole
from finder.snapshot.model import Snapshot


def show_answer(console: DataConsole, found: Answer, snapshot: Snapshot, now: datetime) -> None:
    """Prints who polices a postcode, when to meet them, and how to reach them."""
    team = found.team
    console.print(Text(f"{found.postcode}  {team.name}", style="bold"))
    if found.retired_on:
        retired = f"This postcode went out of use in {present_month(found.retired_on)}; this is the team of the place."
        console.print(Text(retired, style="yellow"))
    console.print(f"{team.force.name}, {found.ward.name} ward, {found.ward.district.name}")
    if team.record.description:
        console.print(Text(team.record.description, style="italic"))
    if found.match.certainty is Certainty.NEAR_BOUNDARY:
        others = ", ".join(f"{each.team.name} ({each.metres:.0f} m away)" for each in found.match.alternatives)
        console.print(Text(f"Close to the edge of another team's area: {others}.", style="yellow"))
    upcoming = next_surgeries(snapshot.series_of(team.id), now).occurrences
    _section(console, "Surgeries", [line for each in upcoming for line in _surgery(each)])
    _section(console, "Officers", [f"{officer.rank} {officer.name}" for officer in team.officers])
    _section(console, "Priorities", [priority.issue for priority in team.priorities])
    _section(console, "Contact", [f"{key}: {value}" for key, value in team.record.contact.items()])
    console.print("In an emergency call 999; otherwise 101.", style="bold")
    sources = ", ".join(release.id for release in snapshot.publication.releases.values())
    console.print(f"Publication {snapshot.publication.number}: {sources}", style="dim")


def show_surgeries(console: DataConsole, upcoming: Sequence[Occurrence]) -> None:
    """Prints dated surgeries, each with the id that cancels or moves it."""
    for each in upcoming:
        console.print(Text(each.id, style="bold"))
        for line in _surgery(each):
            console.print(Text(f"  {line}"))
    if not upcoming:
        console.print("No surgery is planned in the next three months.")


def _section(console: DataConsole, title: str, lines: Sequence[str]) -> None:
    console.print(Text(title, style="bold"))
    for line in lines or ["none listed"]:
        console.print(Text(f"  {line}"))


def _surgery(each: Occurrence) -> list[str]:
    """Returns the lines of a surgery: when and where, then how to get in if it is known and not cancelled."""
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
