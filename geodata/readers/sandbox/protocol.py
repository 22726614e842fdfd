"""The messages between the sandbox's parent and child, and how they are framed."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

_LENGTH_BYTES: Final = 4  # little-endian, before each message

SIGNAL_EXIT_CODE: Final = 128
"""The child exits with this plus the number of the signal that ended the reader."""


class SandboxLimits(msgspec.Struct, frozen=True):
    """What the child may use. `seconds` limits processor time and time by the clock."""

    memory_mb: int
    seconds: int
    written_mb: int
    """Millions of bytes that may be written to one file."""
    sent_mb: int
    """Millions of bytes that all messages of a job may have together."""


class Job(msgspec.Struct, frozen=True):
    """What the child has to do."""

    reader: str
    """The reader function as `module:function`."""
    task: msgspec.Raw
    limits: SandboxLimits
    parent_pid: int


class ShareRead(msgspec.Struct, tag=True):
    """How much of the file has been read, from 0 to 1."""

    share: float


class Refused(msgspec.Struct, tag=True):
    """The reader raised SourceError with this sentence, which is for staff."""

    sentence: str


class Finished(msgspec.Struct, tag=True):
    """The file was read to its end: the messages before this one are complete."""


class SandboxReader(NamedTuple):
    """A reader that runs in the sandbox."""

    function: str
    """As `module:function`. It takes the task as JSON and an empty folder of its own, and yields messages."""
    messages: Any
    """The class of its messages, or a union of classes."""
    remedy: str
    """What staff should do if the reader gives no complete answer."""


def frame(message: msgspec.Struct) -> bytes:
    """Encode a message and put its length before it."""
    encoded = msgspec.msgpack.encode(message)
    return len(encoded).to_bytes(_LENGTH_BYTES, "little") + encoded


def take_frames(received: bytearray) -> Iterator[bytes]:
    """Yield the complete messages at the front of the received bytes, and remove them."""
    start = 0
    while (end := start + _LENGTH_BYTES + _length_at(received, start)) <= len(received):
        yield bytes(received[start + _LENGTH_BYTES : end])
        start = end
    del received[:start]


def _length_at(received: bytearray, start: int) -> int:
    return int.from_bytes(received[start : start + _LENGTH_BYTES], "little")
