"""Typed keys of what a request carries on its way."""

from typing import Final

from aiohttp import web

OUTWARD_CODE: Final = web.RequestKey("outward_code", str)
"""The most of a postcode that may be logged."""

REQUEST_ID: Final = web.RequestKey("request_id", str)
