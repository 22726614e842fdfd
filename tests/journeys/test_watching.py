"""Watching for publications ends when it is told to, whatever it is about to do."""

import asyncio

from finder.services.live import LiveSnapshot
from geodata.places import Places

_MOMENTS = 100
_APART = 0.0002  # seconds: together they span connecting, the first look, and several more


async def test_watching_ends_at_whatever_moment_it_is_told_to(shipped_database: str) -> None:
    live = LiveSnapshot(shipped_database, Places.read(), poll_interval=0.001)

    for moment in range(_MOMENTS):
        async with asyncio.timeout(10), live.watched():
            await asyncio.sleep(moment * _APART)
