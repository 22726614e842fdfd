"""Makes a planned publication live, at once or at a later moment."""

from dataclasses import replace
from datetime import datetime

from finder.domain.release import Action, AuditEvent, Publication
from finder.errors import PublishRefusedError
from finder.services.publishing.make_live import make_live
from finder.services.publishing.plan import Plan
from finder.services.publishing.schedule import require_free_moment
from finder.snapshot.matched_index_in_database import is_index_stored, store_matched_index
from finder.snapshot.matched_index_layout import MatchedIndex
from finder.storage import journal_store, publication_store, rollback_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait
from geodata.progress import NO_PROGRESS, Progress


async def publish(  # noqa: PLR0913 - all but the first two are keywords
    connection: Connection,
    plan: Plan,
    *,
    made_by: str,
    note: str,
    at: datetime | None = None,
    on_wait: OnWait = lambda _: None,
    progress: Progress = NO_PROGRESS,
) -> Publication:
    """Make a plan live in one transaction: at once, or at a later moment.

    Raises PublishRefusedError if another publication has gone live since the plan was made, or `at` is not possible.
    """
    await _require_current(connection, plan, at)
    # Before the lock is taken: with the postcodes of the whole country this takes seconds.
    await _store_indexes(connection, plan, progress)
    async with exclusive_transaction(connection, lock_owner=f"{plan.action} by {made_by}", on_wait=on_wait):
        await _require_current(connection, plan, at)
        if at is None:
            action = plan.action
            made = await make_live(connection, plan.live, plan.releases, made_by=made_by, note=note)
            if plan.returns is not None:
                await rollback_store.insert(connection, made, plan.returns)
        else:
            action = Action.SCHEDULE
            made = await publication_store.insert(connection, plan.releases, made_by=made_by, note=note, live_from=at)
        event = AuditEvent(made_by, action, note, warnings=len(plan.warnings), publication=made)
        await journal_store.insert(connection, event)
        publication = await publication_store.get(connection, made)
        for each in (publication, await publication_store.find_scheduled(connection)):
            # An index can be missing if another command scheduled or pruned before this one had the lock.
            if each and not await is_index_stored(connection, each):
                await store_matched_index(connection, each, progress=progress)
    return publication


async def _store_indexes(connection: Connection, plan: Plan, progress: Progress) -> None:
    """Store the matched index of the new publication, and that of the scheduled one as it will be made again."""
    index = MatchedIndex(plan.snapshot.postcodes, plan.snapshot.wards)
    await store_matched_index(connection, plan.snapshot.publication, index, progress)
    scheduled = await publication_store.find_scheduled(connection)
    if scheduled and plan.live:
        own = {kind: scheduled.releases[kind] for kind in scheduled.changes(plan.live)}
        await store_matched_index(connection, replace(scheduled, releases={**plan.releases, **own}), progress=progress)


async def _require_current(connection: Connection, plan: Plan, at: datetime | None) -> None:
    """Refuse a plan if another publication has gone live since, and a moment that is not possible."""
    number = await publication_store.find_live_number(connection)
    if number != (plan.live.number if plan.live else None):
        message = f"Publication {number} went live while you were looking. Compare again, then publish."
        raise PublishRefusedError(message)
    if at is not None:
        await require_free_moment(connection, plan.live, at)
