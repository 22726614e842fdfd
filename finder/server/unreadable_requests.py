"""The answer to what is no request of HTTP/1.0 or 1.1: it quotes nothing of it and names no software.

Such a request reaches no handler. aiohttp's own answer quotes it, and names the versions of aiohttp and Python.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.http import RawRequestMessage

from finder.api import problem_json
from finder.http.media_types import PROBLEM_JSON
from finder.http.problem_statuses import RequestRefusedError, kind_of
from finder.server.connection_counts import ConnectionCounts

_SUPPORTED: Final = (HttpVersion11, HttpVersion10)
_BAD_REQUEST: Final = 400
_TEXT: Final = "The request cannot be read. In an emergency call 999; otherwise call 101.\n"


class UnsupportedVersionError(Exception):
    """A request of another version of HTTP."""


class UnreadableRequests:
    """Makes the answers and counts them; `headers` are those of every response."""

    def __init__(self, counts: ConnectionCounts, headers: Mapping[str, str]) -> None:
        self._counts = counts
        self._headers = {**headers, "Cache-Control": "no-store"}

    def count(self) -> None:
        """Count a request that was unreadable in part, after its answer."""
        self._counts.unreadable += 1

    def refuse(self) -> web.Response:
        """The answer to bytes that are no request."""
        return self._closing(web.Response(status=_BAD_REQUEST, text=_TEXT))

    def refuse_version(self) -> web.Response:
        """The answer to a request of another version of HTTP."""
        refusal = RequestRefusedError("version_unsupported", "Ask by HTTP/1.1.")
        body = problem_json.encode(refusal, request_id="")
        status = kind_of(refusal).status
        return self._closing(web.Response(status=status, body=body, content_type=PROBLEM_JSON))

    def complete(self, response: web.StreamResponse) -> None:
        """Add the headers of every response to one that no handler made."""
        response.headers.update(self._headers)

    def _closing(self, response: web.Response) -> web.Response:
        self.count()
        response.force_close()
        return response


def is_supported(message: RawRequestMessage) -> bool:
    """Whether a request is of a version of HTTP that is answered."""
    return message.version in _SUPPORTED


def as_last_request(message: RawRequestMessage) -> RawRequestMessage:
    """A request as one of HTTP/1.1 with whose response the connection is closed."""
    return RawRequestMessage(
        method=message.method,
        path=message.path,
        version=HttpVersion11,
        headers=message.headers,
        raw_headers=message.raw_headers,
        should_close=True,
        compression=message.compression,
        upgrade=message.upgrade,
        chunked=message.chunked,
        url=message.url,
    )
