"""Requests that are refused before any handler: unreadable ones, and those that need what this service lacks.

The reasons quote nothing of the request, and name no software.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final

from aiohttp import HttpVersion10, HttpVersion11, hdrs
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong

from finder.http.problem_statuses import RequestRefusedError

MAX_REQUEST_LINE: Final = 32 * 1024
"""aiohttp's own limit is 8,190 bytes. This one is larger, so that a long pasted text is refused as not a postcode."""
MAX_HEADERS: Final = 64
_VERSIONS: Final = (HttpVersion11, HttpVersion10)
_HOST: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})+)(?::(?P<port>[0-9]*))?",
    re.ASCII | re.IGNORECASE,
)
_MAX_PORT: Final = 65_535
_MAX_PORT_LENGTH: Final = 5
_OTHER_METHOD: Final = re.compile(r"b['\"][!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/[0-9]\.[0-9]")
"""A request line as aiohttp's message about its method quotes it."""
_HELP: Final = "In an emergency call 999; otherwise call 101."


def refuse_message(message: RawRequestMessage) -> RequestRefusedError | None:
    """Returns why a readable request cannot be answered, None if it can."""
    if message.version not in _VERSIONS:
        return RequestRefusedError("version_unsupported", "Ask by HTTP/1.1.")
    if hdrs.TRANSFER_ENCODING in message.headers and not _is_chunked(message.headers.getall(hdrs.TRANSFER_ENCODING)):
        detail = "Send the body as it is, or with Transfer-Encoding: chunked alone."
        return RequestRefusedError("not_implemented", detail, "Transfer-Encoding")
    host = message.headers.get(hdrs.HOST)
    if host is not None and not is_host(host):
        return RequestRefusedError("request_malformed", "The header Host names no host.", "Host")
    return None


def _is_chunked(codings: Sequence[str]) -> bool:
    return [each.strip().lower() for each in ",".join(codings).split(",")] == ["chunked"]


@lru_cache(maxsize=256)
def is_host(text: str) -> bool:
    """Whether a text is a host with an optional port (RFC 9110, 7.2)."""
    match = _HOST.fullmatch(text)
    if match is None:
        return False
    port = match["port"] or ""
    return (not match["ipv6"] or _is_ipv6(match["ipv6"])) and (
        len(port) <= _MAX_PORT_LENGTH and int(port or "0") <= _MAX_PORT
    )


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def refuse_unreadable(error: BaseException | None) -> RequestRefusedError:
    """Returns why aiohttp could not read a request, as far as its error says."""
    if isinstance(error, LineTooLong):
        _, limit, *_ = error.args
        if limit == MAX_REQUEST_LINE:
            return RequestRefusedError("address_too_long", f"The address is too long. {_HELP}")
        return RequestRefusedError("headers_too_large", f"A header is too long. {_HELP}")
    message = getattr(error, "message", "")
    if message.startswith("Too many headers"):
        return RequestRefusedError("headers_too_large", f"Send at most {MAX_HEADERS} headers. {_HELP}")
    if isinstance(error, BadHttpMethod) and _OTHER_METHOD.search(message):
        return RequestRefusedError("not_implemented", f"No address takes this method. {_HELP}")
    return RequestRefusedError("request_malformed", f"The request cannot be read. {_HELP}")
