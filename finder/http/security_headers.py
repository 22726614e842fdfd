"""The headers that every response carries: what a browser may do with it, and a server name without a version."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from finder.settings import Settings

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
_ONE_YEAR: Final = 31_536_000


def security_headers(settings: Settings) -> dict[str, str]:
    """Returns the security headers of a deployment; if its public address is https, browsers may use only that."""
    over_tls = settings.public_url.startswith("https://")
    return SECURITY_HEADERS | ({"Strict-Transport-Security": f"max-age={_ONE_YEAR}"} if over_tls else {})


def add_headers(headers: Mapping[str, str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Returns a listener for `on_response_prepare` that adds headers to every response."""

    async def add(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    return add
