"""An answer that is sent in pieces: while the request is still arriving, and only as fast as the client reads it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from aiohttp import ClientError, hdrs, web

from finder.api.bulk_lookups.request_lines import TIMEOUT_SECONDS, Record, group
from finder.http.content_encoding import IDENTITY, compressor
from finder.http.problem_statuses import RequestRefusedError
from finder.http.rate_limit import charge_list, charge_more
from finder.http.request_context import ALLOWANCE, REQUEST_ID
from finder.http.yield_to_event_loop import LoopTurn

_BATCH_SIZE: Final = 50
"""Records that are counted together, and whose answers do not wait for later ones."""
_PIECE_BYTES: Final = 32 * 1024
"""Bytes of an answer that are sent with one write."""
_UNCACHED: Final = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, Content-Type"}

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class StreamedAnswer(Generic[Item]):
    """An answer of any length: what comes first and last, and what is sent for each item."""

    media_type: str
    answer: Callable[[Item], bytes]
    head: bytes = b""
    tail: bytes = b""
    encoding: str = IDENTITY


async def stream_records(
    request: web.Request, records: AsyncIterator[Record], streamed: StreamedAnswer[Record], turn: LoopTurn
) -> web.StreamResponse:
    """Answers records as they arrive. If the client hangs up or stalls, only this request ends.

    Raises RequestRefusedError if the client's allowance is used up before the answer starts. Once it has started, all
    records are answered.
    """
    batches = group(records, _BATCH_SIZE)
    first: list[Record] = await _count_first(request, batches)
    return await stream(request, _count(request, first, batches), streamed, turn)


async def stream(
    request: web.Request, batches: AsyncIterator[Sequence[Item]], streamed: StreamedAnswer[Item], turn: LoopTurn
) -> web.StreamResponse:
    """Answers batches of items that need not be counted."""
    coding = {hdrs.CONTENT_ENCODING: streamed.encoding} if streamed.encoding != IDENTITY else {}
    response = web.StreamResponse(headers=_UNCACHED | coding | {"X-Request-ID": request[REQUEST_ID]})
    response.content_type = streamed.media_type
    try:
        await response.prepare(request)
        await _send(response, batches, streamed, turn)
        await response.write_eof()
    except (RequestRefusedError, ConnectionError, TimeoutError, ClientError):
        # The status has been sent: only a broken connection can still tell the client that the answer is incomplete.
        if request.transport is not None:
            request.transport.abort()
    return response


async def _send(
    response: web.StreamResponse, batches: AsyncIterator[Sequence[Item]], streamed: StreamedAnswer[Item], turn: LoopTurn
) -> None:
    compress = compressor(streamed.encoding)
    piece = bytearray(streamed.head)
    async for batch in batches:
        for item in batch:
            piece += streamed.answer(item)
            if len(piece) >= _PIECE_BYTES:
                await _write(response, compress.add(bytes(piece)))
                piece.clear()
            await turn.end_if_over()
        await _write(response, compress.add(bytes(piece)))
        piece.clear()
    await _write(response, compress.add(bytes(piece) + streamed.tail) + compress.end())


async def _write(response: web.StreamResponse, piece: bytes) -> None:
    """Sends a piece; waits while the client has too much left to read."""
    if piece:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await response.write(piece)


async def _count_first(request: web.Request, batches: AsyncIterator[list[Record]]) -> list[Record]:
    """Returns the first batch, counted, because nothing can be refused later; nothing if there is no rate limit."""
    if ALLOWANCE not in request:
        return []
    first: list[Record] = await anext(batches, [])
    await charge_list(request, len(first))
    return first


async def _count(
    request: web.Request, first: list[Record], batches: AsyncIterator[list[Record]]
) -> AsyncIterator[list[Record]]:
    """Yields the first batch, which is counted already, then the others, each counted."""
    yield first
    async for batch in batches:
        await charge_more(request, len(batch))
        yield batch
