"""Ends a staged release: its rows are deleted, its entry in the journal stays."""

from finder.domain.release import Action, AuditEvent, Release
from finder.errors import PublishRefusedError
from finder.storage import journal_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait


async def discard(connection: Connection, name: str, *, discarded_by: str, on_wait: OnWait = lambda _: None) -> Release:
    """Discard a staged release by its name, like directory-15.

    Raises PublishRefusedError if there is no such release, or if it is not only staged.
    """
    async with exclusive_transaction(connection, lock_owner=f"discard by {discarded_by}", on_wait=on_wait):
        release = await _find_staged(connection, name)
        await release_store.prune(connection, release.number, pruned_by=discarded_by, discarded=True)
        event = AuditEvent(discarded_by, Action.DISCARD, f"discard {name}", release=name)
        await journal_store.insert(connection, event)
    return release


async def _find_staged(connection: Connection, name: str) -> Release:
    release = next((each for each in await release_store.list_releases(connection) if each.id == name), None)
    if release is None:
        message = f"There is no release {name}. `finder releases` lists them."
        raise PublishRefusedError(message)
    if release.pruned:
        message = f"The rows of {name} are gone already."
        raise PublishRefusedError(message)
    if release.published_at is not None:
        message = (
            f"{name} was published, or is scheduled, and cannot be discarded. Go back with `finder rollback`, or take "
            "a scheduled publication back with `finder withdraw`."
        )
        raise PublishRefusedError(message)
    return release
