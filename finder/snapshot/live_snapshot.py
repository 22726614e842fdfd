"""The snapshot that a process answers from, and the next one, which replaces it when its moment comes."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from finder.domain.release import Publication
from finder.errors import NoLivePublicationError
from finder.snapshot.model import Snapshot

_log = structlog.get_logger(__name__)
_MAX_WAIT_SECONDS: Final = 30.0


class LiveSnapshot:
    """The current snapshot of one process. Readers take it once for each request."""

    def __init__(self) -> None:
        self._current: Snapshot | None = None
        self._next: Snapshot | None = None
        self._rescheduled = asyncio.Event()
        self.swaps = 0

    @property
    def current(self) -> Snapshot:
        """The snapshot to answer from; raises NoLivePublicationError if there is none yet."""
        if self._current is None:
            raise NoLivePublicationError
        return self._current

    @property
    def current_or_none(self) -> Snapshot | None:
        """The snapshot, for pages that are shown without one too."""
        return self._current

    @property
    def next(self) -> Snapshot | None:
        """The snapshot of the scheduled publication."""
        return self._next

    @property
    def publication_number(self) -> int:
        """The number of the publication that is answered from, 0 if there is none yet."""
        return self._current.publication.number if self._current else 0

    def swap(self, snapshot: Snapshot) -> None:
        """Answer from another snapshot from now on."""
        before, self._current = self.publication_number, snapshot
        self.swaps += 1
        number = snapshot.publication.number
        _log.info("snapshot_swapped", publication=number, before=before, postcodes=len(snapshot.postcodes))

    def schedule(self, snapshot: Snapshot | None) -> None:
        """Swap to a snapshot when its publication goes live; with None, to no other."""
        self._next = snapshot
        self._rescheduled.set()

    async def switch_by_clock(self) -> None:
        """Until cancelled, swap to the next snapshot when its moment comes. Needs no PostgreSQL."""
        while True:
            self._rescheduled.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_next()):
                    await self._rescheduled.wait()
            if self._next and self._next.publication.live_from <= datetime.now(UTC):
                self.swap(self._next)
                self._next = None

    def _seconds_to_next(self) -> float | None:
        """At most half a minute, because the clock may be set meanwhile; None if nothing is scheduled."""
        if self._next is None:
            return None
        seconds = (self._next.publication.live_from - datetime.now(UTC)).total_seconds()
        return min(max(seconds, 0.0), _MAX_WAIT_SECONDS)


def is_of(snapshot: Snapshot | None, publication: Publication) -> bool:
    """Whether a snapshot is of a publication; a restored database may give its number to another one."""
    return snapshot is not None and snapshot.publication.identity == publication.identity
