"""An answer that is sent while the request is still arriving."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple

from aiohttp import ClientError, web

from finder.api.bulk_lookups.request_lines import TIMEOUT_SECONDS, Record, group
from finder.http.problem_statuses import RequestRefusedError
from finder.http.rate_limit import charge_list, charge_more
from finder.http.request_context import ALLOWANCE, REQUEST_ID

SLICE_SIZE: Final = 10
"""Postcodes that are answered before other requests get their turn: about a sixth of a millisecond."""
_BATCH_SIZE: Final = 50
"""Postcodes that are answered with one write."""
UNCACHED: Final = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, Content-Type"}


class StreamedAnswer(NamedTuple):
    """What is sent first, and how each record is answered."""

    media_type: str
    head: bytes
    answer: Callable[[Record], bytes]


async def stream(request: web.Request, records: AsyncIterator[Record], streamed: StreamedAnswer) -> web.StreamResponse:
    """Answers records as they arrive. If the client hangs up or stalls, only this request ends.

    Raises RequestRefusedError if the client's allowance is used up before the answer starts. Once it has started, all
    records are answered.
    """
    batches = group(records, _BATCH_SIZE)
    first: list[Record] = await _count_first(request, batches)
    response = web.StreamResponse(headers=UNCACHED | {"X-Request-ID": request[REQUEST_ID]})
    response.content_type = streamed.media_type
    try:
        await response.prepare(request)
        await _write(response, streamed.head + await _answer_in_slices(first, streamed.answer))
        async for batch in batches:
            await charge_more(request, len(batch))
            await _write(response, await _answer_in_slices(batch, streamed.answer))
        await response.write_eof()
    except (RequestRefusedError, ConnectionError, TimeoutError, ClientError):
        # The status has been sent: only a broken connection can still tell the client that the answer is incomplete.
        if request.transport is not None:
            request.transport.abort()
    return response


async def _count_first(request: web.Request, batches: AsyncIterator[list[Record]]) -> list[Record]:
    """Returns the first batch, counted, because nothing can be refused later; nothing if there is no rate limit."""
    if ALLOWANCE not in request:
        return []
    first: list[Record] = await anext(batches, [])
    await charge_list(request, len(first))
    return first


async def _write(response: web.StreamResponse, piece: bytes) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await response.write(piece)


async def _answer_in_slices(batch: list[Record], answer: Callable[[Record], bytes]) -> bytes:
    """Answers a batch; other requests get their turn after each slice."""
    answered: list[bytes] = []
    for start in range(0, len(batch), SLICE_SIZE):
        answered += map(answer, batch[start : start + SLICE_SIZE])
        await asyncio.sleep(0)
    return b"".join(answered)
