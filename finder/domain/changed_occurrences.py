"""Finds the occurrences of surgeries that a new directory changes, whose calendar sequences rise. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from finder.domain.directory import Directory
from finder.domain.surgery import Change, Occurrence, Series, Surgery

# Feeds reach twelve months ahead, and an occurrence that has just ended may still be moved to a later date.
_PAST: Final = timedelta(days=31)
_FUTURE: Final = timedelta(days=400)

_SurgeryAndChanges = tuple[Surgery, tuple[Change, ...]]


def changed_occurrences(old: Directory, new: Directory, now: datetime) -> list[str]:
    """The ids of occurrences of the old directory that are different in the new one or missing from it.

    An occurrence that only the new directory has is left out: it was never published, or its removal was counted.
    """
    before, after = _by_series(old), _by_series(new)
    changed: list[str] = []
    for series_id, surgery_and_changes in before.items():
        if after.get(series_id) != surgery_and_changes:
            published = dict(_occurrences(after.get(series_id), now))
            changed += [key for key, content in _occurrences(surgery_and_changes, now) if published.get(key) != content]
    return sorted(changed)


def _by_series(directory: Directory) -> Mapping[str, _SurgeryAndChanges]:
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in directory.changes:
        changes[change.surgery_id].append(change)
    return {surgery.id: (surgery, tuple(changes[surgery.id])) for surgery in directory.surgeries}


def _occurrences(
    surgery_and_changes: _SurgeryAndChanges | None, now: datetime
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The ids of occurrences, each with the content that a calendar feed shows."""
    for each in Series(*surgery_and_changes).between(now - _PAST, now + _FUTURE) if surgery_and_changes else ():
        yield each.id, _content(each)


def _content(occurrence: Occurrence) -> tuple[object, ...]:
    return (
        occurrence.surgery.team_id,
        occurrence.surgery.title,
        occurrence.starts_at,
        occurrence.ends_at,
        occurrence.status,
        occurrence.moved_from,
        occurrence.venue,
        occurrence.online_url,
        occurrence.reason,
    )
