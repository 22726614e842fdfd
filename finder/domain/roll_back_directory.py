"""Directories of a rollback: one team's rows as they were, and dates that stay cancelled or moved. Pure: no I/O."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from finder.domain.directory import Directory
from finder.domain.surgery import Change, Series

Row = TypeVar("Row")


def with_rows_of_team(now: Directory, then: Directory, team_id: str) -> Directory:
    """Returns a directory with one team's rows as another directory has them.

    A ward that another team covers now stays with that team.
    """
    covered = {each.gss_code for each in now.coverage if each.team_id != team_id}
    ids_now = {each.id for each in now.surgeries if each.team_id == team_id}
    ids_then = {each.id for each in then.surgeries if each.team_id == team_id}
    return Directory(
        teams=_replaced(now.teams, then.teams, lambda team: team.id == team_id),
        coverage=_replaced(
            now.coverage,
            tuple(each for each in then.coverage if each.gss_code not in covered),
            lambda each: each.team_id == team_id,
        ),
        officers=_replaced(now.officers, then.officers, lambda each: each.team_id == team_id),
        priorities=_replaced(now.priorities, then.priorities, lambda each: each.team_id == team_id),
        surgeries=_replaced(now.surgeries, then.surgeries, lambda each: each.team_id == team_id),
        changes=(
            *(change for change in now.changes if change.surgery_id not in ids_now | ids_then),
            *(change for change in then.changes if change.surgery_id in ids_then),
        ),
    )


def keep_dates(then: Directory, now: Directory) -> Directory:
    """Returns the earlier directory with the dates that are cancelled, moved or as planned now.

    Residents were told about these. Dates of a series that is gone now are as they were then.
    """
    series = {surgery.id: Series(surgery, ()) for surgery in then.surgeries}
    known_now = {surgery.id for surgery in now.surgeries}
    changes: list[Change] = [
        change
        for change in now.changes
        if change.surgery_id in series and series[change.surgery_id].has(change.occurrence)
    ]
    changes += [change for change in then.changes if change.surgery_id not in known_now]
    ordered = tuple(sorted(changes, key=lambda change: (change.surgery_id, change.occurrence)))
    return then if set(ordered) == set(then.changes) else replace(then, changes=ordered)


def _replaced(now: tuple[Row, ...], then: tuple[Row, ...], is_of_team: Callable[[Row], bool]) -> tuple[Row, ...]:
    """Returns the rows with those of the team replaced, in the place of the first of them."""
    rows = tuple(row for row in then if is_of_team(row))
    if tuple(row for row in now if is_of_team(row)) == rows:
        return now
    first = next((at for at, row in enumerate(now) if is_of_team(row)), len(now))
    before = tuple(row for row in now[:first] if not is_of_team(row))
    return (*before, *rows, *(row for row in now[first:] if not is_of_team(row)))
