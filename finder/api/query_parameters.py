"""Query parameters: which ones an address takes, and their values."""

import re
from typing import Final

from aiohttp import web

from finder.api.negotiation import check_accept
from finder.http.media_types import JSON
from finder.http.problem_statuses import RequestRefusedError

_MAX_NAME_LENGTH: Final = 40
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,4}", re.ASCII)


def check_request(request: web.Request, *parameters: str, media_type: str = JSON) -> None:
    """Raises RequestRefusedError for an unknown or repeated parameter, or a media type that is not accepted."""
    if request.rel_url.raw_query_string:
        for name in request.query:
            if name not in parameters:
                raise _unknown(name[:_MAX_NAME_LENGTH], parameters)
            if len(request.query.getall(name)) > 1:
                raise _invalid(name, "is given more than once.")
    check_accept(request, media_type)


def parse_whole_number(request: web.Request, name: str, limits: tuple[int, int], default: int) -> int:
    """Returns a whole number between the limits, both included. Raises RequestRefusedError."""
    text = request.query.get(name)
    if text is None:
        return default
    low, high = limits
    if not _WHOLE_NUMBER.fullmatch(text) or not low <= int(text) <= high:
        raise _invalid(name, f"is a whole number from {low} to {high}.")
    return int(text)


def parse_text(request: web.Request, name: str, max_length: int) -> str:
    """Returns a text, empty if the parameter is missing. Raises RequestRefusedError if it is too long."""
    text = request.query.get(name, "")
    if len(text) > max_length:
        raise _invalid(name, f"is at most {max_length} characters long.")
    return text


def _unknown(name: str, known: tuple[str, ...]) -> RequestRefusedError:
    takes = f"it takes {', '.join(known)}" if known else "this address takes none"
    return RequestRefusedError("parameter_unknown", f"The parameter {name!r} is not known here; {takes}.", name)


def _invalid(name: str, why: str) -> RequestRefusedError:
    return RequestRefusedError("parameter_invalid", f"{name} {why}", name)
