"""What staff should look at in a directory because of today's date. Pure: no I/O, no clock."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final

from dateutil.relativedelta import relativedelta

from finder.domain.bank_holidays import bank_holidays
from finder.domain.directory import Directory
from finder.domain.surgery import LONDON, Change, Occurrence, Series, Status
from finder.services.remarks import Remark

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
        held_on = {each.starts_at.date() for each in occurrences if each.status is not Status.CANCELLED}
        for day in held_on & holidays.keys():
            problem = f"a surgery falls on {holidays[day]}, {day:%A %-d %B %Y}."
            remedy = f"leave it out: except {day}" if surgery.recurrence else "take it out of the file, or cancel it"
            column = "recurrence" if surgery.recurrence else "starts_at"
            yield Remark(problem, f"If it is not held, {remedy}.", column, surgery.id, surgery)
    for team_id, any_coming in coming.items():
        if not any_coming:
            problem = "the team's surgeries are all past."
            yield Remark(problem, "Add those to come, or take out the old ones.", "team_id", team_id, last[team_id])


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
