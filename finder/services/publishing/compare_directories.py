"""Compares the directories of two snapshots row by row. Pure: no I/O."""

from collections.abc import Hashable, Iterable, Mapping

from finder.domain.publication_difference import RowChanges
from finder.domain.release import Part
from finder.domain.team import TeamRecord
from finder.snapshot.model import Snapshot

Rows = Mapping[tuple[str, ...], Hashable]
"""A part's rows by key, which is words with the team first; the value is everything that can change in a row."""


def compare_directories(before: Snapshot | None, after: Snapshot) -> dict[Part, RowChanges]:
    """The rows of each part that are added, changed or gone; `before` is None if nothing is live."""
    old, new = (_rows_of(snapshot) if snapshot else {} for snapshot in (before, after))
    return {part: _compare_rows(old.get(part, {}), rows) for part, rows in new.items()}


def _compare_rows(old: Rows, new: Rows) -> RowChanges:
    return RowChanges(
        added=_in_words(new.keys() - old.keys()),
        changed=_in_words(key for key in new.keys() & old.keys() if new[key] != old[key]),
        gone=_in_words(old.keys() - new.keys()),
    )


def _in_words(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(": ".join((key[0], ", ".join(key[1:]))) if key[1:] else key[0] for key in sorted(keys))


def _rows_of(snapshot: Snapshot) -> dict[Part, Rows]:
    teams = snapshot.teams.values()
    people = [officer for team in teams for officer in team.officers]
    promises = [priority for team in teams for priority in team.priorities]
    return {
        Part.TEAMS: {(team.id,): _listing(team.record) for team in teams},
        Part.COVERAGE: {(code,): team.id for team in teams for code in team.ward_codes},
        Part.OFFICERS: _grouped(((each.team_id, each.name), each) for each in people),
        Part.PRIORITIES: _grouped(((each.team_id, each.issue), each) for each in promises),
        Part.SURGERIES: _surgeries(snapshot),
    }


def _surgeries(snapshot: Snapshot) -> Rows:
    """Series of surgeries, and the single dates that are cancelled or moved."""
    found: dict[tuple[str, ...], Hashable] = {}
    for team_id, listed in snapshot.series.items():
        for series in listed:
            found[team_id, series.surgery.id] = series.surgery
            for change in series.changes:
                found[team_id, series.surgery.id, f"{change.occurrence:%Y-%m-%d %H:%M}"] = change
    return found


def _listing(team: TeamRecord) -> Hashable:
    """Everything that a directory says about a team."""
    return (team.name, team.force_id, team.area, team.description, frozenset(team.contact.items()))


def _grouped(rows: Iterable[tuple[tuple[str, ...], Hashable]]) -> Rows:
    """Rows by key. Rows that share a key, such as two officers of one name, are compared as a group."""
    found: dict[tuple[str, ...], list[Hashable]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return {key: tuple(sorted(each, key=repr)) for key, each in found.items()}
