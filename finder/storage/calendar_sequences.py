"""Calendar sequences: raised with each publication for the occurrences that it changes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from finder.domain.directory import Directory
from finder.domain.surgery import Change, Occurrence, Series, Surgery
from finder.storage import directory_store
from finder.storage.connections import Connection
from finder.storage.queries import query

# Feeds reach twelve months ahead; what has just ended may yet be moved to a date to come.
_BACK: Final = timedelta(days=31)
_AHEAD: Final = timedelta(days=400)

_Rows = tuple[Surgery, tuple[Change, ...]]


async def raise_sequences(connection: Connection, publication: int, directory: int) -> None:
    """Count the change of each occurrence that a publication changes, in the transaction that makes it."""
    before = await connection.fetchval(query("find_directory_before"), publication)
    if before is None or before == directory:
        return
    old, new = await directory_store.read(connection, before), await directory_store.read(connection, directory)
    if changed := changed_occurrences(old, new, datetime.now(UTC)):
        await connection.execute(query("raise_calendar_sequences"), changed, publication)


async def read_sequences(connection: Connection, publication: int) -> dict[str, int]:
    """The sequence of every occurrence that ever changed, as a publication is to show it."""
    rows = await connection.fetch(query("read_calendar_sequences"), publication)
    return {row["occurrence"]: row["sequence"] for row in rows}


def changed_occurrences(old: Directory, new: Directory, now: datetime) -> list[str]:
    """The ids of occurrences of the old directory that are different in the new one, or gone from it.

    One that is only in the new needs no count: either it was never seen, or its going was counted.
    """
    before, after = _by_series(old), _by_series(new)
    changed: list[str] = []
    for series_id, rows in before.items():
        if after.get(series_id) != rows:
            shown = dict(_occurrences(after.get(series_id), now))
            changed += [key for key, content in _occurrences(rows, now) if shown.get(key) != content]
    return sorted(changed)


def _by_series(directory: Directory) -> Mapping[str, _Rows]:
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in directory.changes:
        changes[change.surgery_id].append(change)
    return {surgery.id: (surgery, tuple(changes[surgery.id])) for surgery in directory.surgeries}


def _occurrences(rows: _Rows | None, now: datetime) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Ids, and what a feed shows of them."""
    for each in Series(*rows).between(now - _BACK, now + _AHEAD) if rows else ():
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
