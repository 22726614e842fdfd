"""Deletes the rows of old releases that will not be published again."""

from finder.domain.release import Action, AuditEvent, Publication, Release
from finder.storage import journal_store, publication_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait


def is_kept(release: Release, named: frozenset[int], live: Publication | None) -> bool:
    """The rule: keep a release if a kept publication names it, or if it is newer than the live one of its kind."""
    if live is None or release.number in named:
        return True
    return release.number > live.releases[release.kind].number


async def prune(
    connection: Connection, keep: int, *, pruned_by: str, on_wait: OnWait = lambda _: None
) -> list[Release]:
    """Delete the rows of releases that are not kept; returns those releases.

    The releases of the last `keep` publications, of the scheduled one and those staged since are kept. Withdrawn
    publications are not counted.
    """
    async with exclusive_transaction(connection, lock_owner=f"prune by {pruned_by}", on_wait=on_wait):
        await release_store.reclaim_space(connection)
        live = await publication_store.find_live(connection)
        known = [each for each in await publication_store.list_publications(connection) if not each.withdrawn]
        scheduled = await publication_store.find_scheduled(connection)
        kept = [each for each in known if scheduled is None or each.number != scheduled.number][:keep]
        kept += [scheduled] if scheduled else []
        named = frozenset(release.number for each in kept for release in each.releases.values())
        every = await release_store.list_releases(connection)
        gone = [each for each in every if not each.pruned and not is_kept(each, named, live)]
        for release in gone:
            await release_store.prune(connection, release.number, pruned_by=pruned_by)
        if gone:
            note = f"prune {', '.join(release.id for release in gone)}"
            await journal_store.insert(connection, AuditEvent(pruned_by, Action.PRUNE, note))
    return gone
