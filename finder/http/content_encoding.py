"""Content encodings: chooses the best one that a client accepts, and compresses bytes in it."""

import gzip
import re
import zlib
from functools import lru_cache
from typing import Final, Protocol

import brotli

IDENTITY: Final = "identity"
FAST_LEVELS: Final = (1, 1)
"""Levels of brotli and gzip for a body that is sent once; they take about 50 microseconds for one answer."""

_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS  # with the header of gzip
_BROTLI_WINDOW: Final = 16  # 64 KB
_ENCODINGS: Final = ("br", "gzip")


@lru_cache(maxsize=256)
def choose_encoding(accept_encoding: str) -> str:
    """Returns the best content encoding that a header accepts; `identity` if it accepts no other or prefers that."""
    weights = dict(weighted(accept_encoding))
    ranked = [(weights.get(each, weights.get("*", 0.0)), -rank, each) for rank, each in enumerate(_ENCODINGS)]
    weight, _, best = max(ranked)
    return best if weight > 0 and weight >= weights.get(IDENTITY, 0.0) else IDENTITY


def compress(content: bytes, encoding: str, levels: tuple[int, int] = FAST_LEVELS) -> bytes:
    """Returns bytes in a content encoding; the levels are those for brotli and gzip."""
    if encoding == "br":
        return bytes(brotli.compress(content, quality=levels[0]))
    if encoding == "gzip":
        return gzip.compress(content, levels[1], mtime=0)
    return content


class Compressor(Protocol):
    """Compresses a body that is made piece by piece."""

    def add(self, piece: bytes) -> bytes:
        """Returns what can be sent after this piece, often nothing yet."""

    def end(self) -> bytes:
        """Returns the rest."""


def compressor(encoding: str) -> Compressor:
    """Returns a compressor at the fast level, which needs 0.3 MB at most."""
    if encoding == "br":
        return _Brotli()
    return _Gzip() if encoding == "gzip" else _Identity()


class _Identity:
    def add(self, piece: bytes) -> bytes:
        return piece

    def end(self) -> bytes:
        return b""


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.compressobj(FAST_LEVELS[1], wbits=_GZIP_WINDOW)

    def add(self, piece: bytes) -> bytes:
        return self._stream.compress(piece)

    def end(self) -> bytes:
        return self._stream.flush()


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Compressor(quality=FAST_LEVELS[0], lgwin=_BROTLI_WINDOW)

    def add(self, piece: bytes) -> bytes:
        return bytes(self._stream.process(piece))

    def end(self) -> bytes:
        return bytes(self._stream.finish())


def weighted(header: str) -> list[tuple[str, float]]:
    """Returns the names in a header such as Accept with their weights; an unreadable weight counts as 0."""
    return [_weigh(part) for part in header.lower().split(",") if part.strip()]


def _weigh(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    given = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    return name, float(given) if re.fullmatch(r"[01](\.[0-9]{0,3})?", given, re.ASCII) else 0.0
