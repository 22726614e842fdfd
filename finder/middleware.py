"""One middleware around every request: its id, its count, its log line, and refusals turned into responses."""

import re
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict

from finder.api import police_uk, problems
from finder.api.cors import preflight
from finder.errors import FinderError
from finder.keys import OUTWARD_CODE, REQUEST_ID, Drain
from finder.logs import frames
from finder.metrics import Metrics
from finder.problems import RequestRefusedError, kind_of
from finder.settings import Settings
from geodata.errors import GeodataError

RenderPage = Callable[[web.Request, Exception], web.Response]

_log = structlog.get_logger(__name__)
# An id given by a client is logged, so it must not be able to spell a postcode by accident: hexadecimal, and long.
_REQUEST_ID: Final = re.compile(r"[0-9a-fA-F-]{16,64}")
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


class Around:
    """Wraps every handler. Logs and metrics carry the route template and the outward code, never more."""

    def __init__(self, settings: Settings, metrics: Metrics, drain: Drain, render_page: RenderPage) -> None:
        self._drain = drain
        self._metrics = metrics
        self._render_page = render_page
        self._sample = settings.log_sample
        self._slow = settings.log_slow_ms / 1000
        self._count = 0

    def middleware(self) -> Middleware:
        """The middleware to give to aiohttp."""

        @web.middleware
        async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._handle(request, handler)

        return around

    async def _handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request_id = given if given and _REQUEST_ID.fullmatch(given) else uuid4().hex
        request[REQUEST_ID] = request_id
        outcome = "ok"
        try:
            response = await handler(request)
        except web.HTTPMethodNotAllowed as refusal:
            response, outcome = self._answer_method(request, refusal)
        except web.RequestPayloadError:
            broken = RequestRefusedError("body_invalid", "What was sent breaks off, or is not coded as it says.")
            response, outcome = self._refuse(request, broken)
        except (FinderError, GeodataError, web.HTTPException) as refusal:
            response, outcome = self._refuse(request, refusal)
        except Exception as error:  # noqa: BLE001 - the last resort: a page or a problem, and a log line
            _log.exception("request_failed", request_id=request_id, route=_route(request), error=type(error).__name__,
                           frames=frames(error))  # fmt: skip
            response, outcome = self._refuse(request, error)
        response.headers["X-Request-ID"] = request_id
        if self._drain.begun:
            response.force_close()
        self._record(request, response.status, outcome, time.perf_counter() - started)
        return response

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
            body = problems.encode(refusal, request[REQUEST_ID])
            response = web.Response(body=body, status=kind.status, content_type=problems.CONTENT_TYPE)
        elif request.path.startswith(police_uk.PREFIX):
            response = police_uk.render_refusal(kind.status)
        else:
            response = self._render_page(request, refusal)
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", "no-store")
        return response, kind.code

    def _record(self, request: web.Request, status: int, outcome: str, seconds: float) -> None:
        route = _route(request)
        method = request.method if request.method in hdrs.METH_ALL else "other"
        self._metrics.observe(method, route, status, seconds)
        self._count += 1
        sampled = self._sample and self._count % self._sample == 0
        if sampled or status >= _SERVER_ERROR or seconds >= self._slow:
            _log.info(
                "request",
                request_id=request[REQUEST_ID],
                method=method,
                route=route,
                outward_code=request.get(OUTWARD_CODE),
                status=status,
                outcome=outcome,
                ms=round(seconds * 1000, 2),
            )


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """On every response, whatever made it."""
    response.headers.update(SECURITY_HEADERS)


async def add_transport_security(_: web.Request, response: web.StreamResponse) -> None:
    """For deployments that the public reaches over TLS only: browsers are to use nothing else for a year."""
    response.headers["Strict-Transport-Security"] = "max-age=31536000"


def _route(request: web.Request) -> str:
    """The template of the route, never the path; methods are bounded by it too."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"
