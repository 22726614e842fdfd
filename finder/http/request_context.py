"""What a handler sees of a request: its headers and address, and the notes that middleware and log read."""

from typing import Any, Final, Protocol

from aiohttp import ETag, web
from multidict import CIMultiDictProxy, MultiMapping
from yarl import URL

OUTWARD_CODE: Final = web.RequestKey("outward_code", str)
"""The most of a postcode that may be logged."""

REQUEST_ID: Final = web.RequestKey("request_id", str)


class Allowance(Protocol):
    """What the client of a request may still ask under the rate limit."""

    async def take(self, cost: int) -> bool:
        """Takes `cost` lookups from the allowance. Returns False, and takes nothing, where fewer are left."""

    def headers(self, status: int) -> dict[str, str]:
        """Rate limit headers for a response of this status."""


ALLOWANCE: Final = web.RequestKey("allowance", Allowance)


class RequestLike(Protocol):
    """The part of `web.Request` that a lookup reads, and the notes it makes for the log."""

    @property
    def headers(self) -> CIMultiDictProxy[str]:
        """Headers as they were sent."""

    @property
    def rel_url(self) -> URL:
        """Path and query."""

    @property
    def query(self) -> MultiMapping[str]:
        """Query parameters."""

    @property
    def if_none_match(self) -> tuple[ETag, ...] | None:
        """Entity tags of the If-None-Match header."""

    def __setitem__(self, key: web.RequestKey[Any], value: Any, /) -> None:
        """Makes a note."""
