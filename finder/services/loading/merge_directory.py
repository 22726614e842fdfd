"""Merges the rows of a file into a directory, in place of one of its parts. Pure: no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from finder.directory_files.read_directory_file import Numbered
from finder.directory_files.rows_seen import RowsSeen
from finder.domain.directory import Directory
from finder.domain.release import Part
from finder.domain.surgery import Change, Surgery
from finder.domain.team import TeamRecord
from finder.services.loading.directory_checks import refused_rows
from finder.services.loading.directory_checks.refused_rows import team_of
from geodata.check_report import Report
from geodata.plurals import count_of
from geodata.police_forces import PoliceForces


@dataclass(frozen=True, slots=True)
class Replacement:
    """The rows of a file that replace a whole part, or only the rows of `teams` if that is not empty."""

    part: Part
    rows: Sequence[Numbered]
    teams: frozenset[str] = frozenset()
    now: datetime | None = None
    """Wall-clock time in London; without it, moves into the past are not checked."""

    seen: RowsSeen = field(default_factory=RowsSeen)
    """What could not be read of this file; what follows from it is no fault of another row."""

    teams_seen: RowsSeen = field(default_factory=RowsSeen)
    """The same of the file of teams that is loaded with this one."""


def merge(base: Directory, new: Replacement, forces: PoliceForces, report: Report) -> Directory:
    """Returns the base with the replacement made; adds an error to the report for each row that does not fit."""
    part, rows, teams = new.part, new.rows, new.teams
    if teams:
        refused_rows.refuse_other_teams(rows, teams, report)
        refused_rows.refuse_taken(_unreplaced(getattr(base, part.value), teams), rows, report)
    refused_rows.refuse_duplicates(rows, report)
    if part is Part.TEAMS:
        refused_rows.refuse_unknown_forces(rows, forces, report)
        return _with_teams(base, _replaced(base.teams, rows, teams), new.seen, report)
    refused_rows.refuse_unknown_teams(rows, base.teams, new.teams_seen, report)
    if part is Part.SURGERIES:
        return _with_surgeries(base, new, report)
    return replace(base, **{part.value: _replaced(getattr(base, part.value), rows, teams)})


def _replaced(old: Iterable[Any], rows: Iterable[Numbered], teams: frozenset[str]) -> tuple[Any, ...]:
    return (*_unreplaced(old, teams), *(row.record for row in rows))


def _unreplaced(old: Iterable[Any], teams: frozenset[str]) -> Iterable[Any]:
    """Returns the rows of other teams; none if the whole part is replaced."""
    return (record for record in old if teams and team_of(record) not in teams)


def _with_teams(base: Directory, teams: tuple[TeamRecord, ...], seen: RowsSeen, report: Report) -> Directory:
    """Returns the base with these teams; the rows of removed teams are removed too, with a warning.

    There is no warning of teams that are missing because their rows could not be read.
    """
    known = {team.id for team in teams}
    for removed in sorted({team.id for team in base.teams if not seen.may_have(team.id)} - known):
        wards = sum(each.team_id == removed for each in base.coverage)
        report.warning(
            "the team is no longer in the file; its officers, priorities and surgeries go with it.",
            f"It has {count_of(wards, 'ward')}: load a coverage file that gives them another team.",
            column="id",
            value=removed,
        )
    surgeries = tuple(each for each in base.surgeries if each.team_id in known)
    ids = {surgery.id for surgery in surgeries}
    return Directory(
        teams=teams,
        coverage=tuple(each for each in base.coverage if each.team_id in known),
        officers=tuple(each for each in base.officers if each.team_id in known),
        priorities=tuple(each for each in base.priorities if each.team_id in known),
        surgeries=surgeries,
        changes=tuple(each for each in base.changes if each.surgery_id in ids),
    )


def _with_surgeries(base: Directory, new: Replacement, report: Report) -> Directory:
    """Returns the base with the series and changes of the file; changes that do not fit their series are refused."""
    series = {row.record.id: row.record for row in new.rows if isinstance(row.record, Surgery)}
    kept_surgeries = tuple(_unreplaced(base.surgeries, new.teams))
    kept_ids = {surgery.id for surgery in kept_surgeries}
    kept_changes = (change for change in base.changes if change.surgery_id in kept_ids)
    changes = (
        row.record
        for row in new.rows
        if isinstance(row.record, Change)
        and not (row.record.surgery_id not in series and new.seen.may_have(row.record.surgery_id))
        and refused_rows.change_fits(row, series.get(row.record.surgery_id), new.now, report)
    )
    surgeries = (row.record for row in new.rows if isinstance(row.record, Surgery))
    return replace(base, surgeries=(*kept_surgeries, *surgeries), changes=(*kept_changes, *changes))
