"""Typed keys of what the application carries."""

from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from finder.server.fast_path import AnswerDirectly
from finder.snapshot.live import LiveSnapshot
from finder.snapshot.watcher import SnapshotWatcher


@dataclass(slots=True)
class Drain:
    """Whether the process is about to end: connections are then closed with their next answer."""

    begun: bool = False


@dataclass(slots=True)
class Connections:
    """The client connections of the process: how many are open, and how many it has ended for what reason."""

    open: int = 0
    timed_out: int = 0
    made_room: int = 0
    unreadable: int = 0


class Wrap(Protocol):
    """What stands around the handling of every request, routing included."""

    def __call__(self, handler: Handler) -> Handler:
        """A handler that calls the one given."""


AROUND: Final = web.AppKey("around", Wrap)
COMMON_HEADERS: Final = web.AppKey("common_headers", dict[str, str])
"""What every response carries."""

CONNECTIONS: Final = web.AppKey("connections", Connections)
DIRECT: Final = web.AppKey("direct", AnswerDirectly)
DRAIN: Final = web.AppKey("drain", Drain)
LIVE: Final = web.AppKey("live", LiveSnapshot)
WATCHER: Final = web.AppKey("watcher", SnapshotWatcher)
