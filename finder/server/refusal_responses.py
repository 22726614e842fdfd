"""Renders refusals and failures: problem JSON for the API, a status for police.uk clients, a page for the website."""

from collections.abc import Callable, Mapping
from typing import Final

import structlog
from aiohttp import hdrs, web

from finder.api import police_uk_handlers, problem_json
from finder.errors import FinderError
from finder.http.cors import allow, preflight
from finder.http.media_types import PROBLEM_JSON
from finder.http.prepared_response import PreparedBody, PreparedResponse, header_lines
from finder.http.problem_statuses import RequestRefusedError, kind_of
from finder.http.request_context import REQUEST_ID
from finder.logs import frames
from finder.server.request_histogram import route_template
from geodata.errors import GeodataError

RenderPage = Callable[[web.Request, Exception], web.Response]

_log = structlog.get_logger(__name__)
_API: Final = ("/api/", "/openapi.json")
_NEVER_CACHED: Final = {"Cache-Control": "no-store"}
_HTTP_REFUSALS: Final = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "What was sent is larger than we take."),
    415: ("media_type_unsupported", "Send the form as application/x-www-form-urlencoded."),
}


class RefusalResponses:
    """Makes the response to an exception of a handler, and the code of its outcome."""

    def __init__(self, render_page: RenderPage, root: str) -> None:
        """`root` is what all addresses in problems start with."""
        self._render_page = render_page
        self._root = root

    def respond(self, request: web.Request, error: Exception) -> tuple[web.StreamResponse, str]:
        """Returns the response to an exception, and its outcome. An unexpected error is logged without its text."""
        if isinstance(error, web.HTTPMethodNotAllowed) and request.method == hdrs.METH_OPTIONS:
            return preflight(request, error.allowed_methods), "ok"
        refusal = _as_refusal(request, error)
        kind = kind_of(refusal)
        headers = {"Allow": allow(error.allowed_methods)} if isinstance(error, web.HTTPMethodNotAllowed) else {}
        return self._render(request, refusal, kind.status, headers), kind.code

    def _render(
        self, request: web.Request, refusal: Exception, status: int, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        if request.path.startswith(_API):
            return PreparedResponse(*self.problem(refusal, request[REQUEST_ID], headers))
        if request.path.startswith(police_uk_handlers.PREFIX):
            response = police_uk_handlers.render_refusal(status)
        else:
            response = self._render_page(request, refusal)
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", _NEVER_CACHED["Cache-Control"])
        return response

    def problem(self, refusal: Exception, request_id: str, headers: Mapping[str, str] | None = None) -> PreparedBody:
        """Returns a refusal as problem JSON with its headers and status."""
        lines = {"Content-Type": PROBLEM_JSON, **(headers or {}), **_NEVER_CACHED}
        body = problem_json.encode(refusal, request_id, self._root)
        return PreparedBody(header_lines(lines), body, kind_of(refusal).status)


def _as_refusal(request: web.Request, error: Exception) -> Exception:
    """Returns the refusal that an error means, or the error itself if it is a refusal or a fault of ours."""
    if isinstance(error, web.HTTPException):
        return RequestRefusedError(*_HTTP_REFUSALS.get(error.status, ("refused", "The request cannot be answered.")))
    if isinstance(error, web.RequestPayloadError):
        return RequestRefusedError("body_invalid", "What was sent breaks off, or is not coded as it says.")
    if isinstance(error, UnicodeError) and hdrs.EXPECT in request.headers:
        # aiohttp quotes that header in its own refusal, and fails if the header is not text.
        return RequestRefusedError("refused", "The header Expect cannot be read.")
    if not isinstance(error, (FinderError, GeodataError)):
        route = route_template(request.match_info.route.resource)
        _log.error("request_failed", request_id=request[REQUEST_ID], route=route, error=type(error).__name__,
                   frames=frames(error))  # fmt: skip
    return error
