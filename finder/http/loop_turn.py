"""Shares the event loop: long work is cut into pieces, and other requests are answered in between.

The pieces are measured by time, so they are short whatever a client sends and however fast the machine is.
"""

import asyncio
from time import perf_counter
from typing import Final

TURN_SECONDS: Final = 0.00025
"""About fifteen lookups."""


class LoopTurn:
    """The time for which one request has held the event loop."""

    __slots__ = ("_started",)

    def __init__(self) -> None:
        self._started = perf_counter()

    async def end_if_over(self) -> None:
        """Lets other requests be answered if this one has had its time. Call it after each small piece of work."""
        if perf_counter() - self._started >= TURN_SECONDS:
            await asyncio.sleep(0)
            self._started = perf_counter()
