"""Answers of the website that nobody keeps: forms, errors, redirects."""

from typing import Final

from aiohttp import web

from finder.http.content_encoding import IDENTITY, choose_encoding, compress

_NOT_WORTH_IT: Final = 512  # bytes; below, compressing saves no packet
_LEVELS: Final = (5, 6)  # brotli, gzip: a page in a millisecond, a tenth larger than the best


def respond_uncached(request: web.Request, text: str, status: int) -> web.Response:
    """A page that is not kept; compressed where the client takes that."""
    body, headers = text.encode(), {"Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if len(body) > _NOT_WORTH_IT:
        encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
        if encoding != IDENTITY:
            body, headers["Content-Encoding"] = compress(body, encoding, _LEVELS), encoding
    return web.Response(body=body, status=status, headers=headers, content_type="text/html", charset="utf-8")


def see_other(path: str) -> web.Response:
    """A redirect after a form; never kept, for it tells where somebody lives."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
