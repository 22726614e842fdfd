"""Refuses rows of a file that do not fit each other or the directory they are merged into. Pure: no I/O."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Any, Final

from finder.directory_files.read_directory_file import Numbered, Record
from finder.directory_files.rows_seen import RowsSeen
from finder.domain.directory import Coverage
from finder.domain.surgery import Change, Series, Surgery
from finder.domain.surgery_moves import faults_of_move
from finder.domain.team import Officer, TeamRecord
from finder.services.loading.teams_by_name import TeamNames
from geodata.check_report import Report
from geodata.police_forces import PoliceForces

_MOST_REMEDIES: Final = 200
# What may be in a file only once, and the column that shows it.
_KEYS: Final[dict[type, tuple[str, Callable[[Any], Hashable]]]] = {
    TeamRecord: ("id", lambda team: team.id),
    Coverage: ("gss_code", lambda coverage: coverage.gss_code),
    Officer: ("name", lambda officer: (officer.team_id, officer.name, officer.rank)),
    Surgery: ("id", lambda surgery: surgery.id),
    Change: ("occurrence", lambda change: (change.surgery_id, change.occurrence)),
}


def team_of(record: Record) -> str | None:
    """Returns the id of the team that a record is about, or None for a change: its series has the team."""
    if isinstance(record, TeamRecord):
        return record.id
    return None if isinstance(record, Change) else record.team_id


def refuse_unknown_forces(rows: Iterable[Numbered], forces: PoliceForces, report: Report) -> None:
    """Reports teams whose force does not exist."""
    for row in rows:
        if isinstance(row.record, TeamRecord) and row.record.force_id not in forces.by_id:
            report.error(
                "no such force.", "Use the id that data.police.uk gives the force, like west-midlands.",
                row=row.row, column="force_id", value=row.record.force_id,
            )  # fmt: skip


def refuse_unknown_teams(
    rows: Iterable[Numbered], teams: Iterable[TeamRecord], teams_seen: RowsSeen, report: Report
) -> None:
    """Reports rows about a team that is not in the directory, unless it may be one that could not be read."""
    names = TeamNames(teams)
    remedies: dict[str, str] = {}
    for row in rows:
        team = team_of(row.record)
        if team is None or team in names or teams_seen.may_have(team):
            continue
        if team not in remedies:
            # To find similar names takes milliseconds for each; more faults than that are not listed anyway.
            remedies[team] = names.remedy(team) if len(remedies) < _MOST_REMEDIES else ""
        found = len(names.find(team))
        problem = f"{found} teams have this name." if found > 1 else "no team has this id."
        report.error(problem, remedies[team], row=row.row, column="team_id", value=team)


def refuse_other_teams(rows: Iterable[Numbered], teams: frozenset[str], report: Report) -> None:
    """Reports rows about a team other than those whose rows are to be replaced."""
    for row in rows:
        team = team_of(row.record)
        if team is not None and team not in teams:
            report.error(
                "the row is about a team that --team does not name.",
                "Take the row out, or name the team with --team too.",
                row=row.row,
                column="team_id",
                value=team,
            )


def refuse_taken(others: Iterable[Record], rows: Iterable[Numbered], report: Report) -> None:
    """Reports wards and series ids that another team has, whose rows are not replaced."""
    owners = {(type(each), _KEYS[type(each)][1](each)): team_of(each) for each in others if type(each) in _KEYS}
    for row in rows:
        kind = type(row.record)
        if kind not in _KEYS:
            continue
        column, key = _KEYS[kind]
        owner = owners.get((kind, key(row.record)))
        if owner not in (None, team_of(row.record)):
            problem = f"the team {owner} has this, and --team does not name it."
            report.error(
                problem, "Name that team too, or take the row out.",
                row=row.row, column=column, value=str(key(row.record)),
            )  # fmt: skip


def refuse_duplicates(rows: Iterable[Numbered], report: Report) -> None:
    """Reports rows with the key of an earlier row."""
    first: dict[tuple[type, Hashable], int] = {}
    for row in rows:
        kind = type(row.record)
        if kind not in _KEYS:
            continue
        column, key = _KEYS[kind]
        value = key(row.record)
        earlier = first.setdefault((kind, value), row.row)
        if earlier != row.row:
            shown = " ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
            problem = f"this is in row {earlier} already."
            report.error(problem, "Keep the row that is right.", row=row.row, column=column, value=shown)


def change_fits(row: Numbered, surgery: Surgery | None, now: datetime | None, report: Report) -> bool:
    """Returns whether the change in a row fits its series, or else reports why not.

    Moves follow the rules of `finder surgery move`, but a file is a complete list and may have changes of past dates.
    """
    change = row.record
    assert isinstance(change, Change)  # noqa: S101 - for the type checker
    if surgery is None:
        report.error(
            "no series has this id.", "Add the series' own row, without occurrence and status.",
            row=row.row, column="id", value=change.surgery_id,
        )  # fmt: skip
        return False
    if not Series(surgery, ()).has(change.occurrence):
        report.error(
            "the series has no occurrence at that time.",
            f"Give the start as the series has it; it recurs as {surgery.recurrence or 'a single date'}"
            f" from {surgery.starts_at:%Y-%m-%d %H:%M}.",
            row=row.row,
            column="occurrence",
            value=f"{change.occurrence:%Y-%m-%d %H:%M}",
        )
        return False
    is_upcoming = now is not None and change.occurrence > now
    faults = list(faults_of_move(surgery, change, now if is_upcoming else None))
    for fault in faults:
        value = f"{change.surgery_id}, {change.occurrence:%Y-%m-%d %H:%M}"
        report.error(fault.problem, fault.remedy, row=row.row, column=fault.column, value=value)
    return not faults
