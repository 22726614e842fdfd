"""Blocking work beside the event loop, which goes on: a file being read apart, geometry being checked."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
Tell = Callable[[float], None]


async def in_thread(work: Callable[[Tell], Result], tell: Tell = lambda _: None) -> Result:
    """Do the work in a thread; it tells how far it has got, from 0 to 1.

    Where whoever waits for it is cancelled, it ends the next time that it tells something.
    """
    stopped = threading.Event()

    def told(share: float) -> None:
        if stopped.is_set():
            raise asyncio.CancelledError
        tell(share)

    try:
        return await asyncio.to_thread(work, told)
    except asyncio.CancelledError:
        stopped.set()
        raise
