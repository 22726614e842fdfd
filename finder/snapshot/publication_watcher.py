"""Watches PostgreSQL for publications by notification and by polling, and keeps running when the database fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

import structlog

from finder.errors import (
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    PublicationUnusableError,
    StandbyBehindError,
)
from finder.snapshot.refresh_live_snapshot import SnapshotRefresher
from finder.storage.announcements import listen
from finder.storage.connections import Connection, connected
from finder.storage.migrate import require_current_schema

_log = structlog.get_logger(__name__)
_CANCEL_SECONDS: Final = 0.5  # after which a task that did not end is cancelled again
# Connecting, pausing and polling take less than five seconds in all, so a publication is found within five seconds
# after PostgreSQL is back.
_CONNECT_TIMEOUT_SECONDS: Final = 2.0
_MIN_PAUSE_SECONDS: Final = 0.25
_MAX_PAUSE_SECONDS: Final = 1.5
_WAITED_FOR: Final = (DatabaseUnreachableError, TimeoutError)


class SnapshotWatcher:
    """Keeps the snapshot of one process up to date, and knows why if it cannot."""

    def __init__(self, dsn: str, refresher: SnapshotRefresher, poll_interval: float) -> None:
        self._dsn = dsn
        self._refresher = refresher
        self._poll_interval = poll_interval
        self._announced = asyncio.Event()
        self._tried = asyncio.Event()
        self._first_read: asyncio.Future[None] = asyncio.Future()
        self.failures = 0
        self.connects = 0
        self.database_alarm: str | None = None
        """Why PostgreSQL cannot be polled at present."""
        self.publication_alarm: str | None = None
        """Why the live publication, or the scheduled one, cannot be used."""

    @property
    def checked_at(self) -> datetime | None:
        """When PostgreSQL last answered a poll."""
        return self._refresher.checked_at

    @property
    def has_read(self) -> bool:
        """Whether the database has been read once, or been refused."""
        return self._first_read.done()

    async def wait_for_first_read(self) -> None:
        """Wait until the database has been read once; raises the errors that waiting would not resolve."""
        await asyncio.shield(self._first_read)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch PostgreSQL and the clock during the block, which starts after the first attempt to read.

        Raises the errors of that attempt that waiting would not resolve. If PostgreSQL does not answer, the block
        starts without a snapshot and the watcher tries again.
        """
        tasks = {asyncio.create_task(self.watch()), asyncio.create_task(self._refresher.live.switch_by_clock())}
        try:
            await self._tried.wait()
            if self.has_read:
                await self.wait_for_first_read()
            yield
        finally:
            # Cancelled repeatedly, because a call that has just finished may swallow a cancellation.
            while tasks:
                for task in tasks:
                    task.cancel()
                _, tasks = await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)

    async def watch(self) -> None:
        """Until cancelled, refresh as publications are announced and at each poll, through every fault of the database.

        Ends early if nothing was read yet and waiting would not help: `wait_for_first_read` then raises the error.
        """
        pause = _MIN_PAUSE_SECONDS
        while True:
            connects = self.connects
            try:
                await self._watch_connection()
            except Exception as error:  # noqa: BLE001 - the snapshot is served through every fault of PostgreSQL
                if not self.has_read and not isinstance(error, _WAITED_FOR):
                    self._first_read.set_exception(error)
                    return
                pause = _MIN_PAUSE_SECONDS if self.connects > connects else pause
                self._log_failure(error, pause)
            finally:
                self._tried.set()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _MAX_PAUSE_SECONDS)

    def _log_failure(self, error: Exception, pause: float) -> None:
        self.failures += 1
        self.database_alarm = _reason(error)
        event = "snapshot_watch_failed" if self.has_read else "waiting_for_database"
        _log.warning(event, reason=self.database_alarm, attempt=self.failures, retry_in=pause)

    async def _watch_connection(self) -> None:
        async with connected(self._dsn, timeout_seconds=_CONNECT_TIMEOUT_SECONDS) as connection:
            if not self.has_read:
                await require_current_schema(connection)
            await listen(connection, self._announced.set)
            self.connects += 1
            while True:
                self._announced.clear()
                await self._refresh(connection)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll_interval):
                        await self._announced.wait()

    async def _refresh(self, connection: Connection) -> None:
        try:
            await self._refresher.refresh(connection)
        except StandbyBehindError as lag:
            self._log_lag(str(lag))
            return
        except PublicationUnusableError as refusal:
            if self._refresher.live.current_or_none is None and not self.has_read:
                raise
            self.publication_alarm = str(refusal)
        else:
            self.publication_alarm = None
        self.database_alarm = None
        if not self.has_read:
            self._first_read.set_result(None)
        self._tried.set()

    def _log_lag(self, reason: str) -> None:
        if self.database_alarm != reason:  # not again at each poll
            _log.warning("standby_behind", reason=reason)
        self.database_alarm = reason


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "PostgreSQL takes connections and does not answer."
    return str(error) if isinstance(error, DatabaseUnavailableError) else f"{type(error).__name__}: {error}"
