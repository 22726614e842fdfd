"""A connection that may be given the answer to a request in the moment in which the request arrives.

For each request aiohttp 3.14 wakes the connection's task, which makes a request object and starts a second task that
makes the response: three turns of the event loop, and half of what a lookup costs. Where a connection waits for a
request, one arrives whole, and its answer needs no waiting, it is made straight away here. The task sleeps on, and
takes part again with the first request that is not of this kind. Answers leave together, once all that has arrived
meanwhile is read: whoever is written to in between is woken for each, which costs as much as half of making one.

Private parts of aiohttp that this leans on, with no public one in their place: of `RequestHandler` `_waiter`, which
stands while its task waits for a request, `_messages`, `_buffer_paused`, `_parser` and `_next_keepalive_close_time`.
Where an aiohttp has them no longer, everything goes its way.
"""

import asyncio
from typing import Any, Final, Protocol

from aiohttp.http import RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD

from finder.server.pipelining import PipelinedConnection

_LEANS_ON: Final = {"_waiter", "_messages", "_buffer_paused", "_parser", "_next_keepalive_close_time"}


class AnswerDirectly(Protocol):
    """Answers requests without a body by their messages."""

    def __call__(self, message: RawRequestMessage) -> bytes | None:
        """The whole response, or None where the request is to go aiohttp's way."""


class Outbox:
    """Connections with an answer that is to leave in this turn of the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[DirectConnection] = []

    def add(self, connection: "DirectConnection") -> None:
        """Have it send its answer after what has arrived on others is read."""
        if not self._waiting:
            self._loop.call_soon(self._send_all)
        self._waiting.append(connection)

    def _send_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.send()


class DirectConnection(PipelinedConnection):
    """`answer` is asked for each request that comes alone, with nothing before it that waits or is unsent."""

    __slots__ = ("_answer", "_outbox", "_unsent")

    def __init__(self, manager: Any, answer: AnswerDirectly | None, outbox: Outbox, **given: Any) -> None:
        super().__init__(manager, **given)
        self._answer = answer if all(hasattr(self, each) for each in _LEANS_ON) else None
        self._outbox = outbox
        self._unsent = b""

    def data_received(self, data: bytes) -> None:
        """Read what a client sent."""
        task = self._waiter if self._answer else None
        if task is None or self._messages or self._buffer_paused:
            super().data_received(data)
            return
        self._waiter = None  # what arrives wakes nobody yet
        try:
            super().data_received(data)
        finally:
            self._waiter = task
        if self._messages and not self._answer_directly() and not task.done():
            task.set_result(None)

    def eof_received(self) -> bool:  # type: ignore[override]  # as PipelinedConnection's
        """Whether the connection stays open for the client that sends no more."""
        self.send()
        return super().eof_received()

    def force_close(self) -> None:
        """End the connection, but not before the answer that is made."""
        self.send()
        super().force_close()

    def send(self) -> None:
        """Write the answer that was made, if there is one that is not written yet."""
        if self._unsent and self.transport is not None and not self.transport.is_closing():
            self.transport.write(self._unsent)
        self._unsent = b""

    def _answer_directly(self) -> bool:
        if len(self._messages) > 1 or self._unsent or self.transport is None or self.transport.get_write_buffer_size():
            return False
        message, payload = self._messages[0]
        if payload is not EMPTY_PAYLOAD or not isinstance(message, RawRequestMessage):
            return False
        response = self._answer(message) if self._answer else None
        if response is None:
            return False
        self._unsent = response
        self._outbox.add(self)
        self._messages.clear()
        if self._parser:
            self._parser.message_consumed()
        if self._manager:
            self._manager.requests_count += 1
        self._next_keepalive_close_time = self._loop.time() + self.keepalive_timeout
        return True
