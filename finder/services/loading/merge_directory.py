"""A directory with one of its parts replaced by the rows of a file, checked against the rest. Pure: no I/O."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from finder.directory_files.read_part import Numbered, Record
from finder.domain.directory import Coverage, Directory
from finder.domain.release import Part
from finder.domain.surgery import Change, Series, Surgery
from finder.domain.surgery_moves import unsound_move
from finder.domain.team import Officer, TeamRecord
from finder.domain.text import count_of
from geodata.findings import Report
from geodata.police_forces import Places


@dataclass(frozen=True, slots=True)
class Replacement:
    """The rows of a file, to take the place of a part: wholly, or for some teams only where `teams` is not empty."""

    part: Part
    rows: Sequence[Numbered]
    teams: frozenset[str] = frozenset()
    now: datetime | None = None
    """Wall-clock in London; without it nothing is said of moves into the past."""


def merge(base: Directory, new: Replacement, places: Places, report: Report) -> Directory:
    """The base with the replacement made; faults in the report."""
    part, rows, teams = new.part, new.rows, new.teams
    if teams:
        _refuse_other_teams(rows, teams, report)
        _refuse_taken(_kept(getattr(base, part.value), teams), rows, report)
    _refuse_duplicates(rows, report)
    if part is Part.TEAMS:
        _check_forces(rows, places, report)
        return _with_teams(base, _replaced(base.teams, rows, teams), report)
    known = frozenset(team.id for team in base.teams)
    _refuse_unknown_teams(rows, known, report)
    if part is Part.SURGERIES:
        return _with_surgeries(base, new, report)
    return replace(base, **{part.value: _replaced(getattr(base, part.value), rows, teams)})


def team_of(record: Record) -> str | None:
    """The id of the team that a record is about; None for a change, whose surgery knows it."""
    if isinstance(record, TeamRecord):
        return record.id
    return None if isinstance(record, Change) else record.team_id


def _replaced(old: Iterable[Any], rows: Iterable[Numbered], teams: frozenset[str]) -> tuple[Any, ...]:
    return (*_kept(old, teams), *(row.record for row in rows))


def _kept(old: Iterable[Any], teams: frozenset[str]) -> Iterable[Any]:
    """What the replacement of only some teams' rows leaves in place."""
    return (record for record in old if teams and team_of(record) not in teams)


def _with_teams(base: Directory, teams: tuple[TeamRecord, ...], report: Report) -> Directory:
    """The base with other teams; what belonged to teams that are gone goes with them, and is warned about."""
    known = {team.id for team in teams}
    for gone in sorted({team.id for team in base.teams} - known):
        wards = sum(each.team_id == gone for each in base.coverage)
        report.warning(
            "the team is no longer in the file; its officers, priorities and surgeries go with it.",
            f"It has {count_of(wards, 'ward')}: load a coverage file that gives them another team.",
            column="id",
            value=gone,
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
    rows, teams = new.rows, new.teams
    series = [row for row in rows if isinstance(row.record, Surgery)]
    surgeries = _replaced(base.surgeries, series, teams)
    kept = {each.id for each in _kept(base.surgeries, teams)}
    old_changes = tuple(change for change in base.changes if change.surgery_id in kept)
    by_id = {row.record.id: row.record for row in series if isinstance(row.record, Surgery)}
    changes = [
        row.record
        for row in rows
        if isinstance(row.record, Change)
        and _change_fits(row.record, by_id.get(row.record.surgery_id), row.row, report)
        and _move_is_sound(row.record, by_id[row.record.surgery_id], row.row, new.now, report)
    ]
    return replace(base, surgeries=surgeries, changes=(*old_changes, *changes))


def _change_fits(change: Change, surgery: Surgery | None, row: int, report: Report) -> bool:
    if surgery is None:
        report.error(
            "no series has this id.", "Add the series' own row, without occurrence and status.",
            row=row, column="id", value=change.surgery_id,
        )  # fmt: skip
        return False
    if not Series(surgery, ()).has(change.occurrence):
        report.error(
            "the series has no occurrence at that time.",
            f"Give the start as the series has it; it recurs as {surgery.recurrence or 'a single date'}"
            f" from {surgery.starts_at:%Y-%m-%d %H:%M}.",
            row=row,
            column="occurrence",
            value=f"{change.occurrence:%Y-%m-%d %H:%M}",
        )
        return False
    return True


def _move_is_sound(change: Change, surgery: Surgery, row: int, now: datetime | None, report: Report) -> bool:
    """As `finder surgery move` has it; but a file is a complete list, in which old dates may stand."""
    is_to_come = now is not None and change.occurrence > now
    faults = list(unsound_move(surgery, change, now if is_to_come else None))
    for fault in faults:
        value = f"{change.surgery_id}, {change.occurrence:%Y-%m-%d %H:%M}"
        report.error(fault.problem, fault.remedy, row=row, column=fault.column, value=value)
    return not faults


def _check_forces(rows: Iterable[Numbered], places: Places, report: Report) -> None:
    for row in rows:
        if isinstance(row.record, TeamRecord) and row.record.force_id not in places.forces:
            report.error(
                "no such force.", "Use the id that data.police.uk gives the force, like west-midlands.",
                row=row.row, column="force_id", value=row.record.force_id,
            )  # fmt: skip


def _refuse_unknown_teams(rows: Iterable[Numbered], known: frozenset[str], report: Report) -> None:
    for row in rows:
        team = team_of(row.record)
        if team is not None and team not in known:
            report.error(
                "no team has this id.", "Load the team first (finder load teams), or mend the id.",
                row=row.row, column="team_id", value=team,
            )  # fmt: skip


def _refuse_other_teams(rows: Iterable[Numbered], teams: frozenset[str], report: Report) -> None:
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


# What must not stand in a file twice, and which column shows it.
_KEYS: Final[dict[type, tuple[str, Callable[[Any], Hashable]]]] = {
    TeamRecord: ("id", lambda team: team.id),
    Coverage: ("gss_code", lambda coverage: coverage.gss_code),
    Officer: ("name", lambda officer: (officer.team_id, officer.name, officer.rank)),
    Surgery: ("id", lambda surgery: surgery.id),
    Change: ("occurrence", lambda change: (change.surgery_id, change.occurrence)),
}


def _refuse_taken(kept: Iterable[Record], rows: Iterable[Numbered], report: Report) -> None:
    """Refuse a ward or a series id of a team that --team does not name: it would stand there twice."""
    owners = {(type(each), _KEYS[type(each)][1](each)): team_of(each) for each in kept if type(each) in _KEYS}
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


def _refuse_duplicates(rows: Iterable[Numbered], report: Report) -> None:
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
            problem = f"this stands in row {earlier} already."
            report.error(problem, "Keep the row that is right.", row=row.row, column=column, value=shown)
