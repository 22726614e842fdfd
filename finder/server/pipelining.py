"""A connection whose client may send several requests at once, and is answered for each up to the first that is bad.

aiohttp 3.14 parses all that it reads in one go. Where that ends in something malformed it forgets the good requests
before it, and their client, told 400 once, cannot know which of them were carried out. Here the parser is given one
request at a time. Requests of another HTTP than 1 are refused here too: aiohttp answers HTTP/2.0 and HTTP/0.9 as though
they were 1.1, with their own number in the status line. No upgrade to another protocol is taken, so what follows one is
read like all else. And a client that says with its last request that it will send no more is answered before the
connection ends, where aiohttp drops what it has not answered yet.

Private parts of aiohttp that this leans on, each for want of a public one: of `RequestHandler` `_messages`,
`_max_msg_queue_size`, `_message_tail`, `_reading_paused`, `_upgraded`, `_waiter` and `_current_request`, and
`_ErrInfo`, by which it hands over what it cannot parse. Where an aiohttp has them no longer, everything goes its way.
"""

from collections.abc import Iterator
from typing import Any, Final

from aiohttp import HttpVersion10, HttpVersion11, web_protocol
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler

VERSION_UNSUPPORTED: Final = 505
_END_OF_HEAD: Final = b"\r\n\r\n"
_CR: Final = 13
_SPOKEN: Final = (HttpVersion11, HttpVersion10)
_ErrInfo: Final[Any] = getattr(web_protocol, "_ErrInfo", None)
_LEANS_ON: Final = (
    "_messages",
    "_max_msg_queue_size",
    "_message_tail",
    "_reading_paused",
    "_upgraded",
    "_waiter",
    "_current_request",
)
_LOOK_AGAIN: Final = 0.02


class PipelinedConnection(RequestHandler):
    """Feeds the parser one request at a time, and keeps the rest of what was read while too many wait."""

    __slots__ = ("_fits", "_rest")

    def __init__(self, manager: Any, **given: Any) -> None:
        super().__init__(manager, **given)
        self._rest = b""
        self._fits = _ErrInfo is not None and all(hasattr(self, each) for each in _LEANS_ON)
        if self._fits:
            # One short of the parser's own: that, met by a request for an upgrade, drops what is fed next.
            self._max_msg_queue_size -= 1

    def data_received(self, data: bytes) -> None:
        """Read what a client sent. Without data aiohttp says that it has room for the rest."""
        if not self._fits:
            super().data_received(data)
            return
        if self._rest:
            data, self._rest = self._rest + data, b""
        # Nearly always one request, whole. A line end in front may be the last of a head that began before.
        if data.find(_END_OF_HEAD) == len(data) - 4 and data[0] > _CR:
            self._feed(data)
        else:
            self._feed_one_by_one(data)

    def eof_received(self) -> bool:  # type: ignore[override]  # aiohttp's is not asyncio's
        """Whether the connection stays for the answers to what came whole; nothing more comes in."""
        if not self._fits or self._is_over:
            return False
        self._loop.call_later(_LOOK_AGAIN, self._end_when_over)
        return True

    def _end_when_over(self) -> None:
        if self.transport is None:
            return
        if self._is_over:
            self.transport.close()
        else:  # aiohttp has no event for the end of the last answer
            self._loop.call_later(_LOOK_AGAIN, self._end_when_over)

    @property
    def _is_over(self) -> bool:
        """Whether all is answered that can be, of a client that sends no more: a body that breaks off is not."""
        if self._messages:
            return not self._messages[-1][1].is_eof()
        if self._current_request:
            return not self._current_request.content.is_eof()
        return self._waiter is not None and not self._waiter.done()

    def _feed_one_by_one(self, data: bytes) -> None:
        begin = 0
        for end in _ends(data):
            if data and self._is_full:
                self._rest = data[begin:]
                return
            self._feed(data[begin:end])
            begin = end

    @property
    def _is_full(self) -> bool:
        """Whether aiohttp has had us pause, for requests or a body."""
        return self._reading_paused or len(self._messages) >= self._max_msg_queue_size

    def _decline_upgrade(self, parser: Any) -> None:
        """Go on by HTTP/1 at once: aiohttp would keep what follows, and parse it in one go after the answer."""
        parser.set_upgraded(False)
        self._upgraded = False
        rest, self._message_tail = self._message_tail, b""
        if rest:
            self._feed(rest)

    def _feed(self, data: bytes) -> None:
        super().data_received(data)
        if self._upgraded and self._parser:
            self._decline_upgrade(self._parser)
        if self._messages:
            message = self._messages[-1][0]
            if isinstance(message, RawRequestMessage) and message.version not in _SPOKEN:
                refused = _ErrInfo(VERSION_UNSUPPORTED, BadHttpMessage("another version of HTTP"), "")
                self._messages[-1] = (refused, EMPTY_PAYLOAD)


def _ends(data: bytes) -> Iterator[int]:
    """Where heads of requests end in what was read, and where all of it does."""
    end = len(data) - len(data.lstrip(b"\r\n"))
    if end or not data:
        yield end
    while end < len(data):
        found = data.find(_END_OF_HEAD, end)
        end = len(data) if found < 0 else found + len(_END_OF_HEAD)
        yield end
