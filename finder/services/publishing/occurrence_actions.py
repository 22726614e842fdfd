"""What staff can do to one occurrence of a surgery: cancel, move or restore it. Pure: no I/O."""

from dataclasses import dataclass, replace
from datetime import datetime

from finder.domain.contact_addresses import fault_of_web_address
from finder.domain.directory import Directory
from finder.domain.surgery import (
    LONGEST_ACCESS,
    LONGEST_REASON,
    OCCURRENCE_FORMAT,
    Change,
    Series,
    Status,
    Surgery,
    Venue,
)
from finder.domain.surgery_moves import faults_of_move, too_far
from finder.errors import PublishRefusedError
from geodata.unreadable_characters import unreadable_in


@dataclass(frozen=True, slots=True)
class Cancel:
    """The occurrence does not take place; it stays listed as cancelled."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """The occurrence takes place at another time (wall-clock, Europe/London), at another venue or online, or both."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: Venue | None = None
    online_url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Restore:
    """The occurrence takes place as its series says."""


Action = Cancel | Move | Restore


def apply(directory: Directory, occurrence_id: str, action: Action) -> Directory:
    """The directory with one occurrence changed.

    Raises PublishRefusedError if there is no such occurrence, or the action changes nothing.
    """
    surgery, starts_at = _find(directory, occurrence_id)
    others = tuple(c for c in directory.changes if (c.surgery_id, c.occurrence) != (surgery.id, starts_at))
    changed = len(others) < len(directory.changes)
    if isinstance(action, Restore):
        if not changed:
            message = f"{occurrence_id} is neither cancelled nor moved: there is nothing to restore."
            raise PublishRefusedError(message)
        return replace(directory, changes=others)
    moved = next((c for c in directory.changes if c not in others and c.status is Status.MOVED), None)
    change = _change(surgery, starts_at, action, moved)
    if change in directory.changes:
        message = f"{occurrence_id} is {change.status} already, just so."
        raise PublishRefusedError(message)
    return replace(directory, changes=(*others, change))


def require_future_moves(before: Directory, after: Directory, now: datetime) -> None:
    """Refuse new changes that move an occurrence into the past; `now` is wall-clock in London."""
    surgeries = {surgery.id: surgery for surgery in after.surgeries}
    for change in set(after.changes) - set(before.changes):
        for fault in faults_of_move(surgeries[change.surgery_id], change, now):
            raise PublishRefusedError(fault.sentence)


def _find(directory: Directory, occurrence_id: str) -> tuple[Surgery, datetime]:
    series_id, _, start = occurrence_id.rpartition("-")
    surgery = next((each for each in directory.surgeries if each.id == series_id), None)
    try:
        starts_at = datetime.strptime(start, OCCURRENCE_FORMAT)  # noqa: DTZ007 - wall-clock by definition
    except ValueError:
        starts_at = None
    if surgery is None or starts_at is None or not Series(surgery, ()).has(starts_at):
        message = (
            f"There is no surgery {occurrence_id}. An id is the series and its start, like ladywood-library-"
            "20261212T1000; `finder surgery list TEAM` shows them."
        )
        raise PublishRefusedError(message)
    return surgery, starts_at


def _change(surgery: Surgery, starts_at: datetime, action: Cancel | Move, moved: Change | None) -> Change:
    """The change that an action makes. A second move keeps those fields of the first one that it does not set."""
    _require_short(action)
    _require_readable(action)
    if isinstance(action, Cancel):
        return Change(surgery.id, starts_at, Status.CANCELLED, reason=action.reason)
    _require_valid_move(action)
    moved = moved or Change(surgery.id, starts_at, Status.MOVED)
    planned = moved.starts_at or starts_at
    length = moved.ends_at - planned if moved.ends_at else surgery.ends_at - surgery.starts_at
    start = action.starts_at or planned
    if fault := too_far(starts_at, start):
        raise PublishRefusedError(fault.sentence)
    change = Change(
        surgery.id,
        starts_at,
        Status.MOVED,
        start,
        action.ends_at or start + length,
        action.venue or moved.venue,
        action.online_url or moved.online_url,
        action.reason or moved.reason,
    )
    for fault in faults_of_move(surgery, change, None):
        raise PublishRefusedError(fault.sentence)
    return change


def _require_short(action: Cancel | Move) -> None:
    if len(action.reason) > LONGEST_REASON:
        message = f"The reason has {len(action.reason):,} characters. Say it in {LONGEST_REASON} at most."
        raise PublishRefusedError(message)


def _require_readable(action: Cancel | Move) -> None:
    venue = action.venue if isinstance(action, Move) else None
    for text in (action.reason, *((venue.name, venue.address, venue.access) if venue else ())):
        if unreadable := unreadable_in(text):
            message = f"The text has a control character, {unreadable}. Type it anew."
            raise PublishRefusedError(message)


def _require_valid_move(move: Move) -> None:
    if move == Move(reason=move.reason):
        message = "Say what the surgery moves to: another time, a venue, or an address online."
        raise PublishRefusedError(message)
    if move.online_url and fault_of_web_address(move.online_url):
        message = "The address online must be whole, like https://example.org/meet."
        raise PublishRefusedError(message)
    if move.venue and len(move.venue.access) > LONGEST_ACCESS:
        message = f"The access note has {len(move.venue.access):,} characters. Say it in {LONGEST_ACCESS} at most."
        raise PublishRefusedError(message)
