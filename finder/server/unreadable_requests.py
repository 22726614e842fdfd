"""The responses to requests that reach no handler. They quote nothing of the request and name no software.

aiohttp's own response quotes the request, and names the versions of aiohttp and Python.
"""

from collections.abc import Mapping

from aiohttp import HttpVersion11, web
from aiohttp.http import RawRequestMessage

from finder.api import problem_json
from finder.http.cors import CORS_HEADERS
from finder.http.media_types import PROBLEM_JSON
from finder.http.problem_statuses import RequestRefusedError, kind_of
from finder.http.request_ids import RequestIds
from finder.server.connection_counts import ConnectionCounts
from finder.server.copy_parsed_request import copy_message


class UnreadableRequests:
    """Makes these responses and counts them."""

    def __init__(self, counts: ConnectionCounts, headers: Mapping[str, str], root: str, ids: RequestIds) -> None:
        """`headers` are those of every response; `root` is what all addresses in problems start with."""
        self._counts = counts
        self._root = root
        self._ids = ids
        self._headers = {**headers, "Cache-Control": "no-store"}

    def count(self) -> None:
        """Count a partly unreadable request."""
        self._counts.unreadable += 1

    def refuse(self, request: web.BaseRequest, refusal: RequestRefusedError) -> web.Response:
        """Return a refusal as a problem, after which the connection is closed. Pages of any site may read it."""
        self.count()
        request_id = self._ids.of(request)
        response = web.Response(
            status=kind_of(refusal).status,
            body=problem_json.encode(refusal, request_id, self._root),
            headers={"X-Request-ID": request_id, **CORS_HEADERS},
            content_type=PROBLEM_JSON,
        )
        response.force_close()
        return response

    def complete(self, response: web.StreamResponse) -> None:
        """Add the usual headers to a response that no handler made."""
        response.headers.update(self._headers)


def as_last_request(message: RawRequestMessage) -> RawRequestMessage:
    """Return a copy of a request for HTTP/1.1, after whose response the connection is closed."""
    return copy_message(message, version=HttpVersion11, should_close=True)
