"""Waits for a condition, such as what another process does, up to a deadline."""

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
    """A program is missing, or did not do something in time; the message says which."""


def wait_until(condition: Callable[[], bool], what: str, patience: float = TIMEOUT_SECONDS) -> float:
    """Check a condition until it holds; returns the seconds. Raises HarnessError at the deadline."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience:
            raise HarnessError(f"in vain waited {patience:.0f} s for {what}")
        time.sleep(_POLL_SECONDS)
    return time.monotonic() - began


async def wait_until_async(condition: Callable[[], bool], what: str, patience: float = TIMEOUT_SECONDS) -> float:
    """The same without blocking the event loop: the condition is checked in a thread."""
    return await asyncio.to_thread(wait_until, condition, what, patience)


@asynccontextmanager
async def in_thread(block: AbstractContextManager[Value]) -> AsyncIterator[Value]:
    """Enters and leaves a context manager in threads, so that the event loop is not blocked."""
    entered = await asyncio.to_thread(block.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(block.__exit__, *sys.exc_info())
