"""The rate limit: how many lookups a client may make in a period. Each postcode of a list counts.

It is off unless it is set, and each worker counts for itself. A list is answered whole or refused whole. It may have
more postcodes than are left, and then uses up the rest of the period: so every list is possible under any limit, and
after `Retry-After` seconds it is answered.
"""

from math import ceil
from time import time
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from finder.http.client_address import Proxies
from finder.http.problem_statuses import RequestRefusedError
from finder.http.request_context import ALLOWANCE, Allowance
from finder.settings import Settings

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.strategies import FixedWindowRateLimiter

_LIMITED: Final = ("/api/", "/police-uk/", "/find", "/choose")
"""A choice of teams counts too: each one has a map of its own, which takes as long as a hundred lookups."""
_LIMITED_FORM: Final = "/areas"
"""Its box takes a postcode too; the pages below it are free."""
_TOO_MANY: Final = 429


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
                if not await allowance.take():
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

    async def take(self) -> bool:
        """Takes the first lookup of a request. Returns False, and takes nothing, if none is left."""
        return await self._take(1, least=1)

    async def take_list(self, more: int) -> bool:
        """Takes as many more lookups, also if fewer are left. Returns False if another list has taken too many."""
        return await self._take(more, least=0)

    async def spend(self, more: int) -> None:
        """Takes as many more lookups of a list that is being answered."""
        await self._limiter.hit(self._rule, self._client, cost=more)

    async def _take(self, cost: int, least: int) -> bool:
        """Takes `cost` lookups if `least` are left; with 0, if no list has taken more than there were."""
        allowed = await self._limiter.test(self._rule, self._client, cost=least)
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


async def add_rate_limit_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Adds the headers to every response whose request was counted."""
    allowance = request.get(ALLOWANCE)
    if allowance is not None:
        response.headers.update(allowance.headers(response.status))


async def charge_list(request: web.Request, count: int) -> None:
    """Counts a list of so many postcodes before its answer starts. Raises RequestRefusedError if nothing is left."""
    allowance = request.get(ALLOWANCE)
    if allowance is not None and count > 1 and not await allowance.take_list(count - 1):
        raise too_many_requests()


async def charge_more(request: web.Request, count: int) -> None:
    """Counts so many more postcodes of a list whose answer has started."""
    allowance = request.get(ALLOWANCE)
    if allowance is not None and count:
        await allowance.spend(count)


def too_many_requests() -> RequestRefusedError:
    """Returns the refusal of a client that has used up its allowance."""
    return RequestRefusedError("too_many_requests", "You have asked as much as one client may. Retry-After says when.")
