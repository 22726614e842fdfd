"""A stream of bytes in blocks of whole lines, and the rest of it as a stream again."""

import io
from collections.abc import Iterator
from typing import IO, Final

_BLOCK: Final = 1 << 19  # bytes: some six thousand rows, which are read while PostgreSQL stores those before


def read_blocks(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each block of whole lines with the bytes that were read after it; an unfinished last line comes alone."""
    after = b""
    while read := stream.read(_BLOCK):
        lines, end, after = (after + read).rpartition(b"\n")
        yield lines + end, after
    if after:
        yield after, b""


class RestOfStream(io.RawIOBase):
    """Bytes that were already read from a stream, followed by the rest of the stream."""

    def __init__(self, already_read: bytes, stream: IO[bytes]) -> None:
        self._already_read = already_read
        self._stream = stream

    def readable(self) -> bool:
        """True: it can only be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # BufferedReader passes no other buffer
        """Fill the buffer by at most one read of the stream."""
        chunk = self._already_read[: len(buffer)] or self._stream.read(len(buffer))
        self._already_read = self._already_read[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def tell(self) -> int:
        """The position in the stream, with the bytes that are still to be given again subtracted."""
        return self._stream.tell() - len(self._already_read)
