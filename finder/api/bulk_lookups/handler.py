"""`POST /api/v1/lookups`: many postcodes at once, as JSON, or as CSV and NDJSON of any length that flow through."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
from aiohttp import ClientError, hdrs, web
from msgspec import UNSET

from finder.api import shapes
from finder.api.bulk_lookups.csv_rows import CsvLookups
from finder.api.bulk_lookups.json_input import body_invalid, read_line, read_postcodes
from finder.api.bulk_lookups.streamed_lines import CSV, NDJSON, PATIENCE, Record, batches, lines, records
from finder.api.live_presenter import Current
from finder.api.negotiation import check
from finder.api.presenter import Presenter
from finder.api.problem_json import problem
from finder.domain.answer import Answer
from finder.errors import FinderError
from finder.http.body_cache import JSON
from finder.http.content_encoding import IDENTITY, choose_encoding, compress
from finder.http.problems import RequestRefusedError
from finder.http.rate_limit import charge, too_many
from finder.http.request_context import REQUEST_ID
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

_AT_A_TIME: Final = 50
"""Postcodes that are answered with one write."""
_SLICE: Final = 10
"""Postcodes between two turns of everybody else: about a sixth of a millisecond."""
_NEVER_KEPT: Final = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, Content-Type"}
_encoder: Final = msgspec.json.Encoder()


class Stream(NamedTuple):
    """How a body that flows through is answered: piece by piece, or with the refusal of a piece too many."""

    media_type: str
    head: bytes
    answer: Callable[[Record], bytes]
    refuse: Callable[[Record], bytes]


class LookupsApi:
    """Handler."""

    def __init__(self, current: Current) -> None:
        self._current = current

    async def lookups(self, request: web.Request) -> web.StreamResponse:
        """`POST /api/v1/lookups`: the kind of content sent decides the kind answered."""
        sent = request.content_type
        answer = {JSON: self._json, CSV: self._csv, NDJSON: self._ndjson}.get(sent)
        if answer is None:
            message = f"Send {JSON}, {CSV} or {NDJSON}, and say which in Content-Type."
            raise RequestRefusedError("media_type_unsupported", message, "Content-Type")
        if request.headers.get(hdrs.CONTENT_ENCODING, IDENTITY).strip().lower() != IDENTITY:
            # What is unpacked for us may have been cut short without a sign of it, and bombs are packed small.
            message = "Send the body as it is: compressed ones are not read."
            raise RequestRefusedError("media_type_unsupported", message, "Content-Encoding")
        check(request, media_type=sent)
        return await answer(request)

    async def _json(self, request: web.Request) -> web.StreamResponse:
        asked = read_postcodes(await _read_all(request))
        if not await charge(request, len(asked) - 1):
            raise too_many()
        presenter = self._current.presenter
        results = []
        for number, postcode in enumerate(asked, start=1):
            results.append(self._result(presenter, _encoder.encode(postcode), postcode))
            if number % _SLICE == 0:
                await asyncio.sleep(0)
        body = _encoder.encode(shapes.LookupResults(results))
        encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
        headers = _NEVER_KEPT | ({"Content-Encoding": encoding} if encoding != IDENTITY else {})
        # Four megabytes at most; a thread, for compressing those takes as long as a hundred answers.
        return web.Response(body=await asyncio.to_thread(compress, body, encoding), headers=headers, content_type=JSON)

    async def _csv(self, request: web.Request) -> web.StreamResponse:
        rows = records(lines(request.content))
        table = CsvLookups(await anext(rows, None), self._current.resolver, self._current.presenter)
        return await _stream(request, rows, Stream(CSV, table.head, table.row, table.refuse))

    async def _ndjson(self, request: web.Request) -> web.StreamResponse:
        presenter = self._current.presenter
        stream = Stream(NDJSON, b"", lambda line: self._line(presenter, line), _refuse_line)
        return await _stream(request, lines(request.content), stream)

    def _line(self, presenter: Presenter, line: Record) -> bytes:
        """One line of NDJSON: a postcode as a string, or an object with a member `postcode`."""
        if line is not None and not line.strip():
            return b""
        try:
            postcode = read_line(line)
        except RequestRefusedError as refusal:
            return _encoder.encode(shapes.LookupResult(msgspec.Raw(b"null"), problem=problem(refusal, ""))) + b"\n"
        return _encoder.encode(self._result(presenter, (line or b"").strip(), postcode)) + b"\n"

    def _result(self, presenter: Presenter, query: bytes, text: str) -> shapes.LookupResult:
        try:
            answer: Answer = self._current.resolver.by_postcode(presenter.snapshot, Postcode.parse(text))
        except (FinderError, PostcodeMalformedError) as refusal:
            return shapes.LookupResult(msgspec.Raw(query), problem=problem(refusal, ""))
        body = presenter.answer(answer, presenter.team(answer.team, datetime.now(UTC)))
        return shapes.LookupResult(msgspec.Raw(query), answer=msgspec.Raw(body), problem=UNSET)


async def _read_all(request: web.Request) -> bytes:
    """The body, up to the size that the application takes."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        message = (
            f"A body of {JSON} may have {request.client_max_size:,} bytes. Send {CSV} or {NDJSON}, which have no bound."
        )
        raise RequestRefusedError("too_large", message) from error
    except (TimeoutError, ConnectionError, ClientError, web.RequestPayloadError) as error:
        raise body_invalid("The body stopped before its end.") from error


def _refuse_line(line: Record) -> bytes:
    """A line of a client that has used up what it may ask; it comes back, so that it can be sent again."""
    try:
        read_line(line)
    except RequestRefusedError:
        line = b"null"
    query = msgspec.Raw((line or b"").strip())
    return _encoder.encode(shapes.LookupResult(query, problem=problem(too_many(), ""))) + b"\n"


async def _in_slices(batch: list[Record], answer: Callable[[Record], bytes]) -> bytes:
    """The answers to a batch; everybody else has a turn after each slice of it."""
    answered: list[bytes] = []
    for start in range(0, len(batch), _SLICE):
        answered += map(answer, batch[start : start + _SLICE])
        await asyncio.sleep(0)
    return b"".join(answered)


async def _stream(request: web.Request, found: AsyncIterator[Record], stream: Stream) -> web.StreamResponse:
    """Answer as the items come in. A client that hangs up, or falls silent, ends it and nothing else."""
    response = web.StreamResponse(headers=_NEVER_KEPT | {"X-Request-ID": request[REQUEST_ID]})
    response.content_type = stream.media_type
    try:
        await response.prepare(request)
        await response.write(stream.head)
        async for batch in batches(found, _AT_A_TIME):
            answer = stream.answer if await charge(request, len(batch)) else stream.refuse
            answered = await _in_slices(batch, answer)
            async with asyncio.timeout(PATIENCE):
                await response.write(answered)
        await response.write_eof()
    except (RequestRefusedError, ConnectionError, TimeoutError, ClientError):
        # The status has been sent: an answer that breaks off is the one way left to say that it is not whole.
        if request.transport is not None:
            request.transport.abort()
    return response
