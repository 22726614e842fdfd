"""What a request asks of any address: which parameters, which kind of content, which compression, which version."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from aiohttp import web

from finder.encodings import CACHE_CONTROL, EACH_TIME, IDENTITY, choose_encoding, compress, weighted
from finder.problems import RequestRefusedError

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
_LONGEST_NAME: Final = 40
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
_ONCE_A_SNAPSHOT: Final = (5, 6)


class Body:
    """Bytes that many requests are answered with, compressed at most once for each content encoding.

    `until` is the moment from which they are no longer true, None where that never comes.
    """

    def __init__(self, content: bytes, media_type: str = JSON, until: datetime | None = None) -> None:
        self.content = content
        self.media_type = media_type
        self.until = until
        self.tag = sha256(content).hexdigest()[:20]
        self._encoded: dict[str, bytes] = {}

    def encoded(self, encoding: str) -> bytes:
        """The bytes in a content encoding."""
        found = self._encoded.get(encoding)
        if found is None:
            found = self._encoded[encoding] = compress(self.content, encoding, _ONCE_A_SNAPSHOT)
        return found


def respond(request: web.Request, body: Body) -> web.Response:
    """A cached body, or 304 to who has it."""
    return _respond(request, body.tag, body.media_type, body.encoded)


def respond_once(request: web.Request, content: bytes, tag: str) -> web.Response:
    """JSON that was made for this request, or 304 to who has it; the tag is that of the plain bytes."""
    return _respond(request, tag, JSON, lambda encoding: compress(content, encoding, EACH_TIME))


def _respond(request: web.Request, tag: str, media_type: str, encode: Callable[[str], bytes]) -> web.Response:
    encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
    if encoding != IDENTITY:
        tag = f"{tag}-{encoding}"
    headers = {"ETag": f'"{tag}"', "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    if any(each.value in ("*", tag) for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    if encoding != IDENTITY:
        headers["Content-Encoding"] = encoding
    return web.Response(body=encode(encoding), headers=headers, content_type=media_type)


@lru_cache(maxsize=256)
def accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept header takes a media type; no header takes anything, and who takes JSON takes GeoJSON."""
    wanted = {media_type, f"{media_type.partition('/')[0]}/*", "*/*"} | ({JSON} if media_type == GEOJSON else set())
    weights = [weight for name, weight in weighted(accept) if name in wanted]
    return not accept.strip() or any(weight > 0 for weight in weights)


def check(request: web.Request, *parameters: str, media_type: str = JSON) -> None:
    """Refuse a parameter that is not known or is given twice, and a wish for a kind of content that there is not."""
    for name in request.query:
        if name not in parameters:
            raise _unknown(name[:_LONGEST_NAME], parameters)
        if len(request.query.getall(name)) > 1:
            raise _invalid(name, "is given more than once.")
    check_accept(request, media_type)


def check_accept(request: web.Request, media_type: str = JSON) -> None:
    """Refuse a wish for a kind of content that there is not."""
    accept = request.headers.get("Accept", "")
    if accept != "*/*" and not accepts(accept, media_type):
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
