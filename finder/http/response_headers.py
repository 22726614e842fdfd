"""The headers that every response gets: security, rate limit, cross-origin."""

from aiohttp import web

from finder.http.cors import allow_any_origin
from finder.http.rate_limit import RateLimit, add_rate_limit_headers
from finder.http.security_headers import add_headers, security_headers
from finder.settings import Settings


def set_up(app: web.Application, settings: Settings) -> dict[str, str]:
    """Adds the listeners, and the rate limit if one is set; returns the headers that are the same everywhere."""
    if settings.rate_limit:
        app.middlewares.append(RateLimit(settings).middleware())
        app.on_response_prepare.append(add_rate_limit_headers)
    headers = security_headers(settings)
    app.on_response_prepare.append(add_headers(headers))
    app.on_response_prepare.append(allow_any_origin)
    return headers
