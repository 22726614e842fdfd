"""Shares the event loop: long work is cut into pieces, and other requests are answered in between.

The pieces are measured by time, so they are short whatever a client sends and however fast the machine is. In each
iteration of the loop one piece is done, so a hundred long requests hold it no longer than one does.
"""

import asyncio
from collections import deque
from time import perf_counter
from typing import Final
from weakref import WeakKeyDictionary

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
            await _line_of(asyncio.get_running_loop()).wait()
            self._started = perf_counter()


class _Line:
    """The requests that wait for their next turn; the first goes on in the next iteration of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[asyncio.Future[None]] = deque()

    def wait(self) -> asyncio.Future[None]:
        turn = self._loop.create_future()
        if not self._waiting:
            self._loop.call_soon(self._call_first)
        self._waiting.append(turn)
        return turn

    def _call_first(self) -> None:
        turn = self._waiting.popleft()
        if not turn.done():  # the request may have been cancelled
            turn.set_result(None)
        if self._waiting:
            self._loop.call_soon(self._call_first)


_lines: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Line]] = WeakKeyDictionary()


def _line_of(loop: asyncio.AbstractEventLoop) -> _Line:
    line = _lines.get(loop)
    if line is None:
        line = _lines[loop] = _Line(loop)
    return line
