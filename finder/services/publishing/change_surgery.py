"""The everyday change: one occurrence of a surgery is cancelled, moved or restored, and that is live at once."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from finder.domain.directory import Directory
from finder.domain.release import Action as JournalAction
from finder.domain.release import AuditEvent, Kind, Part, Publication, Release, Source
from finder.domain.surgery import LONDON
from finder.errors import PublishRefusedError
from finder.services.publishing.make_live import make_live
from finder.services.publishing.occurrence_actions import Action, apply, require_future_moves
from finder.services.publishing.stage_directory_without_files import stage_directory
from finder.storage import directory_store, journal_store, publication_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait


async def change_surgery(
    connection: Connection, occurrence_id: str, action: Action, *, made_by: str, on_wait: OnWait = lambda _: None
) -> Publication:
    """Change an occurrence in the live directory and publish that, in one transaction.

    A newer staged directory is staged again with the same change, so that publishing it later does not undo this one.
    Raises PublishRefusedError as `apply` does.
    """
    now = datetime.now(LONDON).replace(tzinfo=None)

    def act(directory: Directory) -> Directory:
        changed = apply(directory, occurrence_id, action)
        require_future_moves(directory, changed, now)
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
            await _change_staged(connection, staged, release, act, note, made_by)
    return await publication_store.get(connection, made)


async def _change_staged(  # noqa: PLR0913, PLR0917 - both releases and who changes them how
    connection: Connection,
    staged: Release,
    live: Release,
    act: Callable[[Directory], Directory],
    note: str,
    made_by: str,
) -> None:
    """Stage a staged directory again, with the change unless that is impossible or already made there."""
    try:
        await _restage(connection, staged, act, note, made_by, live.number)
    except PublishRefusedError:
        # Only a release that is newer than the live one counts as staged.
        await _restage(connection, staged, lambda directory: directory, note, made_by, live.number)


async def _restage(  # noqa: PLR0913, PLR0917
    connection: Connection,
    base: Release,
    act: Callable[[Directory], Directory],
    note: str,
    made_by: str,
    built_on: int | None = None,
) -> Release:
    """Stage a changed copy of a directory; it keeps the findings of the original."""
    directory = act(await directory_store.read(connection, base.number))
    findings = await release_store.read_findings(connection, base.number)
    sources = [_by_hand(each, note, made_by) if each.part is Part.SURGERIES else each for each in base.sources]
    return await stage_directory(connection, directory, findings, sources, built_on or base.number)


def _by_hand(source: Source, note: str, made_by: str) -> Source:
    """The source of surgeries that differ from their file; the new digest allows the file to be loaded again."""
    suffix = " with changes by hand"
    digest = hashlib.sha256(f"{source.sha256} {note}".encode()).hexdigest()
    return replace(
        source,
        name=source.name.removesuffix(suffix) + suffix,
        sha256=digest,
        loaded_by=made_by,
        loaded_at=datetime.now(UTC),
    )
