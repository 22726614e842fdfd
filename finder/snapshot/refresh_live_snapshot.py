"""Brings the live snapshot of a process up to date with the publications in the database."""

import asyncio
from datetime import UTC, datetime
from typing import Final

import structlog

from finder.domain.release import Publication
from finder.errors import PublicationUnusableError, StandbyBehindError
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.live_snapshot import LiveSnapshot, is_of
from finder.snapshot.model import Snapshot
from finder.storage import publication_store
from finder.storage.connections import Connection

_log = structlog.get_logger(__name__)
_POLL_TIMEOUT_SECONDS: Final = 2.0
_BUILD_TIMEOUT_SECONDS: Final = 60.0  # for the postcodes of the whole country, from a busy server
_RETRY_SECONDS: Final = 60.0  # until a damaged publication is read again: its rows may have been repaired


class SnapshotRefresher:
    """Swaps `live` to the live publication and schedules the next one."""

    def __init__(self, live: LiveSnapshot, builder: SnapshotBuilder) -> None:
        self.live = live
        self._builder = builder
        self._damaged: dict[tuple[int, datetime], tuple[float, str]] = {}  # until when, and why
        self.checked_at: datetime | None = None

    async def refresh(self, connection: Connection) -> None:
        """Swap to the snapshot of the live publication and schedule that of the scheduled one, building what is new.

        Raises StandbyBehindError if a standby has not received a publication that this process has; its answers are
        then ignored. A primary is always followed, also to a lower number after a withdrawal or a restored backup.
        Raises PublicationUnusableError if one of the two is damaged, after the other one has been used.
        """
        seen = self.live.current_or_none
        async with asyncio.timeout(_POLL_TIMEOUT_SECONDS):
            newest = max((each.publication.number for each in (seen, self.live.next) if each), default=None)
            if newest is not None and await publication_store.is_standby_behind(connection, newest):
                raise StandbyBehindError(newest)
            published = await publication_store.find_live(connection)
            scheduled = await publication_store.find_scheduled(connection)
        self.checked_at = datetime.now(UTC)
        if scheduled and scheduled.live_from <= self.checked_at:
            # This machine's clock is ahead of PostgreSQL's. Without this, polls would switch back and the clock forth.
            published, scheduled = scheduled, None
        try:
            await self._swap(connection, published, seen)
        except PublicationUnusableError:
            await self._schedule(connection, scheduled)
            raise
        await self._schedule(connection, scheduled)

    async def _swap(self, connection: Connection, published: Publication | None, seen: Snapshot | None) -> None:
        """Swap to the live publication unless it is the one that was `seen`."""
        if published is None or is_of(seen, published):
            return
        snapshot = await self._build(connection, published)
        if self.live.current_or_none is seen:  # else the clock has switched meanwhile, and `published` is the older one
            self.live.swap(snapshot)

    async def _schedule(self, connection: Connection, scheduled: Publication | None) -> None:
        """Build the scheduled publication, so that the clock alone can switch to it."""
        if scheduled is None or not is_of(self.live.next, scheduled):
            self.live.schedule(None)  # it was withdrawn
        if scheduled is None:
            return
        snapshot = await self._build(connection, scheduled)
        self.live.schedule(None if is_of(self.live.current_or_none, scheduled) else snapshot)

    async def _build(self, connection: Connection, publication: Publication) -> Snapshot:
        """The snapshot of a publication, built unless it is the one that is scheduled."""
        if self.live.next and is_of(self.live.next, publication):
            return self.live.next
        now = asyncio.get_running_loop().time()
        self._damaged = {each: why for each, why in self._damaged.items() if now < why[0]}
        if known := self._damaged.get(publication.identity):
            raise PublicationUnusableError(publication.number, known[1])
        try:
            async with asyncio.timeout(_BUILD_TIMEOUT_SECONDS):
                previous = await self._find_previous(connection)
                return await self._builder.build(connection, publication, datetime.now(UTC), previous)
        except PublicationUnusableError as error:
            self._damaged[publication.identity] = (now + _RETRY_SECONDS, error.why)
            _log.error("publication_unusable", publication=publication.number, reason=error.why)
            raise

    async def _find_previous(self, connection: Connection) -> Snapshot | None:
        """The current snapshot, to build on; None if a restored database may mean other releases by its numbers."""
        current = self.live.current_or_none
        if current is None:
            return None
        found = await publication_store.find(connection, current.publication.number)
        return current if found and is_of(current, found) else None
