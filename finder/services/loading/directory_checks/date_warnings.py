"""The rules about dates: old priorities, past surgeries, bank holidays, changes that would be undone. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Final

from dateutil.relativedelta import relativedelta

from finder.domain.bank_holidays import bank_holidays
from finder.domain.directory import Directory
from finder.domain.surgery import LONDON, Change, Occurrence, Series, Status
from finder.services.loading.directory_checks.directory_finding import DirectoryFinding

_OLD: Final = relativedelta(months=3)
_AHEAD: Final = relativedelta(years=1)


def check_priorities(directory: Directory, today: date) -> Iterator[DirectoryFinding]:
    """Finds priorities issued more than three months ago."""
    for priority in directory.priorities:
        if priority.issued_on < today - _OLD:
            problem = "the priority is older than three months."
            subject = f"{priority.team_id}: {priority.issue}"
            yield DirectoryFinding(problem, "Renew it, or take it out.", "issued_on", subject, priority)


def check_surgeries(directory: Directory, today: date) -> Iterator[DirectoryFinding]:
    """Finds teams whose surgeries are all past, and surgeries on a bank holiday of the next twelve months."""
    holidays = bank_holidays(today, today + _AHEAD)
    start, end = (datetime.combine(day, time(), LONDON) for day in (today, today + _AHEAD))
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in directory.changes:
        changes[change.surgery_id].append(change)
    has_upcoming: defaultdict[str, bool] = defaultdict(bool)
    last = {surgery.team_id: surgery for surgery in directory.surgeries}
    for surgery in directory.surgeries:
        series = Series(surgery, tuple(changes[surgery.id]))
        if not has_upcoming[surgery.team_id]:
            has_upcoming[surgery.team_id] = bool(series.between(start, end))
        for each in series.between(start, end, on=holidays):
            if each.status is not Status.CANCELLED:
                yield _on_bank_holiday(each, holidays[each.starts_at.date()], changes[surgery.id])
    for team_id, any_upcoming in has_upcoming.items():
        if not any_upcoming:
            problem, remedy = "the team's surgeries are all past.", "Add upcoming ones, or take out the old ones."
            yield DirectoryFinding(problem, remedy, "team_id", team_id, last[team_id])


def _on_bank_holiday(occurrence: Occurrence, name: str, changes: Iterable[Change]) -> DirectoryFinding:
    """The finding is about the row of the series, or of the change that moved the surgery to that day."""
    surgery, day = occurrence.surgery, occurrence.starts_at.date()
    moved_from = occurrence.moved_from and occurrence.moved_from.replace(tzinfo=None)
    move = next((change for change in changes if change.occurrence == moved_from), None)
    column = "recurrence" if surgery.recurrence and not move else "starts_at"
    if move:
        remedy = "move it to another day, or cancel it"
    else:
        remedy = f"leave it out: except {day}" if surgery.recurrence else "take it out of the file, or cancel it"
    problem = f"a surgery falls on {name}, {day:%A %-d %B %Y}."
    return DirectoryFinding(problem, f"If it is not held, {remedy}.", column, surgery.id, move or surgery)


def check_undone_changes(new: Directory, live: Directory, today: date) -> Iterator[DirectoryFinding]:
    """Finds upcoming dates that are cancelled or moved in the live directory, but planned again in the new one.

    Staff often cancel or move them by hand, and then load a file that has the series alone.
    """
    repeated = {(change.surgery_id, change.occurrence) for change in new.changes}
    series = {surgery.id: Series(surgery, ()) for surgery in new.surgeries}
    for change in live.changes:
        planned = series.get(change.surgery_id)
        is_repeated = (change.surgery_id, change.occurrence) in repeated
        if planned and not is_repeated and change.occurrence.date() >= today and planned.has(change.occurrence):
            problem = f"a date that is {change.status} would take place as planned again."
            remedy = "Add a row for it with occurrence and status, or accept that it is undone."
            subject = f"{change.surgery_id}, {change.occurrence:%Y-%m-%d %H:%M}"
            yield DirectoryFinding(problem, remedy, "occurrence", subject, planned.surgery)
