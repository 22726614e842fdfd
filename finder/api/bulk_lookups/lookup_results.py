"""Postcodes of a JSON or NDJSON request -> results: each with its answer, or with its problem."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from finder.api import json_shapes
from finder.api.bulk_lookups.json_input import parse_line
from finder.api.bulk_lookups.request_lines import Record
from finder.api.live_answers import LivePresenter
from finder.api.problem_json import problem
from finder.errors import FinderError
from finder.http.problem_statuses import RequestRefusedError
from geodata.errors import PostcodeMalformedError
from geodata.postcode import Postcode

_encoder: Final = msgspec.json.Encoder()


class Lookups:
    """The lookups of one request, all in the snapshot that was live when the request arrived."""

    def __init__(self, live: LivePresenter) -> None:
        self._resolver = live.resolver
        self._presenter = live.current
        self._root = live.root

    def answer_text(self, text: str) -> bytes:
        """Answers a postcode of a JSON list as it was typed."""
        return _encoder.encode(self._find(_encoder.encode(text), text))

    def answer_line(self, line: Record) -> bytes:
        """Answers a line of NDJSON with one; a blank line gets no answer."""
        if line is not None and not line.strip():
            return b""
        try:
            postcode = parse_line(line)
        except RequestRefusedError as refusal:
            return _encode_line(self._refuse(b"null", refusal))
        return _encode_line(self._find((line or b"").strip(), postcode))

    def _find(self, query: bytes, text: str) -> json_shapes.LookupResult:
        """Looks up a postcode as it was typed. `query` is JSON, and is part of the result."""
        try:
            answer = self._resolver.by_postcode(self._presenter.snapshot, Postcode.parse(text))
        except (FinderError, PostcodeMalformedError) as refusal:
            return self._refuse(query, refusal)
        body = self._presenter.answer(answer, self._presenter.team(answer.team, datetime.now(UTC)))
        return json_shapes.LookupResult(msgspec.Raw(query), answer=msgspec.Raw(body))

    def _refuse(self, query: bytes, refusal: Exception) -> json_shapes.LookupResult:
        return json_shapes.LookupResult(msgspec.Raw(query), problem=problem(refusal, "", self._root))


def _encode_line(result: json_shapes.LookupResult) -> bytes:
    return _encoder.encode(result) + b"\n"
