"""Response bodies that many requests share: cached while they are true, compressed once, sent with an entity tag."""

import asyncio
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from aiohttp import hdrs, web

from finder.http.cache_control import MAX_LIFETIME, cache_control
from finder.http.content_encoding import FAST_LEVELS, IDENTITY, choose_encoding, compress
from finder.http.media_types import JSON
from finder.http.preconditions import client_has
from finder.http.prepared_response import PreparedBody, PreparedResponse, header_lines

_MAX_CACHED_BYTES: Final = 32 * 1024 * 1024
"""Size of the bodies, before compression, that one snapshot may cache."""
_CACHED_LEVELS: Final = (5, 6)
_SMALL_BYTES: Final = 8 * 1024
"""Bodies up to this size are compressed at once, which takes less than half a millisecond; larger ones in a thread."""


class CachedBody:
    """Bytes with their media type and strong entity tag, compressed at most once for each content encoding.

    They are true until the moment `until`, or for ever if it is None.
    """

    def __init__(self, content: bytes, media_type: str = JSON, until: datetime | None = None) -> None:
        self.content = content
        self.media_type = media_type
        self.until = until
        self.tag = sha256(content).hexdigest()[:20]
        self._encoded: dict[str, bytes] = {IDENTITY: content}

    def find_encoded(self, encoding: str) -> bytes | None:
        """Returns the bytes in a content encoding, or None if they must be compressed first, which takes a while."""
        if encoding not in self._encoded and len(self.content) <= _SMALL_BYTES:
            self._compress(encoding)
        return self._encoded.get(encoding)

    async def encode(self, encoding: str) -> bytes:
        """Returns the bytes in a content encoding, compressed in a thread."""
        return await asyncio.to_thread(self._compress, encoding)

    def _compress(self, encoding: str) -> bytes:
        encoded = self._encoded[encoding] = compress(self.content, encoding, _CACHED_LEVELS)
        return encoded


class BodyCache:
    """The bodies made from one snapshot; if there are too many, the least recently used are removed.

    A body takes up to a second to build, with the boundary of a large area, so it is built in a thread, and only once
    if several clients ask for it meanwhile.
    """

    def __init__(self) -> None:
        self._bodies: dict[Hashable, CachedBody] = {}
        self._building: dict[Hashable, asyncio.Future[CachedBody]] = {}
        self._size = 0

    async def get_or_build(self, key: Hashable, now: datetime, build: Callable[[], CachedBody]) -> CachedBody:
        """Returns the body under a key; builds it in a thread if there is none or it is not true any longer.

        Raises what building raises, for each client that waits for it.
        """
        return self.find(key, now) or await self.build(key, build)

    def find(self, key: Hashable, now: datetime) -> CachedBody | None:
        """Returns the body under a key, None if there is none or it is not true any longer."""
        body = self._bodies.pop(key, None)
        if body is None:
            return None
        if body.until is not None and body.until <= now:
            self._size -= len(body.content)
            return None
        self._bodies[key] = body  # the most recently used is the last
        return body

    def store(self, key: Hashable, body: CachedBody) -> CachedBody:
        """Keeps a body, and returns it."""
        previous = self._bodies.pop(key, None)
        self._size += len(body.content) - (len(previous.content) if previous else 0)
        self._bodies[key] = body
        while self._size > _MAX_CACHED_BYTES and len(self._bodies) > 1:
            self._size -= len(self._bodies.pop(next(iter(self._bodies))).content)
        return body

    async def build(self, key: Hashable, build: Callable[[], CachedBody]) -> CachedBody:
        """Builds the body under a key in a thread, or waits for it if another request is building it.

        Raises what building raises, for each client that waits for it.
        """
        building = self._building.get(key)
        if building is None:
            building = self._building[key] = asyncio.ensure_future(asyncio.to_thread(build))
            building.add_done_callback(lambda done: self._end_building(key, done))
        # Shielded, because the others who wait must get the body even if this request is cancelled.
        return await asyncio.shield(building)

    def _end_building(self, key: Hashable, done: "asyncio.Future[CachedBody]") -> None:
        del self._building[key]
        if not done.cancelled() and done.exception() is None:
            self.store(key, done.result())


async def respond(request: web.Request, body: CachedBody) -> PreparedResponse:
    """Returns a response with the body, or 304 if the client has it.

    Raises RequestRefusedError if the client wants another state of the answer by If-Match.
    """
    while (prepared := prepare_cached(request, body)) is None:
        await body.encode(choose_encoding(request.headers.get(hdrs.ACCEPT_ENCODING, "")))
    return PreparedResponse(*prepared)


def prepare_cached(request: web.Request, body: CachedBody) -> PreparedBody | None:
    """Returns what `respond` sends, or None if the body must be compressed first, which takes a while."""
    encoding = choose_encoding(request.headers.get(hdrs.ACCEPT_ENCODING, ""))
    head = _head(body.tag, body.media_type, encoding)
    caching = _caching_lines(body.until, datetime.now(UTC))
    if client_has(request.headers, head.quoted):
        return _not_modified(head, caching)
    content = body.find_encoded(encoding)
    return None if content is None else PreparedBody(head.lines + caching, content)


def prepare_json(
    request: web.Request, tag: str, make: Callable[[], bytes], until: datetime, now: datetime
) -> PreparedBody:
    """Returns JSON made for this request alone, or 304 if the client has it; the tag is that of the plain bytes.

    Raises RequestRefusedError if the client wants another state of the answer by If-Match.
    """
    encoding = choose_encoding(request.headers.get(hdrs.ACCEPT_ENCODING, ""))
    head = _head(tag, JSON, encoding)
    caching = _caching_lines(until, now)
    if client_has(request.headers, head.quoted):
        return _not_modified(head, caching)
    body = make()
    return PreparedBody(head.lines + caching, body if encoding == IDENTITY else compress(body, encoding, FAST_LEVELS))


class _Head(NamedTuple):
    """Header lines that all bodies with a tag share; `quoted` is the tag of the encoding, as a header has it."""

    quoted: str
    tag_line: bytes
    lines: bytes


@lru_cache(maxsize=4096)
def _head(tag: str, media_type: str, encoding: str) -> _Head:
    if encoding != IDENTITY:
        tag = f"{tag}-{encoding}"
    coding = {} if encoding == IDENTITY else {"Content-Encoding": encoding}
    tag_line = header_lines({"ETag": f'"{tag}"'})
    return _Head(f'"{tag}"', tag_line, tag_line + header_lines({"Content-Type": media_type} | coding))


def _not_modified(head: _Head, caching: bytes) -> PreparedBody:
    return PreparedBody(head.tag_line + caching, b"", web.HTTPNotModified.status_code)


def _caching_lines(until: datetime | None, now: datetime) -> bytes:
    if until is None or until - now > MAX_LIFETIME:
        return _USUAL_CACHING_LINES
    return _format_caching(cache_control(until, now))


@lru_cache(maxsize=512)
def _format_caching(lifetime: str) -> bytes:
    return header_lines({"Cache-Control": lifetime, "Vary": "Accept-Encoding"})


_USUAL_CACHING_LINES: Final = _format_caching(cache_control(None, datetime.now(UTC)))
"""The lines of nearly every response."""
