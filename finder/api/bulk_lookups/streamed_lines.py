"""A request's body, of any length, as lines and records of bounded length."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, TypeVar

from aiohttp import ClientError, StreamReader, web

from finder.http.problems import RequestRefusedError

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
LONGEST_RECORD: Final = 16 * 1024
"""Bytes."""
PATIENCE: Final = 60.0
"""Seconds that a client may take to send, or to read, the next piece."""

Record = bytes | None
"""A line with its line end; None for one that was too long and has been skipped."""
Item = TypeVar("Item")


async def lines(content: StreamReader) -> AsyncIterator[Record]:
    """Every line; of one that is too long no more than a chunk is ever held."""
    held = bytearray()
    skipping = False
    while chunk := await _next_chunk(content):
        held += chunk
        while (end := held.find(b"\n")) >= 0:
            yield None if skipping or end > LONGEST_RECORD else bytes(held[: end + 1])
            del held[: end + 1]
            skipping = False
        if len(held) > LONGEST_RECORD:
            skipping = True
            held.clear()
    if held or skipping:
        yield None if skipping else bytes(held)


async def _next_chunk(content: StreamReader) -> bytes:
    """What has come in, empty at the end; raises RequestRefusedError where nothing comes or it cannot be read."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await content.readany()
    except (TimeoutError, ConnectionError, ClientError, web.RequestPayloadError) as error:
        raise RequestRefusedError("body_invalid", "The body stopped before its end.") from error


async def records(found: AsyncIterator[Record]) -> AsyncIterator[Record]:
    """CSV records: lines, joined while a quoted field goes on over the line end; one that never ends is None."""
    held = b""
    async for line in found:
        if line is None or len(held) + len(line) > LONGEST_RECORD:
            held = b""
            yield None
            continue
        held += line
        if held.count(b'"') % 2 == 0:
            yield held
            held = b""
    if held:
        yield None


async def batches(found: AsyncIterator[Item], size: int) -> AsyncIterator[list[Item]]:
    """So many items at a time, fewer at the end."""
    batch = []
    async for item in found:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
