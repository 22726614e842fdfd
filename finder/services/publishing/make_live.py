"""Makes a publication live at once, and makes the scheduled one again on top of it."""

from collections.abc import Mapping
from dataclasses import replace

from finder.domain.release import Action, AuditEvent, Kind, Publication, Release
from finder.services.publishing.merge_scheduled import merge_scheduled_directory
from finder.services.publishing.schedule import withdraw_scheduled
from finder.storage import journal_store, publication_store
from finder.storage.connections import Connection


async def make_live(
    connection: Connection, live: Publication | None, releases: Mapping[Kind, Release], *, made_by: str, note: str
) -> int:
    """Make a publication that is live at once, in the caller's exclusive transaction; returns its number.

    A scheduled publication is withdrawn and made again with the next number, for the same moment. It keeps the kinds
    that it changes, and takes the others from the new live publication. So the new number never hides it, and it does
    not undo what was published meanwhile. Raises PublishRefusedError if both change the same part of the directory.
    """
    scheduled = await publication_store.find_scheduled(connection)
    number = await publication_store.insert(connection, releases, made_by=made_by, note=note)
    if scheduled is not None and live is not None:
        made = await publication_store.get(connection, number)
        await _reschedule(connection, scheduled, live, made)
    return number


async def _reschedule(connection: Connection, scheduled: Publication, before: Publication, after: Publication) -> None:
    """Make a scheduled publication again when the live one has changed from `before` to `after`."""
    by = after.made_by
    own = {kind: scheduled.releases[kind] for kind in scheduled.changes(before)}
    both_change = Kind.DIRECTORY in own and Kind.DIRECTORY in after.changes(before)
    if both_change and Kind.DIRECTORY in scheduled.changes(after):
        own[Kind.DIRECTORY] = await merge_scheduled_directory(connection, own[Kind.DIRECTORY], before, after)
    note = f"withdraw {scheduled.number}, made anew after publication {after.number}"
    await withdraw_scheduled(connection, scheduled, by, note)
    wanted = replace(scheduled, releases={**after.releases, **own})
    if not wanted.changes(after):
        return  # everything that it would change is live now
    made = await publication_store.insert(
        connection, wanted.releases, made_by=wanted.made_by, note=wanted.note, live_from=wanted.live_from
    )
    note = f"publication {scheduled.number} made anew after publication {after.number}"
    await journal_store.insert(connection, AuditEvent(by, Action.SCHEDULE, note, publication=made))
