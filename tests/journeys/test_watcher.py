"""The watcher stops when it is cancelled, at any moment."""

import asyncio

from finder.snapshot.publication_watcher import SnapshotWatcher
from tests.support.watching import make_worker

_MOMENTS = 100
_APART = 0.0002  # seconds: together they span connecting, the first poll, and several more


async def watch(watcher: SnapshotWatcher) -> None:
    async with watcher.watching():
        await asyncio.Event().wait()


async def test_the_watcher_stops_at_any_moment_when_cancelled(shipped_database: str) -> None:
    watcher = make_worker(shipped_database, poll_interval=0.001).watcher

    for moment in range(_MOMENTS):
        watching = asyncio.create_task(watch(watcher))
        await asyncio.sleep(moment * _APART)
        watching.cancel()
        done, _ = await asyncio.wait({watching}, timeout=10)

        assert done == {watching}
        assert watching.cancelled()
