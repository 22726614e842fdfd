"""The id of each request, by which its response and its log line can be matched."""

import itertools
import re
import secrets
from typing import Final

from aiohttp import web
from multidict import istr

# A client's id is logged, so it must be unable to spell a postcode: it is hexadecimal, and long.
_LOGGABLE: Final = re.compile(r"[0-9a-fA-F-]{16,64}")
_HEADER: Final = istr("X-Request-ID")


class RequestIds:
    """Takes the id that a client sent, or makes one from a random number of the process and a count."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(8)
        self._count = itertools.count(1)

    def of(self, request: web.BaseRequest) -> str:
        """Returns the client's id if it may be logged, else the next of ours."""
        sent = request.headers.get(_HEADER)
        if sent is not None and _LOGGABLE.fullmatch(sent):
            return sent
        return f"{self._process}{next(self._count):016x}"
