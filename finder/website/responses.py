"""Answers of the website: compressed for whoever takes that, with an entity tag where they may be kept."""

import hashlib
from typing import Final

from aiohttp import web

from finder.encodings import CACHE_CONTROL, IDENTITY, choose_encoding, compress

_NOT_WORTH_IT: Final = 512  # bytes; below, compressing saves no packet
_LEVELS: Final = (5, 6)  # brotli, gzip: a page in a millisecond, a tenth larger than the best


def respond(request: web.Request, text: str, *, status: int = 200, content_type: str = "text/html") -> web.Response:
    """A text as a response that is not kept; compressed where the client takes that."""
    body, headers = text.encode(), {"Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if len(body) > _NOT_WORTH_IT:
        encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
        if encoding != IDENTITY:
            body, headers["Content-Encoding"] = compress(body, encoding, _LEVELS), encoding
    return web.Response(body=body, status=status, headers=headers, content_type=content_type, charset="utf-8")


def respond_kept(request: web.Request, text: str, content_type: str = "text/html") -> web.Response:
    """A text that caches may keep for a while and ask about by its entity tag."""
    response = respond(request, text, content_type=content_type)
    tag = hashlib.sha256(response.body if isinstance(response.body, bytes) else b"").hexdigest()[:20]
    kept = {"Cache-Control": CACHE_CONTROL, "ETag": f'"{tag}"', "Vary": "Accept-Encoding"}
    if any(each.value in {"*", tag} for each in request.if_none_match or ()):
        return web.Response(status=304, headers=kept)
    response.headers.update(kept)
    return response


def see_other(path: str) -> web.Response:
    """A redirect after a form; never kept, for it tells where somebody lives."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
