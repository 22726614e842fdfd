"""Keeps the snapshot of the live publication, and swaps it when another goes live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final

import structlog

from finder.domain.release import Publication
from finder.errors import (
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    NoLivePublicationError,
    PublicationUnusableError,
    StandbyBehindError,
)
from finder.snapshot.build_validated import build_validated_snapshot
from finder.snapshot.model import Snapshot
from finder.snapshot.shared_index_file import SharedIndexFiles
from finder.storage import announcements, publication_store
from finder.storage.connections import Connection, connected
from finder.storage.migrate import require_current_schema
from geodata.police_forces import Places

_log = structlog.get_logger(__name__)
_LONGEST_WAIT: Final = 30.0
_CANCEL_AGAIN: Final = 0.5  # seconds
# Together under five seconds, so that a publication is seen that soon after PostgreSQL is back, whatever it did before.
_CONNECT_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 2.0
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 1.5
_READ_SECONDS: Final = 60.0  # the postcodes of the whole country, from a busy server
_TRY_AGAIN: Final = 60.0  # seconds until a publication that cannot be used is read again: its rows may have been mended


class LiveSnapshot:
    """The current snapshot of one process. Readers take it once a request and keep it."""

    def __init__(self, dsn: str, places: Places, poll_interval: float, files: SharedIndexFiles | None = None) -> None:
        self._dsn = dsn
        self._places = places
        self._poll_interval = poll_interval
        self._files = files
        self._current: Snapshot | None = None
        self._next: Snapshot | None = None
        self._unusable: dict[tuple[int, datetime], tuple[float, str]] = {}  # until when, and why
        self._announced = asyncio.Event()
        self._rescheduled = asyncio.Event()
        self._tried = asyncio.Event()
        self._begun: asyncio.Future[None] = asyncio.Future()
        self.swaps = 0
        self.failures = 0
        self.connects = 0
        self.checked_at: datetime | None = None
        self.database_alarm: str | None = None
        """Why the record cannot be asked at present."""
        self.publication_alarm: str | None = None
        """Why the publication that is live, or the one that is to be, cannot be used."""

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

    @property
    def has_begun(self) -> bool:
        """Whether the record has been read once, or what it says has been refused."""
        return self._begun.done()

    async def begun(self) -> None:
        """Wait until the record has been read once; raises what cannot be mended by waiting."""
        await asyncio.shield(self._begun)

    async def refresh(self, connection: Connection) -> None:
        """Look for the live publication and the scheduled one; swap to the one and make the other ready.

        Raises StandbyBehindError where a standby has not received what is in hand: nothing it says counts, while a
        primary is followed back too, to a withdrawal or a restored back-up. Raises PublicationUnusableError where one
        of the two cannot be answered from; the other is taken all the same.
        """
        seen = self._current
        async with asyncio.timeout(_LOOK_SECONDS):
            in_hand = [each.publication.number for each in (self._current, self._next) if each]
            if in_hand and await publication_store.is_standby_behind(connection, max(in_hand)):
                raise StandbyBehindError(max(in_hand))
            live = await publication_store.find_live(connection)
            scheduled = await publication_store.find_scheduled(connection)
        self.checked_at = datetime.now(UTC)
        if scheduled and scheduled.live_from <= self.checked_at:
            # This machine's clock is ahead of PostgreSQL's: by going back now we would waver until they agree.
            live, scheduled = scheduled, None
        try:
            await self._take(connection, live, seen)
        except PublicationUnusableError:
            await self._hold(connection, scheduled)
            raise
        await self._hold(connection, scheduled)

    async def _take(self, connection: Connection, live: Publication | None, seen: Snapshot | None) -> None:
        """Swap to what is live, unless it is what was `seen`."""
        if live is None or _is_of(seen, live):
            return
        snapshot = await self._ready(connection, live)
        if self._current is seen:  # or else the clock has switched meanwhile, and the record looks old
            self._swap(snapshot)

    async def _hold(self, connection: Connection, scheduled: Publication | None) -> None:
        """Make the scheduled publication ready, so that the clock alone can switch to it."""
        if scheduled is None or not _is_of(self._next, scheduled):
            self._next = None  # withdrawn, whatever becomes of the other
        try:
            ready = await self._ready(connection, scheduled) if scheduled else None
            self._next = ready if ready and not _is_of(self._current, ready.publication) else None
        finally:
            self._rescheduled.set()

    async def _ready(self, connection: Connection, publication: Publication) -> Snapshot:
        """The snapshot of a publication, built unless it is the one that is held ready."""
        if self._next and _is_of(self._next, publication):
            return self._next
        now = asyncio.get_running_loop().time()
        self._unusable = {each: why for each, why in self._unusable.items() if now < why[0]}
        if told := self._unusable.get(publication.identity):
            raise PublicationUnusableError(publication.number, told[1])
        try:
            async with asyncio.timeout(_READ_SECONDS):
                previous = await self._previous(connection)
                return await build_validated_snapshot(
                    connection, publication, self._places, datetime.now(UTC), previous, self._files
                )
        except PublicationUnusableError as error:
            self._unusable[publication.identity] = (now + _TRY_AGAIN, error.why)
            _log.error("publication_unusable", publication=publication.number, reason=error.why)
            raise

    async def _previous(self, connection: Connection) -> Snapshot | None:
        """The current snapshot, to build on; None where the record, restored, may mean other things by its numbers."""
        if self._current is None:
            return None
        found = await publication_store.find(connection, self.publication_number)
        return self._current if found and _is_of(self._current, found) else None

    def _swap(self, snapshot: Snapshot) -> None:
        before, self._current = self.publication_number, snapshot
        self.swaps += 1
        number = snapshot.publication.number
        _log.info("snapshot_swapped", publication=number, before=before, postcodes=len(snapshot.postcodes))

    async def switch_by_clock(self) -> None:
        """Until cancelled, swap to the snapshot that is held ready when its moment comes, whatever PostgreSQL does."""
        while True:
            self._rescheduled.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._until_next()):
                    await self._rescheduled.wait()
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
        """Watch the record and the clock for as long as the block lasts, from the first attempt to read it on.

        Raises what that attempt cannot wait for. A PostgreSQL that does not answer is waited for inside the block.
        """
        watching = {asyncio.create_task(self.watch()), asyncio.create_task(self.switch_by_clock())}
        try:
            await self._tried.wait()
            if self.has_begun:
                await self.begun()
            yield
        finally:
            # Over and over, until it is so: what is awaited may swallow a cancellation that comes as it is done.
            while watching:
                for task in watching:
                    task.cancel()
                _, watching = await asyncio.wait(watching, timeout=_CANCEL_AGAIN)

    async def watch(self) -> None:
        """Until cancelled, swap as publications are announced or found by polling; outlive every database fault.

        Ends early where nothing was read yet and waiting would not help: `begun` then raises why.
        """
        pause = _FIRST_PAUSE
        while True:
            connects = self.connects
            try:
                await self._watch_connection()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the record, the snapshot in hand must go on serving
                if not self.has_begun and not isinstance(error, _WAITED_FOR):
                    self._begun.set_exception(error)
                    return
                pause = _FIRST_PAUSE if self.connects > connects else pause
                self._tell_failure(error, pause)
            finally:
                self._tried.set()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _tell_failure(self, error: Exception, pause: float) -> None:
        self.failures += 1
        self.database_alarm = _reason(error)
        event = "snapshot_watch_failed" if self.has_begun else "waiting_for_database"
        _log.warning(event, reason=self.database_alarm, attempt=self.failures, retry_in=pause)

    def _tell_lag(self, reason: str) -> None:
        if self.database_alarm != reason:  # and not at each look
            _log.warning("standby_behind", reason=reason)
        self.database_alarm = reason

    async def _watch_connection(self) -> None:
        async with connected(self._dsn, patience=_CONNECT_SECONDS) as connection:
            if not self.has_begun:
                await require_current_schema(connection)
            await announcements.listen(connection, self._announced.set)
            self.connects += 1
            while True:
                self._announced.clear()
                await self._look(connection)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll_interval):
                        await self._announced.wait()

    async def _look(self, connection: Connection) -> None:
        try:
            await self.refresh(connection)
        except StandbyBehindError as lag:
            self._tell_lag(str(lag))
            return
        except PublicationUnusableError as refusal:
            if self._current is None and not self.has_begun:
                raise
            self.publication_alarm = str(refusal)
        else:
            self.publication_alarm = None
        self.database_alarm = None
        if not self.has_begun:
            self._begun.set_result(None)
        self._tried.set()


def _is_of(snapshot: Snapshot | None, publication: Publication) -> bool:
    return snapshot is not None and snapshot.publication.identity == publication.identity


_WAITED_FOR: Final = (DatabaseUnreachableError, TimeoutError)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "PostgreSQL takes connections and does not answer."
    return str(error) if isinstance(error, DatabaseUnavailableError) else f"{type(error).__name__}: {error}"
