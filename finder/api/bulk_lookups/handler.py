"""The handler of bulk lookups: the content type of the request decides the type of the answer."""

import asyncio
from typing import Final

import msgspec
from aiohttp import ClientError, hdrs, web

from finder.api import json_shapes
from finder.api.bulk_lookups.csv_rows import CsvRows
from finder.api.bulk_lookups.json_input import body_invalid, parse_postcodes
from finder.api.bulk_lookups.lookup_results import Lookups
from finder.api.bulk_lookups.request_lines import TIMEOUT_SECONDS, join_records, read_lines
from finder.api.bulk_lookups.streamed_answer import SLICE_SIZE, UNCACHED, StreamedAnswer, stream
from finder.api.live_answers import LivePresenter
from finder.api.query_parameters import check_request
from finder.http.content_encoding import IDENTITY, choose_encoding, compress
from finder.http.media_types import CSV, JSON, NDJSON
from finder.http.problem_statuses import RequestRefusedError
from finder.http.rate_limit import charge_list

_encoder: Final = msgspec.json.Encoder()


async def look_up_many(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    """Looks up all postcodes of a JSON, CSV or NDJSON body."""
    sent = request.content_type
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
    lookups = Lookups(live)
    results = []
    for number, postcode in enumerate(postcodes, start=1):
        results.append(lookups.find(_encoder.encode(postcode), postcode))
        if number % SLICE_SIZE == 0:
            await asyncio.sleep(0)
    body = _encoder.encode(json_shapes.LookupResults(results))
    encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
    headers = UNCACHED | ({"Content-Encoding": encoding} if encoding != IDENTITY else {})
    # In a thread: the body has up to four megabytes, and compressing them takes as long as a hundred answers.
    return web.Response(body=await asyncio.to_thread(compress, body, encoding), headers=headers, content_type=JSON)


async def _answer_csv(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    records = join_records(read_lines(request.content))
    rows = CsvRows(await anext(records, None), live.resolver, live.current)
    return await stream(request, records, StreamedAnswer(CSV, rows.head, rows.answer))


async def _answer_ndjson(live: LivePresenter, request: web.Request) -> web.StreamResponse:
    answer = StreamedAnswer(NDJSON, b"", Lookups(live).answer_line)
    return await stream(request, read_lines(request.content), answer)


async def _read_body(request: web.Request) -> bytes:
    """Returns the body; raises RequestRefusedError if it is too large for the application, or broken."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        message = (
            f"A body of {JSON} may have {request.client_max_size:,} bytes. Send {CSV} or {NDJSON}, which have no bound."
        )
        raise RequestRefusedError("too_large", message) from error
    except (TimeoutError, ConnectionError, ClientError, web.RequestPayloadError) as error:
        raise body_invalid("The body stopped before its end.") from error
