"""Responses of the website that must not be cached: results of forms, errors, redirects."""

from typing import Final

from aiohttp import web

from finder.http.content_encoding import IDENTITY, choose_encoding, compress

_NOT_WORTH_IT: Final = 512  # bytes; compressing a smaller body saves no packet
_LEVELS: Final = (5, 6)  # brotli, gzip: a page takes a millisecond and is a tenth larger than at the best level


def respond_uncached(request: web.Request, text: str, status: int) -> web.Response:
    """Returns a page that is not cached, compressed if the client accepts that."""
    body, headers = text.encode(), {"Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if len(body) > _NOT_WORTH_IT:
        encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
        if encoding != IDENTITY:
            body, headers["Content-Encoding"] = compress(body, encoding, _LEVELS), encoding
    return web.Response(body=body, status=status, headers=headers, content_type="text/html", charset="utf-8")


def see_other(path: str) -> web.Response:
    """Returns a redirect after a form. It is never cached, because it shows where somebody lives."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
