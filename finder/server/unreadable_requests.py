"""The response to bytes that are not a request of HTTP/1.0 or 1.1. It quotes nothing of them and names no software.

Such a request reaches no handler. aiohttp's own response quotes it, and names the versions of aiohttp and Python.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.http import RawRequestMessage

from finder.api import problem_json
from finder.http.media_types import PROBLEM_JSON
from finder.http.problem_statuses import RequestRefusedError, kind_of
from finder.server.connection_counts import ConnectionCounts
from finder.server.request_messages import copy_message

_SUPPORTED: Final = (HttpVersion11, HttpVersion10)
_BAD_REQUEST: Final = 400
_TEXT: Final = "The request cannot be read. In an emergency call 999; otherwise call 101.\n"


class UnsupportedVersionError(Exception):
    """A request of another version of HTTP."""


class UnreadableRequests:
    """Makes these responses and counts them."""

    def __init__(self, counts: ConnectionCounts, headers: Mapping[str, str], root: str) -> None:
        """`headers` are those of every response; `root` is what all addresses in problems start with."""
        self._counts = counts
        self._root = root
        self._headers = {**headers, "Cache-Control": "no-store"}

    def count(self) -> None:
        """Count a partly unreadable request."""
        self._counts.unreadable += 1

    def refuse(self) -> web.Response:
        """Return the response to bytes that are not a request."""
        return self._closing(web.Response(status=_BAD_REQUEST, text=_TEXT))

    def refuse_version(self) -> web.Response:
        """Return the response to a request of another version of HTTP."""
        refusal = RequestRefusedError("version_unsupported", "Ask by HTTP/1.1.")
        body = problem_json.encode(refusal, request_id="", root=self._root)
        status = kind_of(refusal).status
        return self._closing(web.Response(status=status, body=body, content_type=PROBLEM_JSON))

    def complete(self, response: web.StreamResponse) -> None:
        """Add the usual headers to a response that no handler made."""
        response.headers.update(self._headers)

    def _closing(self, response: web.Response) -> web.Response:
        self.count()
        response.force_close()
        return response


def is_supported(message: RawRequestMessage) -> bool:
    """Whether the service supports the HTTP version of a request."""
    return message.version in _SUPPORTED


def as_last_request(message: RawRequestMessage) -> RawRequestMessage:
    """Return a copy of a request for HTTP/1.1, after whose response the connection is closed."""
    return copy_message(message, version=HttpVersion11, should_close=True)
