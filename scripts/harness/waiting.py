"""Waiting for what another process does, up to a deadline."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 60.0  # seconds
_POLL: Final = 0.01


class HarnessError(Exception):
    """What was to be run cannot be had, or did not do in time what it was to do; the sentence says which."""


def wait_until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """Look again and again; gives the seconds that it took. Raises HarnessError at the deadline."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience:
            raise HarnessError(f"in vain waited {patience:.0f} s for {what}")
        time.sleep(_POLL)
    return time.monotonic() - began


async def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """The same beside others in the loop: the condition is asked in a thread."""
    return await asyncio.to_thread(wait_until, condition, what, patience)
