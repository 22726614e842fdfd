"""The next dates of recurring surgeries that a new directory adds or changes. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from finder.domain.directory import Directory
from finder.domain.recurrence_in_words import recurrence_in_words
from finder.domain.surgery import LONDON, Change, Series, Status, Surgery

_NEXT: Final = 3
# Tried one after the other, since most surgeries have three dates within months.
_AHEAD: Final = (timedelta(days=110), timedelta(days=400), timedelta(days=8 * 366))


@dataclass(frozen=True, slots=True)
class NextDates:
    """A recurring surgery, what its rule means, and when it takes place next: up to three dates in London."""

    surgery: Surgery
    meaning: str
    dates: tuple[datetime, ...]


def next_dates_of_changed(old: Directory, new: Directory, today: date) -> list[NextDates]:
    """Returns the recurring surgeries with another rule, start or changed date than in the old directory."""
    before = dict(_plans(old))
    return [
        NextDates(surgery, recurrence_in_words(surgery.recurrence, surgery.starts_at), _next(surgery, changes, today))
        for key, (surgery, changes) in _plans(new)
        if surgery.recurrence and _when(before.get(key)) != _when((surgery, changes))
    ]


_Plan = tuple[Surgery, tuple[Change, ...]]


def _plans(directory: Directory) -> Iterator[tuple[str, _Plan]]:
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in directory.changes:
        changes[change.surgery_id].append(change)
    for surgery in directory.surgeries:
        yield surgery.id, (surgery, tuple(changes[surgery.id]))


def _when(plan: _Plan | None) -> object:
    if plan is None:
        return None
    surgery, changes = plan
    changed = frozenset((change.occurrence, change.status, change.starts_at) for change in changes)
    return surgery.recurrence, surgery.starts_at, surgery.ends_at, changed


def _next(surgery: Surgery, changes: tuple[Change, ...], today: date) -> tuple[datetime, ...]:
    series, start = Series(surgery, changes), datetime.combine(today, time(), LONDON)
    start = max(start, surgery.starts_at.replace(tzinfo=LONDON))  # a series may begin years from now
    found: list[datetime] = []
    for ahead in _AHEAD:
        held = (each for each in series.between(start, start + ahead) if each.status is not Status.CANCELLED)
        found = [each.starts_at for each in held][:_NEXT]
        if len(found) == _NEXT:
            break
    return tuple(found)
