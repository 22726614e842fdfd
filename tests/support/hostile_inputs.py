"""Requests that try to keep a worker busy, made for an address: its path, query, headers and body in many forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from tests.support.hostile_bodies import LIGATURE, Body

_LINE: Final = 32_000
"""Bytes of a request line that the service reads."""
_HEADER: Final = 8_000
_HEADERS: Final = 60
"""Headers that it reads, and the bytes of each."""
_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "MADE-UP")
_PIPELINED: Final = 300
_CHUNKS: Final = 60_000

TEXTS: Final = {
    "letters": "A" * _LINE,
    "escapes": "%41" * (_LINE // 3),
    "digits": "9" * _LINE,
    "spaces": "%20" * (_LINE // 3),
    "pluses": "+" * _LINE,
    "slashes": "/" * _LINE,
    "dots": "../" * (_LINE // 3),
    "escaped slashes": "%2F" * (_LINE // 3),
    "semicolons": ";" * _LINE,
    "commas": "," * _LINE,
    "percent signs": "%" * _LINE,
    "emoji": quote("🚓") * (_LINE // 12),
    "ligatures": quote(LIGATURE) * (_LINE // 9),
    "accents": "e" + quote("\u0301\u0323") * (_LINE // 12 - 1),
    "parts of Hangul": quote("\u1100\u1161\u11a8") * (_LINE // 27),
    "full-width letters": quote("\uff22\uff12\uff14\uff31\uff21") * (_LINE // 45),
    "capital dotted I": quote("\u0130") * (_LINE // 6),
    "bytes that are not text": "%FF" * (_LINE // 3),
    "surrogates": "%ED%A0%80" * (_LINE // 9),
    "NUL": "%00" * (_LINE // 3),
    "postcodes": "B24QA" * (_LINE // 5),
    "words": "a+" * (_LINE // 2),
    "brackets": "[" * _LINE,
    "markup": quote("<b>") * (_LINE // 9),
}
_QUERIES: Final = {
    "4,000 parameters": "&".join(f"a{number}=" for number in range(_LINE // 8)),
    "the same parameter": "q=&" * (_LINE // 3),
    "ampersands": "&" * _LINE,
    "equals signs": "=" * _LINE,
    "escaped pairs": "%41=%42&" * (_LINE // 8),
}
_LISTS: Final = {
    "If-None-Match": '"a",',
    "If-Match": 'W/"a",',
    "If-Modified-Since": "Tue, 1 Dec 2026 00:00:00 GMT ",
    "Accept": "a/b;q=0.5,",
    "Accept-Encoding": "br;q=0.001,",
    "Accept-Language": "cy-GB;q=0.1,",
    "Cookie": "a=b; ",
    "Content-Type": "a/b; c=d; ",
    "Content-Encoding": "gzip,",
    "Content-Length": "9",
    "Transfer-Encoding": "chunked,",
    "X-Forwarded-For": "2001:db8::1, ",
    "X-Forwarded-Proto": "https,",
    "Forwarded": "for=192.0.2.1, ",
    "X-Request-ID": "a",
    "Range": "bytes=0-1,",
    "Authorization": "Basic a",
    "Origin": "http://a.",
    "Expect": "100-continue,",
    "Host": "a.",
    "Upgrade": "h2c,",
    "Connection": "close,",
    "X-Own": "a",
}
_PARSED: Final = ("If-None-Match", "Accept", "Accept-Encoding", "Content-Type", "X-Forwarded-For")
_ODD: Final = {
    "commas": ",",
    "quotes": '"',
    "pairs of quotes": '"",',
    "semicolons": ";",
    "weights": ";q=",
    "spaces": " ,",
    "bytes that are not text": "\udcff",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A target that is answered, and what else is tried at that address."""

    method: str
    target: str
    targets: tuple[str, ...] = ()
    bodies: tuple[Body, ...] = ()


Inputs = Iterator[tuple[str, bytes]]


def make_request(method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request, after whose answer the connection is closed."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "Connection: close"]
    lines += [] if any(name == "Host" for name, _ in headers) else ["Host: finder.test"]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def inputs_of(address: Address) -> Inputs:
    """Everything that is tried at an address, with a name for each."""
    yield "as it is", make_request(address.method, address.target)
    for encoding in ("br", "gzip"):
        yield f"in {encoding}", make_request(address.method, address.target, ("Accept-Encoding", encoding))
    for method in _METHODS:
        yield method, make_request(method, address.target)
    for target in address.targets:
        yield target[:80], make_request(address.method, target)
    yield from _paths(address)
    yield from _queries(address)
    yield from _headers(address)
    yield from _bodies(address)
    yield from _streams(address)


def _paths(address: Address) -> Inputs:
    path = address.target.partition("?")[0]
    above = path.rpartition("/")[0]
    for name, text in TEXTS.items():
        rest = text[: _LINE - len(path)]
        yield f"a path that goes on with {name}", make_request(address.method, f"{path.rstrip('/')}/{rest}")
        yield f"a path that ends with {name}", make_request(address.method, f"{above}/{rest}")


def _queries(address: Address) -> Inputs:
    path, _, query = address.target.partition("?")
    for name, text in _QUERIES.items():
        yield f"a query of {name}", make_request(address.method, f"{path}?{text}"[:_LINE])
    for name, text in TEXTS.items():
        yield f"a parameter named by {name}", make_request(address.method, f"{path}?{text[: _LINE - 100]}=1"[:_LINE])
    parts = [part for part in query.split("&") if part]
    for given in parts:
        parameter = given.partition("=")[0]
        others = "".join(f"{part}&" for part in parts if part is not given)
        for name, text in TEXTS.items():
            yield f"{parameter} of {name}", make_request(address.method, f"{path}?{others}{parameter}={text}"[:_LINE])


def _headers(address: Address) -> Inputs:
    for name, part in _LISTS.items():
        value = (part * (_HEADER // len(part) + 1))[:_HEADER]
        yield f"a long {name}", make_request(address.method, address.target, (name, value))
        yield f"much {name}", make_request(address.method, address.target, *[(name, value)] * _HEADERS)
    for name in _PARSED:
        for odd, piece in _ODD.items():
            headers = [(name, piece * (_HEADER // len(piece)))] * _HEADERS
            yield f"{name} of {odd}", make_request(address.method, address.target, *headers)
    many = [(f"X-{number}", "a") for number in range(1_000)]
    yield "1,000 headers", make_request(address.method, address.target, *many)
    yield "a header of 1 MB", make_request(address.method, address.target, ("X-Own", "a" * 1_000_000))


def _bodies(address: Address) -> Inputs:
    for body in (Body("a body of no use", "application/json", b"[" * 200_000), *address.bodies):
        method = "POST" if address.bodies else address.method
        yield body.name, make_request(method, address.target, ("Content-Type", body.media_type), body=body.content)


def _streams(address: Address) -> Inputs:
    alone = make_request(address.method, address.target)
    yield "a pipeline", alone.replace(b"Connection: close\r\n", b"") * _PIPELINED + alone
    for media_type in {body.media_type for body in address.bodies} or {"text/plain"}:
        head = make_request(
            address.method, address.target, ("Content-Type", media_type), ("Transfer-Encoding", "chunked")
        )
        yield f"{media_type} in chunks of one byte", head + b"1\r\n[\r\n" * _CHUNKS + b"0\r\n\r\n"
        yield f"{media_type} in a chunk with a long head", head + b"1;" + b"a" * 200_000 + b"\r\n[\r\n0\r\n\r\n"
        yield f"{media_type} with many trailers", head + b"1\r\n[\r\n0\r\n" + b"X: y\r\n" * 30_000 + b"\r\n"
