"""Properties of any text or bytes that a request may have."""

import asyncio
import json
from typing import Final

from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from hypothesis import given
from hypothesis import strategies as st

from finder.api.bulk_lookups.json_input import parse_postcodes
from finder.api.bulk_lookups.request_lines import MAX_RECORD_LENGTH, Record, join_records, read_lines
from finder.api.negotiation import accepts
from finder.http.content_encoding import choose_encoding
from finder.http.problem_statuses import RequestRefusedError
from finder.http.yield_to_event_loop import LoopTurn
from geodata.errors import SectorMalformedError
from geodata.postcode import Postcode
from geodata.sector import Sector

_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("postcodes"), inner),
)


@given(st.from_regex(r"\A[A-Z]{1,2}[1-9][0-9]?-[0-9]\Z"))
def test_a_printed_sector_parses_back_to_itself(text: str) -> None:
    try:
        sector = Sector.parse(text)
    except SectorMalformedError:
        return

    assert sector.path == text
    assert Sector.parse(str(sector)) == sector
    assert Postcode.parse(str(sector.first_postcode)).sector == str(sector)


@given(st.text())
def test_any_text_is_a_sector_or_is_refused(text: str) -> None:
    try:
        sector = Sector.parse(text)
    except SectorMalformedError:
        return

    assert sector.path.isascii()


@given(st.text())
def test_any_header_chooses_a_supported_encoding(header: str) -> None:
    assert choose_encoding(header) in {"br", "gzip", "identity"}
    assert accepts(header, "application/json") in {True, False}


@given(st.binary() | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_gives_postcodes_or_is_refused(body: bytes) -> None:
    try:
        found = parse_postcodes(body)
    except RequestRefusedError:
        return

    assert list(found) == json.loads(body)["postcodes"]


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_lines_do_not_depend_on_where_the_stream_is_cut(pieces: list[bytes]) -> None:
    *whole, rest = b"".join(pieces).split(b"\n")

    assert asyncio.run(read(pieces)) == [*(line + b"\n" for line in whole), *([rest] if rest else [])]


@given(st.integers(0, 3), st.integers(1, 3 * MAX_RECORD_LENGTH))
def test_a_line_is_whole_up_to_its_limit_and_dropped_beyond(before: int, length: int) -> None:
    found = asyncio.run(read([b"a\n" * before, b"x" * length, b"\n", b"b\n"]))

    kept = b"x" * length + b"\n" if length <= MAX_RECORD_LENGTH else None
    assert found == [*[b"a\n"] * before, kept, b"b\n"]


@given(st.lists(st.lists(st.text("ab\n,", max_size=5), min_size=1, max_size=3), max_size=5))
def test_quoted_fields_do_not_split_their_records(rows: list[list[str]]) -> None:
    sent = [",".join(f'"{field}"' for field in row).encode() + b"\n" for row in rows]

    assert asyncio.run(read([b"".join(sent)], joined=True)) == sent


async def read(pieces: list[bytes], *, joined: bool = False) -> list[Record]:
    """What comes of a body that arrives in such pieces."""
    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), limit=2**20, loop=loop)
    for piece in pieces:
        content.feed_data(piece)
    content.feed_eof()
    found = read_lines(content, LoopTurn())
    return [record async for record in (join_records(found) if joined else found)]
