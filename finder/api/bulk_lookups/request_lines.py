"""The body of a request, of any length, as lines, CSV records and batches of bounded length."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, TypeVar

from aiohttp import ClientError, StreamReader, web

from finder.http.problem_statuses import RequestRefusedError
from finder.http.yield_to_event_loop import LoopTurn

MAX_RECORD_LENGTH: Final = 16 * 1024
"""Bytes of a line or record."""
TIMEOUT_SECONDS: Final = 60.0
"""How long a client may take to send, or to receive, the next piece."""

Record = bytes | None
"""A line or record with its line end; None for one that was too long and was skipped."""
Item = TypeVar("Item")


async def read_lines(content: StreamReader, turn: LoopTurn) -> AsyncIterator[Record]:
    """Yields every line. Of a line that is too long, at most one chunk is in memory."""
    buffer = bytearray()
    skipping = False
    while chunk := await _read_chunk(content):
        buffer += chunk
        while (end := buffer.find(b"\n")) >= 0:
            yield None if skipping or end > MAX_RECORD_LENGTH else bytes(buffer[: end + 1])
            del buffer[: end + 1]
            skipping = False
            await turn.end_if_over()
        if len(buffer) > MAX_RECORD_LENGTH:
            skipping = True
            buffer.clear()
        await turn.end_if_over()
    if buffer or skipping:
        yield None if skipping else bytes(buffer)


async def _read_chunk(content: StreamReader) -> bytes:
    """Returns the bytes that have arrived, none at the end; raises RequestRefusedError on silence or a broken body."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await content.readany()
    except (TimeoutError, ConnectionError, ClientError, web.RequestPayloadError) as error:
        raise RequestRefusedError("body_invalid", "The body stopped before its end.") from error


async def join_records(lines: AsyncIterator[Record]) -> AsyncIterator[Record]:
    """Yields CSV records: a line and the following ones while a quoted field is open. A record without end is None."""
    pieces: list[bytes] = []
    length, is_open = 0, False
    async for line in lines:
        length += 0 if line is None else len(line)
        too_long = line is None or length > MAX_RECORD_LENGTH
        if line is not None and not too_long:
            pieces.append(line)
            # Only the new line is counted: a record may have as many lines as bytes.
            is_open ^= line.count(b'"') % 2 == 1
            if is_open:
                continue
        yield None if too_long else b"".join(pieces)
        pieces.clear()
        length, is_open = 0, False
    if pieces:
        yield None


async def group(items: AsyncIterator[Item], size: int) -> AsyncIterator[list[Item]]:
    """Yields lists of `size` items; the last may be shorter."""
    batch = []
    async for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
