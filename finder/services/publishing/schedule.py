"""Scheduled publications: which moments are allowed, and how one is withdrawn before its moment."""

from datetime import UTC, datetime

from finder.domain.london_time import show_moment
from finder.domain.release import Action, AuditEvent, Publication
from finder.errors import PublishRefusedError
from finder.storage import journal_store, publication_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait


async def require_free_moment(connection: Connection, live: Publication | None, at: datetime) -> None:
    """Refuse a moment in the past, any moment before a first publication, and a second scheduled publication."""
    if live is None:
        message = "Nothing is live yet: publish at once first, then schedule what changes."
        raise PublishRefusedError(message)
    if at <= datetime.now(UTC):
        message = f"{show_moment(at)} is past. Choose a moment to come, or publish at once without --at."
        raise PublishRefusedError(message)
    scheduled = await publication_store.find_scheduled(connection)
    if scheduled is not None:
        message = (
            f"Publication {scheduled.number} is scheduled for {show_moment(scheduled.live_from)} already, and one "
            f"waits at a time. Withdraw it (finder withdraw {scheduled.number}): what it names is then staged again."
        )
        raise PublishRefusedError(message)


async def withdraw(
    connection: Connection, number: int, *, withdrawn_by: str, on_wait: OnWait = lambda _: None
) -> Publication:
    """Withdraw the scheduled publication: it never goes live, and its releases are staged again.

    Raises PublishRefusedError if `number` is not that of the scheduled publication.
    """
    async with exclusive_transaction(connection, lock_owner=f"withdraw by {withdrawn_by}", on_wait=on_wait):
        scheduled = await publication_store.find_scheduled(connection)
        if scheduled is None or scheduled.number != number:
            other = f"Publication {scheduled.number} is the one that waits." if scheduled else "None is scheduled."
            message = f"Publication {number} is not waiting for its moment. {other}"
            raise PublishRefusedError(message)
        await withdraw_scheduled(connection, scheduled, withdrawn_by, f"withdraw {number}")
    return scheduled


async def withdraw_scheduled(connection: Connection, scheduled: Publication, by: str, note: str) -> None:
    """Withdraw a publication and record it in the journal, in the caller's transaction."""
    await publication_store.withdraw(connection, scheduled.number, withdrawn_by=by)
    await journal_store.insert(connection, AuditEvent(by, Action.WITHDRAW, note, publication=scheduled.number))
