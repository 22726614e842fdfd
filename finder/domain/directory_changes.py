"""Compares two directories row by row. Pure: no I/O."""

from collections.abc import Hashable, Iterable, Mapping

from finder.domain.directory import Directory
from finder.domain.publication_difference import RowChanges
from finder.domain.release import Part
from finder.domain.team import TeamRecord

Rows = Mapping[tuple[str, ...], Hashable]
"""A part's rows by key, which is words with the team first; the value is everything that can change in a row."""


def compare_directories(before: Directory, after: Directory) -> dict[Part, RowChanges]:
    """Returns the rows of each part that are added, changed or gone."""
    old, new = _rows_of(before), _rows_of(after)
    return {part: _compare_rows(old[part], rows) for part, rows in new.items()}


def _compare_rows(old: Rows, new: Rows) -> RowChanges:
    return RowChanges(
        added=_in_words(new.keys() - old.keys()),
        changed=_in_words(key for key in new.keys() & old.keys() if new[key] != old[key]),
        gone=_in_words(old.keys() - new.keys()),
    )


def _in_words(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(": ".join((key[0], ", ".join(key[1:]))) if key[1:] else key[0] for key in sorted(keys))


def _rows_of(directory: Directory) -> dict[Part, Rows]:
    return {
        Part.TEAMS: {(team.id,): _listing(team) for team in directory.teams},
        Part.COVERAGE: {(each.gss_code,): each.team_id for each in directory.coverage},
        Part.OFFICERS: _grouped(((each.team_id, each.name), each) for each in directory.officers),
        Part.PRIORITIES: _grouped(((each.team_id, each.issue), each) for each in directory.priorities),
        Part.SURGERIES: _surgeries(directory),
    }


def _surgeries(directory: Directory) -> Rows:
    """Series of surgeries, and the single dates that are cancelled or moved."""
    team_of = {surgery.id: surgery.team_id for surgery in directory.surgeries}
    found: dict[tuple[str, ...], Hashable] = {(each.team_id, each.id): each for each in directory.surgeries}
    for change in directory.changes:
        date = f"{change.occurrence:%Y-%m-%d %H:%M}"
        found[team_of.get(change.surgery_id, ""), change.surgery_id, date] = change
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
