"""Waiting for what another process does, up to a deadline."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final, TypeVar

Value = TypeVar("Value")
TIMEOUT_SECONDS: Final = 60.0  # seconds
_POLL_SECONDS: Final = 0.01


class HarnessError(Exception):
    """What was to be run cannot be had, or did not do in time what it was to do; the sentence says which."""


def wait_until(condition: Callable[[], bool], what: str, patience: float = TIMEOUT_SECONDS) -> float:
    """Look again and again; gives the seconds that it took. Raises HarnessError at the deadline."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience:
            raise HarnessError(f"in vain waited {patience:.0f} s for {what}")
        time.sleep(_POLL_SECONDS)
    return time.monotonic() - began


async def wait_until_async(condition: Callable[[], bool], what: str, patience: float = TIMEOUT_SECONDS) -> float:
    """The same beside others in the loop: the condition is asked in a thread."""
    return await asyncio.to_thread(wait_until, condition, what, patience)


@asynccontextmanager
async def in_thread(block: AbstractContextManager[Value]) -> AsyncIterator[Value]:
    """A block whose way in and way out take their time, each in a thread, so that the loop goes on."""
    entered = await asyncio.to_thread(block.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(block.__exit__, *sys.exc_info())
