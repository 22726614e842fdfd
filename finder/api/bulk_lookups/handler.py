"""The handler of bulk lookups: the content type of the request decides the type of the answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import chain, repeat

from aiohttp import ClientError, hdrs, web

from finder.api.bulk_lookups.csv_rows import CsvRows
from finder.api.bulk_lookups.json_input import body_invalid, parse_postcodes
from finder.api.bulk_lookups.lookup_results import Lookups
from finder.api.bulk_lookups.request_lines import TIMEOUT_SECONDS, join_records, read_lines
from finder.api.bulk_lookups.streamed_answer import StreamedAnswer, stream, stream_records
from finder.api.live_answers import LivePresenter
from finder.api.query_parameters import check_request
from finder.http.content_encoding import IDENTITY, choose_encoding
from finder.http.media_types import CSV, JSON, NDJSON, media_type_of
from finder.http.problem_statuses import RequestRefusedError
from finder.http.rate_limit import charge_list
from finder.http.request_body import read_body
from finder.http.yield_to_event_loop import LoopTurn


async def look_up_many(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """Looks up all postcodes of a JSON, CSV or NDJSON body."""
    sent = media_type_of(request)
    answer = {JSON: _answer_json, CSV: _answer_csv, NDJSON: _answer_ndjson}.get(sent)
    if answer is None:
        message = f"Send {JSON}, {CSV} or {NDJSON}, and say which in Content-Type."
        raise RequestRefusedError("media_type_unsupported", message, "Content-Type")
    if request.headers.get(hdrs.CONTENT_ENCODING, IDENTITY).strip().lower() != IDENTITY:
        # A decompressed body may be cut short without any sign of it, and decompression bombs are small.
        message = "Send the body as it is: compressed ones are not read."
        raise RequestRefusedError("media_type_unsupported", message, "Content-Encoding")
    check_request(request, media_type=sent)
    return await answer(live, request)


async def _answer_json(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    postcodes = parse_postcodes(await _read_body(request))
    await charge_list(request, len(postcodes))
    lookups, commas = Lookups(live), chain([b""], repeat(b","))
    answer: StreamedAnswer[str] = StreamedAnswer(
        JSON,
        lambda postcode: next(commas) + lookups.answer_text(postcode),
        b'{"results":[',
        b"]}",
        choose_encoding(request.headers.get(hdrs.ACCEPT_ENCODING, "")),
    )
    return await stream(request, _in_one_batch(postcodes), answer, LoopTurn())


async def _in_one_batch(postcodes: Sequence[str]) -> AsyncIterator[Sequence[str]]:
    yield postcodes


async def _answer_csv(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    turn = LoopTurn()
    records = join_records(read_lines(request.content, turn))
    rows = CsvRows(await anext(records, None), live.resolver, live.current)
    return await stream_records(request, records, StreamedAnswer(CSV, rows.answer, rows.head), turn)


async def _answer_ndjson(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    turn = LoopTurn()
    lines = read_lines(request.content, turn)
    return await stream_records(request, lines, StreamedAnswer(NDJSON, Lookups(live).answer_line), turn)


async def _read_body(request: web.Request) -> bytes:
    """Returns the body; raises RequestRefusedError if it is too large for the application, or broken."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await read_body(request)
    except web.HTTPRequestEntityTooLarge as error:
        message = (
            f"A body of {JSON} may have {request.client_max_size:,} bytes. Send {CSV} or {NDJSON}, which have no bound."
        )
        raise RequestRefusedError("too_large", message) from error
    except (TimeoutError, ConnectionError, ClientError, web.RequestPayloadError) as error:
        raise body_invalid("The body stopped before its end.") from error
