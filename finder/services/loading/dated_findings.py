"""What staff should look at in a directory because of today's date. Pure: no I/O, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Final

from dateutil.relativedelta import relativedelta

from finder.domain.bank_holidays import bank_holidays
from finder.domain.directory import Directory
from finder.domain.surgery import LONDON, Change, Occurrence, Series, Status
from finder.services.loading.directory_findings import Remark

_OLD: Final = relativedelta(months=3)
_AHEAD: Final = relativedelta(years=1)


def old_priorities(directory: Directory, today: date) -> Iterator[Remark]:
    """Priorities issued more than three months ago."""
    for priority in directory.priorities:
        if priority.issued_on < today - _OLD:
            problem = "the priority is older than three months."
            subject = f"{priority.team_id}: {priority.issue}"
            yield Remark(problem, "Renew it, or take it out.", "issued_on", subject, priority)


def dated_surgeries(directory: Directory, today: date) -> Iterator[Remark]:
    """Teams whose surgeries are all past, and surgeries on the bank holidays of the year to come."""
    holidays = bank_holidays(today, today + _AHEAD)
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in directory.changes:
        changes[change.surgery_id].append(change)
    coming: defaultdict[str, bool] = defaultdict(bool)
    last = {surgery.team_id: surgery for surgery in directory.surgeries}
    for surgery in directory.surgeries:
        occurrences = _coming(Series(surgery, tuple(changes[surgery.id])), today)
        coming[surgery.team_id] |= bool(occurrences)
        for each in occurrences:
            name = holidays.get(each.starts_at.date())
            if name and each.status is not Status.CANCELLED:
                yield _on_bank_holiday(each, name, changes[surgery.id])
    for team_id, any_coming in coming.items():
        if not any_coming:
            problem = "the team's surgeries are all past."
            yield Remark(problem, "Add those to come, or take out the old ones.", "team_id", team_id, last[team_id])


def _on_bank_holiday(held: Occurrence, name: str, changes: Iterable[Change]) -> Remark:
    """About the series' own row, or the row of the move that brought it there."""
    surgery, day = held.surgery, held.starts_at.date()
    moved_from = held.moved_from and held.moved_from.replace(tzinfo=None)
    move = next((change for change in changes if change.occurrence == moved_from), None)
    column = "recurrence" if surgery.recurrence and not move else "starts_at"
    if move:
        remedy = "move it to another day, or cancel it"
    else:
        remedy = f"leave it out: except {day}" if surgery.recurrence else "take it out of the file, or cancel it"
    problem = f"a surgery falls on {name}, {day:%A %-d %B %Y}."
    return Remark(problem, f"If it is not held, {remedy}.", column, surgery.id, move or surgery)


def undone_changes(new: Directory, live: Directory, today: date) -> Iterator[Remark]:
    """Dates to come that are cancelled or moved, often by hand, of which a new directory knows the series alone."""
    kept = {(change.surgery_id, change.occurrence) for change in new.changes}
    series = {surgery.id: Series(surgery, ()) for surgery in new.surgeries}
    for change in live.changes:
        planned = series.get(change.surgery_id)
        is_kept = (change.surgery_id, change.occurrence) in kept
        if planned and not is_kept and change.occurrence.date() >= today and planned.has(change.occurrence):
            problem = f"a date that is {change.status} would take place as planned again."
            remedy = "Add a row for it with occurrence and status, or accept that it is undone."
            subject = f"{change.surgery_id}, {change.occurrence:%Y-%m-%d %H:%M}"
            yield Remark(problem, remedy, "occurrence", subject, planned.surgery)


def _coming(series: Series, today: date) -> list[Occurrence]:
    start, end = (datetime.combine(day, time(), LONDON) for day in (today, today + _AHEAD))
    return series.between(start, end)
