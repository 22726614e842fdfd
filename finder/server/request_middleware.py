"""One middleware around every request: its id, its count, its log line, and refusals turned into responses."""

import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from aiohttp.web import AbstractResource
from multidict import CIMultiDict, istr

from finder.api import police_uk_handlers, problem_json
from finder.errors import FinderError
from finder.http.cors import ANSWERED, is_open, preflight
from finder.http.media_types import PROBLEM_JSON
from finder.http.prepared_response import PreparedBody, PreparedResponse, header_lines
from finder.http.problems import RequestRefusedError, kind_of
from finder.http.request_context import OUTWARD_CODE, REQUEST_ID, RequestLike
from finder.logs import frames
from finder.server.app_keys import Drain
from finder.server.fast_path_requests import DirectRequest
from finder.server.metrics import Metrics
from finder.server.request_histogram import known_method, template_of
from finder.settings import Settings
from geodata.errors import GeodataError

RenderPage = Callable[[web.Request, Exception], web.Response]

_log = structlog.get_logger(__name__)
# An id given by a client is logged, so it must not be able to spell a postcode by accident: hexadecimal, and long.
_REQUEST_ID: Final = re.compile(r"[0-9a-fA-F-]{16,64}")
_GIVEN_ID: Final = istr("X-Request-ID")
_SERVER_ERROR: Final = 500
_API: Final = ("/api/", "/openapi.json")
_OF_HTTP: Final = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "What was sent is larger than we take."),
    415: ("media_type_unsupported", "Send the form as application/x-www-form-urlencoded."),
}

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Server": "finder",
}


class RequestMiddleware:
    """Wraps every handler. Logs and metrics carry the route template and the outward code, never more."""

    def __init__(self, settings: Settings, metrics: Metrics, drain: Drain, render_page: RenderPage) -> None:
        self._drain = drain
        self._metrics = metrics
        self._render_page = render_page
        self._sample = settings.log_sample
        self._slow = settings.log_slow_ms / 1000
        self._count = 0
        self._ids = RequestIds()
        # Whoever counts requests tells each client what it has left, which no prepared line can.
        self._common = {} if settings.rate_limit else common_headers(settings)
        self._lines: dict[AbstractResource | None, bytes] = {}

    def wrap(self, handler: Handler) -> Handler:
        """A handler of whole requests, routing included; as a middleware within it would cost each request two."""

        async def around(request: web.Request) -> web.StreamResponse:
            started = time.perf_counter()
            request_id = self._ids.of(request)
            request[REQUEST_ID] = request_id
            outcome = "ok"
            try:
                response = await handler(request)
            except Exception as error:  # noqa: BLE001 - whatever it is: a page or a problem, and a log line
                response, outcome = self._answer_failure(request, error)
            resource = request.match_info.route.resource
            if isinstance(response, PreparedResponse):
                response.complete(self._lines_of(resource, request.path), request_id)
            else:
                response.headers["X-Request-ID"] = request_id
            if self._drain.begun:
                response.force_close()
            self._record(request, resource, response.status, outcome, started)
            return response

        return around

    def finish_direct(
        self, request: DirectRequest, resource: AbstractResource, path: str, reply: PreparedBody, started: float
    ) -> bytes:
        """The same duties for an answer that leaves without a `web.Request`."""
        request_id = request[REQUEST_ID] = self._ids.of(request)
        whole = reply.whole(self._lines_of(resource, path), request_id)
        self._record(request, resource, reply.status, "ok", started)  # last: what fails before is counted once
        return whole

    def _lines_of(self, resource: AbstractResource | None, path: str) -> bytes:
        """What a prepared answer of a route carries beside its own lines."""
        lines = self._lines.get(resource)
        if lines is None:
            open_to_all = ANSWERED if self._common and is_open(path) else {}
            lines = self._lines[resource] = header_lines(self._common | open_to_all)
        return lines

    def _answer_failure(self, request: web.Request, error: Exception) -> tuple[web.StreamResponse, str]:
        if isinstance(error, web.HTTPMethodNotAllowed):
            return self._answer_method(request, error)
        if isinstance(error, web.RequestPayloadError):
            message = "What was sent breaks off, or is not coded as it says."
            return self._refuse(request, RequestRefusedError("body_invalid", message))
        if isinstance(error, UnicodeError) and hdrs.EXPECT in request.headers:
            # aiohttp's own refusal quotes that header, and fails where it is no text: still not our fault.
            return self._refuse(request, RequestRefusedError("refused", "The header Expect cannot be read."))
        if not isinstance(error, (FinderError, GeodataError, web.HTTPException)):
            route = template_of(request.match_info.route.resource)
            _log.error("request_failed", request_id=request[REQUEST_ID], route=route, error=type(error).__name__,
                       frames=frames(error))  # fmt: skip
        return self._refuse(request, error)

    def _answer_method(self, request: web.Request, refusal: web.HTTPMethodNotAllowed) -> tuple[web.StreamResponse, str]:
        """OPTIONS is answered for every address alike; other methods that an address does not take are refused."""
        if request.method == hdrs.METH_OPTIONS:
            return preflight(request, refusal.allowed_methods), "ok"
        return self._refuse(request, refusal)

    def _refuse(self, request: web.Request, refusal: Exception) -> tuple[web.StreamResponse, str]:
        if isinstance(refusal, web.HTTPException):
            headers = CIMultiDict({"Allow": refusal.headers["Allow"]} if "Allow" in refusal.headers else {})
            refusal = RequestRefusedError(*_OF_HTTP.get(refusal.status, ("refused", "The request cannot be answered.")))
        else:
            headers = CIMultiDict()
        kind = kind_of(refusal)
        if request.path.startswith(_API):
            body = problem_json.encode(refusal, request[REQUEST_ID])
            response = web.Response(body=body, status=kind.status, content_type=PROBLEM_JSON)
        elif request.path.startswith(police_uk_handlers.PREFIX):
            response = police_uk_handlers.render_refusal(kind.status)
        else:
            response = self._render_page(request, refusal)
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", "no-store")
        return response, kind.code

    def _record(
        self,
        request: web.Request | DirectRequest,
        resource: AbstractResource | None,
        status: int,
        outcome: str,
        started: float,
    ) -> None:
        seconds = time.perf_counter() - started
        self._metrics.observe(request.method, resource, status, seconds)
        self._count += 1
        sampled = self._sample and self._count % self._sample == 0
        if sampled or status >= _SERVER_ERROR or seconds >= self._slow:
            _log.info(
                "request",
                request_id=request[REQUEST_ID],
                method=known_method(request.method),
                route=template_of(resource),
                outward_code=request.get(OUTWARD_CODE),
                status=status,
                outcome=outcome,
                ms=round(seconds * 1000, 2),
            )


class RequestIds:
    """Ids for requests whose clients give none: a random number of the process, then the count."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(8)
        self._count = itertools.count(1)

    def of(self, request: RequestLike) -> str:
        """The id that the client gave, if it can be logged, else the next of ours."""
        given = request.headers.get(_GIVEN_ID)
        if given is not None and _REQUEST_ID.fullmatch(given):
            return given
        return f"{self._process}{next(self._count):016x}"


def common_headers(settings: Settings) -> dict[str, str]:
    """What every response carries."""
    # For deployments that the public reaches over TLS only: browsers are to use nothing else for a year.
    over_tls = settings.public_url.startswith("https://")
    return SECURITY_HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if over_tls else {})


def add_headers(headers: Mapping[str, str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """A listener that puts them on every response, whatever made it."""

    async def add(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    return add
