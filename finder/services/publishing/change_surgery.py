"""The everyday change: one occurrence of a surgery cancelled, moved or restored, live at once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from finder.domain.directory import Directory
from finder.domain.release import Action as JournalAction
from finder.domain.release import AuditEvent, Kind, Part, Publication, Release, Source
from finder.domain.surgery import (
    LONDON,
    LONGEST_ACCESS,
    LONGEST_REASON,
    OCCURRENCE_FORMAT,
    Change,
    Series,
    Status,
    Surgery,
    Venue,
)
from finder.domain.surgery_moves import too_far, unsound_move
from finder.domain.team import is_web_address
from finder.domain.text import unreadable_in
from finder.errors import PublishRefusedError
from finder.services.publishing.schedule import make_live
from finder.services.publishing.stage_directory import stage_directory
from finder.storage import directory_store, journal_store, publication_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait


@dataclass(frozen=True, slots=True)
class Cancel:
    """The occurrence does not take place; it stays listed, marked."""

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

    Raises PublishRefusedError where there is no such occurrence, or the action changes nothing.
    """
    surgery, starts_at = _find(directory, occurrence_id)
    others = tuple(c for c in directory.changes if (c.surgery_id, c.occurrence) != (surgery.id, starts_at))
    changed = len(others) < len(directory.changes)
    if isinstance(action, Restore):
        if not changed:
            message = f"{occurrence_id} is neither cancelled nor moved: there is nothing to restore."
            raise PublishRefusedError(message)
        return replace(directory, changes=others)
    standing = next((c for c in directory.changes if c not in others and c.status is Status.MOVED), None)
    change = _change(surgery, starts_at, action, standing)
    if change in directory.changes:
        message = f"{occurrence_id} is {change.status} already, just so."
        raise PublishRefusedError(message)
    return replace(directory, changes=(*others, change))


async def change_surgery(
    connection: Connection, occurrence_id: str, action: Action, *, made_by: str, on_wait: OnWait = lambda _: None
) -> Publication:
    """Change an occurrence in the live directory and publish that, in one transaction.

    A directory that is staged meanwhile gets the same change in a new release, so that publishing it later does not
    undo this. Raises PublishRefusedError as `apply` does.
    """
    now = datetime.now(LONDON).replace(tzinfo=None)

    def act(directory: Directory) -> Directory:
        changed = apply(directory, occurrence_id, action)
        _refuse_what_is_over(directory, changed, now)
        return changed

    note = f"surgery {type(action).__name__.lower()} {occurrence_id}"
    async with exclusive_transaction(connection, lock_owner=f"a changed surgery by {made_by}", on_wait=on_wait):
        live = await publication_store.find_live(connection)
        if live is None:
            message = "Nothing is live yet, so there is no surgery to change."
            raise PublishRefusedError(message)
        staged = await release_store.find_newest_staged(connection, Kind.DIRECTORY)
        release = await _restage(connection, live.releases[Kind.DIRECTORY], act, note, made_by)
        made = await make_live(connection, live, {**live.releases, Kind.DIRECTORY: release}, made_by=made_by, note=note)
        event = AuditEvent(made_by, JournalAction.SURGERY, note, release=release.id, publication=made)
        await journal_store.insert(connection, event)
        if staged is not None:
            await _carry_over(connection, staged, act, note, made_by)
    return await publication_store.get(connection, made)


def _refuse_what_is_over(before: Directory, after: Directory, now: datetime) -> None:
    surgeries = {surgery.id: surgery for surgery in after.surgeries}
    for change in set(after.changes) - set(before.changes):
        for fault in unsound_move(surgeries[change.surgery_id], change, now):
            raise PublishRefusedError(fault.sentence)


async def _carry_over(
    connection: Connection, staged: Release, act: Callable[[Directory], Directory], note: str, made_by: str
) -> None:
    """The change in a staged directory too, unless that no longer has the occurrence or has the change already."""
    try:
        await _restage(connection, staged, act, note, made_by)
    except PublishRefusedError:
        # Staged again all the same: only a release newer than the live one counts as staged.
        await _restage(connection, staged, lambda directory: directory, note, made_by)


async def _restage(
    connection: Connection, base: Release, act: Callable[[Directory], Directory], note: str, made_by: str
) -> Release:
    """A new release of a directory with a change made to it; it keeps what the checks of the old one found."""
    directory = act(await directory_store.read(connection, base.number))
    findings = await release_store.read_findings(connection, base.number)
    sources = [_by_hand(each, note, made_by) if each.part is Part.SURGERIES else each for each in base.sources]
    return await stage_directory(connection, directory, findings, sources)


def _by_hand(source: Source, note: str, made_by: str) -> Source:
    """What the surgeries come from now: no longer the file alone, so that the same file may be loaded again."""
    suffix = " with changes by hand"
    digest = hashlib.sha256(f"{source.sha256} {note}".encode()).hexdigest()
    return replace(
        source,
        name=source.name.removesuffix(suffix) + suffix,
        sha256=digest,
        loaded_by=made_by,
        loaded_at=datetime.now(UTC),
    )


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


def _change(surgery: Surgery, starts_at: datetime, action: Cancel | Move, standing: Change | None) -> Change:
    """What the action makes of an occurrence; a move keeps what it does not name of one that stands."""
    if len(action.reason) > LONGEST_REASON:
        message = f"The reason has {len(action.reason):,} characters. Say it in {LONGEST_REASON} at most."
        raise PublishRefusedError(message)
    _require_readable(action)
    if isinstance(action, Cancel):
        return Change(surgery.id, starts_at, Status.CANCELLED, reason=action.reason)
    if action == Move(reason=action.reason):
        message = "Say what the surgery moves to: another time, a venue, or an address online."
        raise PublishRefusedError(message)
    if action.online_url and not is_web_address(action.online_url):
        message = "The address online must be whole, like https://example.org/meet."
        raise PublishRefusedError(message)
    if action.venue and len(action.venue.access) > LONGEST_ACCESS:
        message = f"The access note has {len(action.venue.access):,} characters. Say it in {LONGEST_ACCESS} at most."
        raise PublishRefusedError(message)
    usual = surgery.ends_at - surgery.starts_at
    standing = standing or Change(surgery.id, starts_at, Status.MOVED)
    planned = standing.starts_at or starts_at
    length = standing.ends_at - planned if standing.ends_at else usual
    begins = action.starts_at or planned
    if far := too_far(starts_at, begins):
        raise PublishRefusedError(far.sentence)
    moved = Change(
        surgery.id,
        starts_at,
        Status.MOVED,
        begins,
        action.ends_at or begins + length,
        action.venue or standing.venue,
        action.online_url or standing.online_url,
        action.reason or standing.reason,
    )
    for fault in unsound_move(surgery, moved, None):
        raise PublishRefusedError(fault.sentence)
    return moved


def _require_readable(action: Cancel | Move) -> None:
    venue = action.venue if isinstance(action, Move) else None
    for text in (action.reason, *((venue.name, venue.address, venue.access) if venue else ())):
        if unreadable := unreadable_in(text):
            message = f"The text has a control character, {unreadable}. Type it anew."
            raise PublishRefusedError(message)
