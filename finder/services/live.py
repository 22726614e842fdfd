"""Keeps the snapshot of the live publication, and swaps it when another goes live."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from finder.domain.snapshot import Snapshot
from finder.errors import DatabaseUnavailableError, NoLivePublicationError
from finder.services.snapshot import build_snapshot
from finder.storage import publications
from finder.storage.connect import Connection, connected
from geodata.places import Places

_log = structlog.get_logger(__name__)
_LONGEST_WAIT: Final = 30.0


class LiveSnapshot:
    """The current snapshot of one process. Readers take it once a request and keep it."""

    def __init__(self, dsn: str, places: Places, poll_interval: float) -> None:
        self._dsn = dsn
        self._places = places
        self._poll_interval = poll_interval
        self._current: Snapshot | None = None
        self._announced = asyncio.Event()
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
        """Look for the live publication and swap to it if it is another than the current one."""
        number = await publications.find_live_number(connection)
        self.checked_at = datetime.now(UTC)
        if number is None or (self._current and self._current.publication.number == number):
            return
        publication = await publications.find(connection, number)
        if publication is None:
            return
        self._current = await build_snapshot(connection, publication, self._places, datetime.now(UTC))
        self.swaps += 1
        _log.info("snapshot_swapped", publication=number, postcodes=len(self._current.postcodes))

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
