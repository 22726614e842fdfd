"""What a request asks of any address: which parameters, and which kind of content."""

import re
from functools import lru_cache
from typing import Final

from aiohttp import hdrs, web

from finder.http.body_cache import JSON
from finder.http.content_encoding import weighted
from finder.http.problems import RequestRefusedError
from finder.http.request_context import RequestLike

GEOJSON: Final = "application/geo+json"
_LONGEST_NAME: Final = 40
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,4}", re.ASCII)


@lru_cache(maxsize=256)
def accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept header takes a media type; no header takes anything, and who takes JSON takes GeoJSON."""
    weights = dict(weighted(accept))
    ranges = (media_type, *((JSON,) if media_type == GEOJSON else ()), f"{media_type.partition('/')[0]}/*", "*/*")
    # The range that fits most closely counts (RFC 9110, 12.5.1).
    return not accept.strip() or next((weights[each] for each in ranges if each in weights), 0.0) > 0


def check(request: RequestLike, *parameters: str, media_type: str = JSON) -> None:
    """Refuse a parameter that is not known or is given twice, and a wish for a kind of content that there is not."""
    if request.rel_url.raw_query_string:
        for name in request.query:
            if name not in parameters:
                raise _unknown(name[:_LONGEST_NAME], parameters)
            if len(request.query.getall(name)) > 1:
                raise _invalid(name, "is given more than once.")
    check_accept(request, media_type)


def check_accept(request: RequestLike, media_type: str = JSON) -> None:
    """Refuse a wish for a kind of content that there is not."""
    accept = request.headers.get(hdrs.ACCEPT, "")
    if accept and accept != "*/*" and not accepts(accept, media_type):
        message = f"This address answers with {media_type}. Ask for that, or leave the Accept header out."
        raise RequestRefusedError("not_acceptable", message, "Accept")


def whole_number(request: web.Request, name: str, limits: tuple[int, int], default: int) -> int:
    """A parameter that is a whole number within limits."""
    text = request.query.get(name)
    if text is None:
        return default
    low, high = limits
    if not _WHOLE_NUMBER.fullmatch(text) or not low <= int(text) <= high:
        raise _invalid(name, f"is a whole number from {low} to {high}.")
    return int(text)


def short_text(request: web.Request, name: str, longest: int) -> str:
    """A parameter that is text of some length, empty where it is not given."""
    text = request.query.get(name, "")
    if len(text) > longest:
        raise _invalid(name, f"is at most {longest} characters long.")
    return text


def _unknown(name: str, known: tuple[str, ...]) -> RequestRefusedError:
    takes = f"it takes {', '.join(known)}" if known else "this address takes none"
    return RequestRefusedError("parameter_unknown", f"The parameter {name!r} is not known here; {takes}.", name)


def _invalid(name: str, why: str) -> RequestRefusedError:
    return RequestRefusedError("parameter_invalid", f"{name} {why}", name)
