"""Watching for publications ends when it is told to, whatever it is about to do."""

import asyncio

from finder.snapshot.live import LiveSnapshot
from geodata.police_forces import Places

_MOMENTS = 100
_APART = 0.0002  # seconds: together they span connecting, the first look, and several more


async def keep(live: LiveSnapshot) -> None:
    async with live.watched():
        await asyncio.Event().wait()


async def test_watching_ends_at_whatever_moment_it_is_told_to(shipped_database: str) -> None:
    live = LiveSnapshot(shipped_database, Places.read(), poll_interval=0.001)

    for moment in range(_MOMENTS):
        watching = asyncio.create_task(keep(live))
        await asyncio.sleep(moment * _APART)
        watching.cancel()
        done, _ = await asyncio.wait({watching}, timeout=10)

        assert done == {watching}
        assert watching.cancelled()
