"""Notes on a request, which handlers make and the middleware and the log read."""

from typing import Final, Protocol

from aiohttp import web

OUTWARD_CODE: Final = web.RequestKey("outward_code", str)
"""The only part of a postcode that may be logged."""

REQUEST_ID: Final = web.RequestKey("request_id", str)


class Allowance(Protocol):
    """What the client of a request may still ask under the rate limit."""

    async def take(self, cost: int) -> bool:
        """Takes `cost` lookups from the allowance. Returns False, and takes nothing, if fewer are left."""

    def headers(self, status: int) -> dict[str, str]:
        """Rate limit headers for a response of this status."""


ALLOWANCE: Final = web.RequestKey("allowance", Allowance)
