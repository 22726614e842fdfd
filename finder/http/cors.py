"""Cross-origin rules: any web page may read the API, which takes no credentials and answers everyone alike."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

_OPEN: Final = ("/api/", "/police-uk/", "/openapi.json")
CORS_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID",
}
_ONE_DAY: Final = "86400"


def is_open(path: str) -> bool:
    """Whether an address belongs to the API."""
    return path.startswith(_OPEN)


async def allow_any_origin(request: web.Request, response: web.StreamResponse) -> None:
    """Adds the headers to every response of the API, refusals included."""
    if is_open(request.path):
        response.headers.update(CORS_HEADERS)


def allow(methods: Iterable[str]) -> str:
    """Returns the header Allow of an address that takes these methods."""
    return ", ".join(sorted({*methods, "OPTIONS"}))


def preflight(request: web.Request, methods: Iterable[str]) -> web.Response:
    """Returns the answer to OPTIONS: the methods of the address, and that any web page may use them."""
    allowed = allow(methods)
    headers = {"Allow": allowed, "Cache-Control": "no-store"}
    if is_open(request.path):
        headers |= {
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "Accept, Content-Type, If-Match, If-None-Match, X-Request-ID",
            "Access-Control-Max-Age": _ONE_DAY,
        }
    return web.Response(status=204, headers=headers)
