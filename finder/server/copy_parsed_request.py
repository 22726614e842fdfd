"""Copies of a request as aiohttp's parser delivers it, with some parts replaced."""

from typing import Any, Final

from aiohttp.http import RawRequestMessage

_PARTS: Final = (
    "method",
    "path",
    "version",
    "headers",
    "raw_headers",
    "should_close",
    "compression",
    "upgrade",
    "chunked",
    "url",
)


def copy_message(message: RawRequestMessage, **replaced: Any) -> RawRequestMessage:
    """Returns a copy with other values for the named parts."""
    return RawRequestMessage(**{part: getattr(message, part) for part in _PARTS} | replaced)
