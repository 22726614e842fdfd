"""Compares the directories of two snapshots row by row. Pure: no I/O."""

from finder.domain.directory import Coverage, Directory
from finder.domain.directory_changes import compare_directories
from finder.domain.publication_difference import RowChanges
from finder.domain.release import Part
from finder.snapshot.model import Snapshot


def compare_snapshot_directories(before: Snapshot | None, after: Snapshot) -> dict[Part, RowChanges]:
    """The rows of each part that are added, changed or gone; `before` is None if nothing is live."""
    return compare_directories(_directory_of(before) if before else Directory(), _directory_of(after))


def _directory_of(snapshot: Snapshot) -> Directory:
    teams = snapshot.teams.values()
    series = [each for listed in snapshot.series.values() for each in listed]
    return Directory(
        teams=tuple(team.record for team in teams),
        coverage=tuple(Coverage(code, team.id) for team in teams for code in team.ward_codes),
        officers=tuple(officer for team in teams for officer in team.officers),
        priorities=tuple(priority for team in teams for priority in team.priorities),
        surgeries=tuple(each.surgery for each in series),
        changes=tuple(change for each in series for change in each.changes),
    )
