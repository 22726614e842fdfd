"""Blocking work beside the event loop, which goes on: a file being read apart, geometry being checked."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from geodata.progress import Advance, Begin, in_silence

Result = TypeVar("Result")


async def in_thread(work: Callable[[Begin], Result], begin: Begin = in_silence) -> Result:
    """Do the work in a thread; it tells which steps it takes, and how far it has got with each.

    Where whoever waits for it is cancelled, it ends the next time that it tells something.
    """
    stopped = threading.Event()

    def begun(what: str, total: int | None, *, in_bytes: bool = False) -> Advance:
        advance = begin(what, total, in_bytes=in_bytes)

        def advanced(done: int) -> None:
            if stopped.is_set():
                raise asyncio.CancelledError
            advance(done)

        advanced(0)
        return advanced

    try:
        return await asyncio.to_thread(work, begun)
    except asyncio.CancelledError:
        stopped.set()
        raise
