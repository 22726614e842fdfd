"""What passes between a process that reads a file of strangers and the one that started it, whatever the file holds."""

from typing import Any, NamedTuple

import msgspec


class Bounds(msgspec.Struct, frozen=True):
    """What the reading process may use: memory, seconds by the clock and of processor time, bytes to write or send."""

    memory_mb: int
    seconds: int
    written_mb: int


class Order(msgspec.Struct, frozen=True):
    """What it is to do: the reader as `module:function`, the reader's own task, and for which process."""

    reader: str
    task: msgspec.Raw
    bounds: Bounds
    parent: int


class ShareRead(msgspec.Struct, tag=True):
    """How much of the file has been dealt with, from 0 to 1."""

    share: float


class Refused(msgspec.Struct, tag=True):
    """The file is not read, and why, in a sentence for staff."""

    sentence: str


class Ended(msgspec.Struct, tag=True):
    """The file was read to its end: what came before is all of it."""


class Reader(NamedTuple):
    """A function that reads a file apart, the messages that it sends, and what to do where it gets nowhere.

    The function is given as `module:function`. It takes the task as JSON and a folder of its own, and gives messages.
    """

    function: str
    messages: Any  # a class of messages, or a union of several
    remedy: str
