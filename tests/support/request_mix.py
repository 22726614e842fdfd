"""Random connections of valid and invalid requests from a seed: their bytes, how they are split, and how they end."""

from dataclasses import dataclass
from enum import Enum, auto
from random import Random
from typing import Final

POSTCODES: Final = ("B24QA", "B11BB", "B152TT", "WV11RR", "DY11HP", "WS11TP", "B912SA")
_TARGETS: Final = (
    "/api/v1/postcodes/{}",
    "/api/v1/points?lat=52.477677&lon=-1.898007",
    "/api/v1/points?lat=52.4{}&lon=-1.8",
    "/api/v1/points?lon=-1.898007&lat=52.477677",
    "/api/v1/points?lat=52.477677&lon=-1.898007&accuracy=300",
    "/api/v1/points?lat=52.477677&lat=52.4&lon=-1.898007",
    "/api/v1/points?lat=5e1&lon=-1.8",
    "/api/v1/points?lat=52.477677&lon=-1.898007&",
    "/api/v1/points?lat=52.477677&lon=-1.898007&x=1",
    "/api/v1/points?lat=91&lon=-1.898007",
    "/api/v1/points?lat=-1.898007&lon=52.477677",
    "/api/v1/points?lat=52.47+&lon=-1.8",
    "/api/v1/points?lat=52%2E477677&lon=-1.898007",
    "/api/v1/points?&&&",
    "/api/v1/points?",
    "/api/v1/points",
    "/api/v1/points/?lat=52.477677&lon=-1.898007",
    "/api/v1/points?lat=52.477677&lon=-1.898007#there",
    "/api/v1/postcodes/",
    "/api/v1/postcodes/ZZ11ZZ",
    "/api/v1/postcodes/EH11AA",
    "/api/v1/postcodes/B24Q0",
    "/api/v1/postcodes/B1OOAB",
    "/api/v1/postcodes/b24qa",
    "/api/v1/postcodes/B2%204QA",
    "/api/v1/postcodes/%42%32%34%51%41",
    "/api/v1/postcodes/B24QA/",
    "/api/v1/postcodes/../postcodes/B24QA",
    "/api/v1/postcodes/B24QA?",
    "/api/v1/postcodes/B24QA?x=1",
    "/api/v1/postcodes/B24QA#x",
    "/api/v1//postcodes/B24QA",
    "http://finder.test/api/v1/postcodes/B24QA",
    "http:/api/v1/postcodes/B24QA",
    "*",
    "/healthz",
    "/nowhere",
    "/api/v1/sectors/B2-4",
    "/api/v1/postcodes/" + "A" * 5_000,
    "/api/v1/postcodes/" + "9" * 40_000,
    "/api/v1/postcodes/\u00ff",
    "/teams/ladywood",
    "/teams/ladywood/",
    "/teams/ladywood?retired=2020-01",
    "/teams/ladywood/surgeries",
    "/teams/Ladywood",
    "/teams/nobody",
    "/teams/",
)
_METHODS: Final = ("HEAD", "OPTIONS", "PUT", "DELETE", "get", "GETS", "TRACE", "CONNECT")
_VERSIONS: Final = (
    "HTTP/1.0",
    "HTTP/1.0\r\nConnection: keep-alive",
    "HTTP/2.0",
    "HTTP/0.9",
    "HTTP/1.2",
    "http/1.1",
    "",
)
_HEADERS: Final = (
    "Accept: application/json",
    "Accept: */*",
    "Accept: text/csv",
    "Accept: text/html, application/json;q=0.1",
    "Accept: application/json;q=0",
    "Accept: application/problem+json",
    "Accept:",
    "Accept: \u00ff\u00fe",
    "Accept-Encoding: gzip",
    "Accept-Encoding: br;q=0.5, gzip;q=0.5",
    "Accept-Encoding: identity, *;q=0",
    "Accept-Encoding: \u00ff",
    "If-None-Match: *",
    'If-None-Match: "other"',
    "If-None-Match: {tag}",
    "If-None-Match: W/{tag}",
    'If-None-Match: "other", {tag}',
    "If-None-Match: {tag}, nonsense",
    "If-None-Match:    {tag}\t ",
    "if-none-match: {tag}",
    'If-None-Match: "unclosed',
    "If-None-Match: \u00ff",
    'If-None-Match: "other"\r\nIf-None-Match: {tag}',
    "If-None-Match: , ,{tag},,",
    "If-Match: *",
    "If-Match: {tag}",
    "If-Match: W/{tag}",
    'If-Match: "other"\r\nIf-Match: , {tag}',
    "If-Modified-Since: Sat, 21 Nov 2026 00:00:00 GMT",
    "Range: bytes=0-9",
    "X-Request-ID: 0123456789abcdef0123456789abcdef",
    "X-Request-ID: 0123456789ABCDEF-FFFF",
    "X-Request-ID: B2 4QA",
    "X-Request-ID: \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
    "X-Request-ID:",
    "Connection: keep-alive",
    "Connection: Upgrade",
    "Connection: nonsense, keep-alive",
    "Content-Length: 0",
    "Content-Encoding: gzip",
    "Content-Type: application/json",
    "Cookie: a=b; c",
    "Origin: https://example.org",
    "Upgrade: nothing",
    "X-Long: " + "x" * 8_000,
)
_HOSTS: Final = ("Host: a b", "Host: x:y", "Host:", "Host: [::1]:80", "Host: \u00e9", "Host: a:70000", "host:  a:80\t")
_RARE_HEADERS: Final = (
    "Connection: close",
    "Connection: Close",
    "Content-Length: +0",
    "Connection: keep-alive, close",
    "Expect: 100-continue",
    "Expect: nonsense",
    "Host: second.test",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: gzip, chunked",
    "Content-Length: 0\r\nContent-Length: 0",
    "Sec-WebSocket-Key1: x",
    "X-Folded: a\r\n b",
    "X-Too-Long: " + "x" * 9_000,
    "X-Many: x\r\n" * 70 + "X-Last: x",
    "No colon",
    "Space : before",
    "X-Null: \0",
    ": nameless",
)
_FORM: Final = "POST /find HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
_JSON: Final = "POST /api/v1/lookups HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
_GET: Final = "GET /api/v1/postcodes/{0} HTTP/1.1\r\nHost: a\r\n"
_CHUNKED: Final = "Transfer-Encoding: chunked\r\n\r\n"
_BODIES: Final = (
    _JSON + 'Content-Length: 26\r\n\r\n{{"postcodes": ["{0:.5}"] }} ',
    _FORM + "Content-Length: 14\r\n\r\npostcode={0:.5}",
    _FORM + _CHUNKED + "e\r\npostcode={0:.5}\r\n0\r\n\r\n",
    _GET + "Content-Length: 8\r\n\r\nab\r\n\r\nyz",
    _GET + _CHUNKED + "2\r\nab\r\n0\r\nX-Trailer: x\r\n\r\n",
    _GET + _CHUNKED + "0\r\n\r\n",
    "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n\r\n\r\n",
)
_BAD: Final = (
    "NONSENSE\r\n\r\n",
    "\x16\x03\x01\x00",
    "GET /\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
)
_BETWEEN: Final = ("", "", "", "", "\r\n", "\r\n\r\n\r\n", "\n")
_UPGRADE: Final = "GET /api/v1/postcodes/{} HTTP/1.1\r\nHost: a\r\nUpgrade: {}\r\nConnection: Upgrade\r\n\r\n"


class Ending(Enum):
    """What a client does when it has sent all."""

    GO_ON = auto()
    HALF_CLOSE = auto()
    READ_LATE = auto()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sends on one connection, part after part, and whether it waits between them."""

    parts: tuple[bytes, ...]
    slowly: bool
    ending: Ending


def make_sent(random: Random, tags: dict[str, str]) -> Sent:
    """One connection; `tags` are entity tags that hold, by postcode."""
    upgrading = random.random() < 0.1
    made = [_request(random, tags, upgrading=upgrading) for _ in range(random.choice((1, 1, 1, 2, 3, 5, 8, 40)))]
    slowly = random.random() < 0.4
    return Sent(
        tuple(each.encode("latin-1") for each in made) if slowly and random.random() < 0.5 else _cut(random, made),
        slowly=slowly,
        ending=random.choice((Ending.GO_ON, Ending.GO_ON, Ending.HALF_CLOSE, Ending.READ_LATE)),
    )


def _cut(random: Random, made: list[str]) -> tuple[bytes, ...]:
    whole = "".join(made).encode("latin-1")
    cuts = sorted(random.randrange(len(whole) + 1) for _ in range(random.choice((0, 0, 1, 2, 4, 12))))
    return tuple(whole[start:end] for start, end in zip((0, *cuts), (*cuts, len(whole)), strict=True) if end > start)


def _request(random: Random, tags: dict[str, str], *, upgrading: bool) -> str:
    postcode = random.choice(tuple(tags))
    kind = random.random()
    if kind < 0.12:
        made = random.choice(_BODIES).format(postcode)
    elif kind < 0.15 and not upgrading:  # aiohttp reads what follows an upgrade in one go, up to what is malformed
        made = random.choice(_BAD)
    elif kind < 0.2 and upgrading:
        made = _UPGRADE.format(postcode, random.choice(("websocket", "h2c")))
    else:
        made = _lookup(random, postcode, tags[postcode], plain=kind < 0.6, upgrading=upgrading)
    return random.choice(_BETWEEN) + made


def _lookup(random: Random, postcode: str, tag: str, *, plain: bool, upgrading: bool) -> str:
    method, version, target, headers = "GET", "HTTP/1.1", _TARGETS[random.randrange(3)], ["Host: finder.test"]
    if not upgrading:
        headers += random.sample(_RARE_HEADERS, random.random() < 0.1)
    if not (plain or upgrading):
        target = random.choice(_TARGETS) if random.random() < 0.6 else target
        method = random.choice(_METHODS) if random.random() < 0.2 else method
        version = random.choice(_VERSIONS) if random.random() < 0.2 else version
        headers = [] if random.random() < 0.05 else headers
        headers = [random.choice(_HOSTS), *headers[1:]] if headers and random.random() < 0.1 else headers
    filled = target.format(postcode if "postcodes" in target else random.randrange(100_000))
    headers += [each.format(tag=tag) for each in random.sample(_HEADERS, random.choice((0, 0, 1, 1, 2, 4)))]
    random.shuffle(headers)
    return "\r\n".join([f"{method} {filled} {version}".rstrip(), *headers, "", ""])
