"""Typed keys of what the application and a request carry."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web


@dataclass(slots=True)
class Drain:
    """Whether the process is about to end: connections are then closed with their next answer."""

    begun: bool = False


DRAIN: Final = web.AppKey("drain", Drain)
OUTWARD_CODE: Final = web.RequestKey("outward_code", str)
"""The most of a postcode that may be logged."""

REQUEST_ID: Final = web.RequestKey("request_id", str)
