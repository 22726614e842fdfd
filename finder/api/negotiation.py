"""Content negotiation: whether a client accepts the media type of the answer."""

from functools import lru_cache
from typing import Final

from aiohttp import hdrs, web

from finder.http.content_encoding import weighted
from finder.http.media_types import CALENDAR, GEOJSON, JSON, PROBLEM_JSON
from finder.http.problem_statuses import RequestRefusedError

_ASKED_FOR_AS_JSON: Final = (GEOJSON, CALENDAR)


@lru_cache(maxsize=256)
def accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept header allows a media type. An empty header allows all.

    JSON allows GeoJSON, and calendars: the clients of some generators ask for JSON wherever refusals are JSON.
    Problem JSON allows every type that is not named itself: generated clients choose one type of those that an address
    answers with, and some choose the one of its refusals.
    """
    weights = dict(weighted(accept))
    if media_type not in weights and weights.get(PROBLEM_JSON, 0.0) > 0:
        return True
    ranges = (
        media_type,
        *((JSON,) if media_type in _ASKED_FOR_AS_JSON else ()),
        f"{media_type.partition('/')[0]}/*",
        "*/*",
    )
    # The most specific range counts (RFC 9110, 12.5.1).
    return not accept.strip() or next((weights[each] for each in ranges if each in weights), 0.0) > 0


def check_accept(request: web.Request, media_type: str = JSON) -> None:
    """Raises RequestRefusedError if the client does not accept the media type of the answer."""
    accept = request.headers.get(hdrs.ACCEPT, "")
    if accept and accept != "*/*" and not accepts(accept, media_type):
        message = f"This address answers with {media_type}. Ask for that, or leave the Accept header out."
        raise RequestRefusedError("not_acceptable", message, "Accept")
