"""Notes on a request, which handlers make and the middleware and the log read."""

from typing import Final, Protocol

from aiohttp import web

OUTWARD_CODE: Final = web.RequestKey("outward_code", str)
"""The only part of a postcode that may be logged."""

REQUEST_ID: Final = web.RequestKey("request_id", str)


class Allowance(Protocol):
    """What the client of a request may still ask under the rate limit."""

    async def take_list(self, more: int) -> bool:
        """Takes as many more lookups, also if fewer are left. Returns False if another list has taken too many."""

    async def spend(self, more: int) -> None:
        """Takes as many more lookups of a list that is being answered."""

    def headers(self, status: int) -> dict[str, str]:
        """Rate limit headers for a response of this status."""


ALLOWANCE: Final = web.RequestKey("allowance", Allowance)
