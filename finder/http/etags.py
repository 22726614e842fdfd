"""Bodies that many requests are answered with: held while they are true, compressed once, sent with an entity tag."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from aiohttp import hdrs, web

from finder.http.cache_control import LONGEST, cache_control
from finder.http.content_encoding import EACH_TIME, IDENTITY, choose_encoding, compress
from finder.http.media_types import JSON
from finder.http.prepared_response import PreparedBody, PreparedResponse, header_lines

_MOST_HELD: Final = 32 * 1024 * 1024
"""Bytes of bodies, before compression, that one snapshot may hold on to."""
_ONCE_A_SNAPSHOT: Final = (5, 6)


class CachedBody:
    """Bytes with their media type and strong entity tag, compressed at most once for each content encoding.

    `until` is the moment from which they are no longer true, None where that never comes.
    """

    def __init__(self, content: bytes, media_type: str = JSON, until: datetime | None = None) -> None:
        self.content = content
        self.media_type = media_type
        self.until = until
        self.tag = sha256(content).hexdigest()[:20]
        self._encoded: dict[str, bytes] = {IDENTITY: content}

    def encoded(self, encoding: str) -> bytes:
        """The bytes in a content encoding."""
        found = self._encoded.get(encoding)
        if found is None:
            found = self._encoded[encoding] = compress(self.content, encoding, _ONCE_A_SNAPSHOT)
        return found


class BodyCache:
    """The bodies made from one snapshot; where there are too many, those least used make room."""

    def __init__(self) -> None:
        self._bodies: dict[Hashable, CachedBody] = {}
        self._held = 0

    def keep(self, key: Hashable, now: datetime, build: Callable[[], CachedBody]) -> CachedBody:
        """The body under a key, built where it is not held or no longer true."""
        body = self._bodies.pop(key, None)
        if body is None or (body.until is not None and body.until <= now):
            self._held -= len(body.content) if body else 0
            body = build()
            self._held += len(body.content)
        self._bodies[key] = body
        while self._held > _MOST_HELD and len(self._bodies) > 1:
            self._held -= len(self._bodies.pop(next(iter(self._bodies))).content)
        return body


def respond(request: web.Request, body: CachedBody) -> PreparedResponse:
    """A body, or 304 to who has it."""
    encoding = choose_encoding(request.headers.get(hdrs.ACCEPT_ENCODING, ""))
    head = _head(body.tag, body.media_type, encoding)
    kept = _kept(body.until, datetime.now(UTC))
    if _is_held(request, head):
        return PreparedResponse(*_not_modified(head, kept))
    return PreparedResponse(head.lines + kept, body.encoded(encoding))


def reply_once(
    request: web.Request, tag: str, make: Callable[[], bytes], until: datetime, now: datetime
) -> PreparedBody:
    """JSON made for this request, or 304 to who has it; the tag is that of the plain bytes."""
    encoding = choose_encoding(request.headers.get(hdrs.ACCEPT_ENCODING, ""))
    head = _head(tag, JSON, encoding)
    kept = _kept(until, now)
    if _is_held(request, head):
        return _not_modified(head, kept)
    body = make()
    return PreparedBody(head.lines + kept, body if encoding == IDENTITY else compress(body, encoding, EACH_TIME))


class _Head(NamedTuple):
    """Header lines that all bodies with a tag share; the tag is that of the encoding, `quoted` as a header has it."""

    tag: str
    quoted: str
    tagged: bytes
    lines: bytes


@lru_cache(maxsize=4096)
def _head(tag: str, media_type: str, encoding: str) -> _Head:
    if encoding != IDENTITY:
        tag = f"{tag}-{encoding}"
    coding = {} if encoding == IDENTITY else {"Content-Encoding": encoding}
    tagged = header_lines({"ETag": f'"{tag}"'})
    return _Head(tag, f'"{tag}"', tagged, tagged + header_lines({"Content-Type": media_type} | coding))


def _is_held(request: web.Request, head: _Head) -> bool:
    given = request.headers.get(hdrs.IF_NONE_MATCH)
    if given is None:
        return False
    return given == head.quoted or any(each.value in ("*", head.tag) for each in request.if_none_match or ())


def _not_modified(head: _Head, kept: bytes) -> PreparedBody:
    return PreparedBody(head.tagged + kept, b"", web.HTTPNotModified.status_code)


def _kept(until: datetime | None, now: datetime) -> bytes:
    if until is None or until - now > LONGEST:
        return _KEPT
    return _lasting(cache_control(until, now))


@lru_cache(maxsize=512)
def _lasting(lifetime: str) -> bytes:
    return header_lines({"Cache-Control": lifetime, "Vary": "Accept-Encoding"})


_KEPT: Final = _lasting(cache_control(None, datetime.now(UTC)))
"""Of nearly every answer."""
