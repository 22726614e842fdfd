"""Paths of very many pieces, which aiohttp's router takes a fifth of a second to refuse: it looks up each beginning."""

from typing import Final

from aiohttp.http import RawRequestMessage

from finder.server.copy_parsed_request import copy_message

_MOST_SLASHES: Final = 64
"""Eight times as many as our longest address has."""
LONG_PATH: Final = _MOST_SLASHES
"""Characters. Only longer paths can have more pieces."""


def shorten_path(message: RawRequestMessage) -> RawRequestMessage:
    """Returns the request, with as many pieces of its path as may make a difference. No such address is known."""
    path = message.url.raw_path
    if path.count("/") <= _MOST_SLASHES:
        return message
    kept = "/".join(path.split("/", _MOST_SLASHES + 1)[: _MOST_SLASHES + 1])
    return copy_message(message, url=message.url.with_path(kept, encoded=True, keep_query=True))
