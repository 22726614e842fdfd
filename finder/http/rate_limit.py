"""The rate limit: how many lookups a client may make in a period. Each postcode of a bulk request counts.

It is off unless it is set, and each worker counts for itself.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil
from time import time
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from finder.http.problem_statuses import RequestRefusedError
from finder.http.request_context import ALLOWANCE, Allowance
from finder.settings import Settings

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.strategies import FixedWindowRateLimiter

_LIMITED: Final = ("/api/", "/police-uk/", "/find")
_LIMITED_FORM: Final = "/areas"
"""Its box takes a postcode too; the pages below it are free."""
_TOO_MANY: Final = 429
_Address = IPv4Address | IPv6Address


class RateLimit:
    """Counts the lookups of each client."""

    def __init__(self, settings: Settings) -> None:
        # Here, because few deployments set a limit, and the library takes a twentieth of a second to import.
        from limits import parse  # noqa: PLC0415
        from limits.aio.storage import MemoryStorage  # noqa: PLC0415
        from limits.aio.strategies import FixedWindowRateLimiter  # noqa: PLC0415

        self._rule = parse(settings.rate_limit)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._proxies = Proxies(settings.trusted_proxies)

    def middleware(self) -> Middleware:
        """Returns the middleware for aiohttp; RequestMiddleware, which renders its refusals, is outside it."""

        @web.middleware
        async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
            if _is_limited(request):
                allowance = ClientAllowance(self._rule, self._limiter, self._proxies.client_of(request))
                request[ALLOWANCE] = allowance
                if not await allowance.take(1):
                    raise too_many_requests()
            return await handler(request)

        return limit


def _is_limited(request: web.Request) -> bool:
    if request.method == hdrs.METH_POST and request.path == _LIMITED_FORM:
        return True
    return request.path.startswith(_LIMITED) and request.method != hdrs.METH_OPTIONS


class ClientAllowance(Allowance):
    """The lookups that the client of a request may still make."""

    def __init__(self, rule: "RateLimitItem", limiter: "FixedWindowRateLimiter", client: str) -> None:
        self._rule = rule
        self._limiter = limiter
        self._client = client
        self._remaining = 0
        self._reset_at = 0.0

    async def take(self, cost: int) -> bool:
        """Takes `cost` lookups from the allowance. Returns False, and takes nothing, if fewer are left."""
        allowed = await self._limiter.test(self._rule, self._client, cost=cost)
        if allowed:
            await self._limiter.hit(self._rule, self._client, cost=cost)
        stats = await self._limiter.get_window_stats(self._rule, self._client)
        self._remaining, self._reset_at = stats.remaining, stats.reset_time
        return allowed

    def headers(self, status: int) -> dict[str, str]:
        """Returns the headers of draft-ietf-httpapi-ratelimit-headers."""
        seconds = max(1, ceil(self._reset_at - time()))
        headers = {
            "RateLimit-Policy": f'"client";q={self._rule.amount};w={self._rule.get_expiry()}',
            "RateLimit": f'"client";r={self._remaining};t={seconds}',
        }
        return headers | ({"Retry-After": str(seconds)} if status == _TOO_MANY else {})


class Proxies:
    """The proxies whose X-Forwarded-For is trusted."""

    def __init__(self, trusted: str) -> None:
        names = {name.strip() for name in trusted.split(",")} - {""}
        self._trusted = [ip_network(name) for name in names]

    def client_of(self, request: web.Request) -> str:
        """Returns the nearest address that is not a trusted proxy; an entry that a client forged has no effect."""
        peer = request.remote or ""
        if not self._trusted or not self._trusts(ip_address(peer)):
            return peer
        try:
            hops = [ip_address(hop.strip()) for hop in _forwarded_for(request).split(",")]
        except ValueError:
            return peer
        return next((str(hop) for hop in reversed(hops) if not self._trusts(hop)), peer)

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._trusted)


def _forwarded_for(request: web.Request) -> str:
    """Returns the header; empty if it is missing or there are several, which no proxy that ships sends."""
    given = request.headers.getall("X-Forwarded-For", [])
    return given[0] if len(given) == 1 else ""


async def add_rate_limit_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Adds the headers to every response whose request was counted."""
    allowance = request.get(ALLOWANCE)
    if allowance is not None:
        response.headers.update(allowance.headers(response.status))


async def charge(request: web.Request, cost: int) -> bool:
    """Takes `cost` lookups from the client's allowance. Returns whether it had as many; always if there is no limit."""
    allowance = request.get(ALLOWANCE)
    return allowance is None or cost <= 0 or await allowance.take(cost)


def too_many_requests() -> RequestRefusedError:
    """Returns the refusal of a client that has used up its allowance."""
    return RequestRefusedError("too_many_requests", "You have asked as much as one client may. Retry-After says when.")
