"""Keeps the snapshot of the live publication, and swaps it when another goes live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from finder.domain.release import Publication
from finder.domain.snapshot import Snapshot
from finder.errors import DatabaseUnavailableError, NoLivePublicationError
from finder.services.snapshot import build_snapshot
from finder.storage import publications
from finder.storage.connect import Connection, connected
from geodata.places import Places

_log = structlog.get_logger(__name__)
_LONGEST_WAIT: Final = 30.0
_CANCEL_AGAIN: Final = 0.5  # seconds


class LiveSnapshot:
    """The current snapshot of one process. Readers take it once a request and keep it."""

    def __init__(self, dsn: str, places: Places, poll_interval: float) -> None:
        self._dsn = dsn
        self._places = places
        self._poll_interval = poll_interval
        self._current: Snapshot | None = None
        self._next: Snapshot | None = None
        self._announced = asyncio.Event()
        self._rescheduled = asyncio.Event()
        self.swaps = 0
        self.failures = 0
        self.checked_at: datetime | None = None

    @property
    def current(self) -> Snapshot:
        """The snapshot to answer from; raises NoLivePublicationError while there is none."""
        if self._current is None:
            raise NoLivePublicationError
        return self._current

    @property
    def current_or_none(self) -> Snapshot | None:
        """The snapshot, where there is one: for pages that are shown without it too."""
        return self._current

    @property
    def publication_number(self) -> int:
        """The number of the publication answered from, 0 while there is none."""
        return self._current.publication.number if self._current else 0

    async def refresh(self, connection: Connection) -> None:
        """Look for the live publication and the scheduled one; swap to the one and make the other ready."""
        seen = self.publication_number
        live = await publications.find_live(connection)
        scheduled = await publications.find_scheduled(connection)
        self.checked_at = datetime.now(UTC)
        if scheduled and scheduled.live_from <= self.checked_at:
            # This machine's clock is ahead of PostgreSQL's: by going back now we would waver until they agree.
            live, scheduled = scheduled, None
        if live and live.number != seen:
            snapshot = await self._ready(connection, live)
            if self.publication_number == seen:  # or else the clock has switched meanwhile, and the record looks old
                self._swap(snapshot)
        ready = await self._ready(connection, scheduled) if scheduled else None
        self._next = ready if ready and ready.publication.number != self.publication_number else None
        self._rescheduled.set()

    async def _ready(self, connection: Connection, publication: Publication) -> Snapshot:
        """The snapshot of a publication, built unless it is the one that is held ready."""
        if self._next and self._next.publication.number == publication.number:
            return self._next
        return await build_snapshot(connection, publication, self._places, datetime.now(UTC), self._current)

    def _swap(self, snapshot: Snapshot) -> None:
        self._current = snapshot
        self.swaps += 1
        _log.info("snapshot_swapped", publication=snapshot.publication.number, postcodes=len(snapshot.postcodes))

    async def switch_by_clock(self) -> None:
        """Until cancelled, swap to the snapshot that is held ready when its moment comes, whatever PostgreSQL does."""
        while True:
            self._rescheduled.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rescheduled.wait(), timeout=self._until_next())
            if self._next and self._next.publication.live_from <= datetime.now(UTC):
                self._swap(self._next)
                self._next = None

    def _until_next(self) -> float | None:
        """Seconds to the moment of the snapshot held ready, in short stretches, since a clock may be set meanwhile."""
        if self._next is None:
            return None
        seconds = (self._next.publication.live_from - datetime.now(UTC)).total_seconds()
        return min(max(seconds, 0.0), _LONGEST_WAIT)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the record and the clock for as long as the block lasts."""
        watching = {asyncio.create_task(self.watch()), asyncio.create_task(self.switch_by_clock())}
        try:
            yield
        finally:
            # Over and over: a single cancellation was seen to get lost, and the watcher to poll on. Why is not known.
            while watching:
                for task in watching:
                    task.cancel()
                _, watching = await asyncio.wait(watching, timeout=_CANCEL_AGAIN)

    async def watch(self) -> None:
        """Until cancelled, swap as publications are announced or found by polling; outlive every database fault."""
        wait = self._poll_interval
        while True:
            try:
                await self._watch_connection()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the record, the snapshot in hand must go on serving
                self.failures += 1
                _log.warning("snapshot_watch_failed", reason=_reason(error), retry_in=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, max(_LONGEST_WAIT, self._poll_interval))
            else:
                wait = self._poll_interval

    async def _watch_connection(self) -> None:
        async with connected(self._dsn) as connection:
            await publications.listen(connection, self._announced.set)
            while True:
                self._announced.clear()
                await asyncio.wait_for(self.refresh(connection), timeout=_LONGEST_WAIT)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._announced.wait(), timeout=self._poll_interval)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, DatabaseUnavailableError) else f"{type(error).__name__}: {error}"
