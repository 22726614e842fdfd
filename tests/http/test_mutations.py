"""Ten thousand broken requests, none of which gets a 500."""

import asyncio
import random
from collections import Counter
from typing import Final

import pytest

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_SEED: Final = 20_261_121
_REQUESTS: Final = 10_000
_CONNECTIONS: Final = 16
_PATIENCE: Final = 60.0  # seconds, for all of them

_TARGETS: Final = (
    "/api/v1/postcodes/B24QA",
    "/api/v1/points?lat=52.477677&lon=-1.898007&accuracy=10",
    "/api/v1/sectors/B2-4",
    "/api/v1/teams?q=ladywood&limit=2&cursor=a",
    "/api/v1/teams/ladywood",
    "/api/v1/teams/ladywood/surgeries?limit=2",
    "/api/v1/teams/ladywood/surgeries.ics",
    "/api/v1/teams/ladywood/boundary?precision=4&simplify=50",
    "/api/v1/wards?q=wood",
    "/api/v1/wards/E05011151/boundary?precision=5",
    "/police-uk/api/forces/west-midlands/people",
    "/police-uk/api/west-midlands/ladywood/events",
    "/police-uk/api/locate-neighbourhood?q=52.477677,-1.898007",
    "/openapi.json",
    "/docs",
    "/problems/team_unknown",
    "/teams/ladywood",
    "/choose?teams=ladywood",
)
_BODIES: Final = (
    ("application/json", b'{"postcodes": ["B2 4QA", "HELLO"]}'),
    ("text/csv", b'id,postcode\r\n1,"B2 4QA"\r\n2,HELLO\r\n'),
    ("application/x-ndjson", b'"B2 4QA"\n{"id": 1, "postcode": "B97 4AB"}\n'),
    ("application/x-www-form-urlencoded", b"postcode=B2+4QA"),
)
_HEADERS: Final = (
    "Accept: application/json;q=0.5, */*;q=0.1",
    "Accept-Encoding: br;q=1.0, gzip;q=0.5, *;q=0",
    'If-None-Match: W/"abc", "def"',
    "If-Modified-Since: Sat, 21 Nov 2026 11:00:00 GMT",
    "Range: bytes=0-10",
    "Origin: https://example.org",
    "X-Request-ID: 4bfcc34b13c54912bf476568e440174a",
    "X-Forwarded-For: 192.0.2.1",
    "Cookie: a=b; c=d",
    "Content-Encoding: gzip",
    "Expect: 100-continue",
)
_PIECES: Final = (
    b"%00", b"%FF", b"%ED%A0%80", b"%F0%9F%9A%93", b"%", b"%2F", b"..", b"//", b"?", b"&", b"=", b"#", b";", b",", b"'",
    b'"', b"{", b"}", b"[", b"\\", b"\xff", b"\xc3\xa9", b"-1", b"99999999999999999999", b"1e999", b"NaN", b"null",
    b"A" * 300, b"[" * 200, b"\t", b"\x7f", b"$", b"*", b"{{7*7}}", b"%0d%0a", b"\xe2\x80\xae", b"q=", b"limit=",
)  # fmt: skip


class Mutant:
    """Makes requests that are nearly valid."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - to repeat, not to keep secret

    def request(self) -> bytes:
        """The bytes of one request."""
        chance = self._random
        body, headers, method = b"", [], chance.choice(["GET"] * 6 + ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
        target = chance.choice(_TARGETS).encode()
        if chance.random() < 0.3:
            method, target = "POST", b"/find" if chance.random() < 0.2 else b"/api/v1/lookups"
            media_type, body = chance.choice(_BODIES)
            body = self._mutate(body, chance.randrange(4))
            headers.append(b"Content-Type: " + self._clean(self._mutate(media_type.encode(), chance.randrange(2))))
        for header in chance.sample(_HEADERS, chance.randrange(4)):
            name, value = header.encode().split(b": ", 1)
            headers.append(name + b": " + self._clean(self._mutate(value, chance.randrange(3))))
        target = self._clean(self._mutate(target, chance.randrange(4))).replace(b" ", b"%20").replace(b"#", b"%23")
        line = method.encode() + b" /" + target.lstrip(b"/") + b" HTTP/1.1"
        length = f"Content-Length: {len(body)}".encode()
        return b"\r\n".join([line, b"Host: a", b"Connection: close", *headers, length, b"", body])

    def _mutate(self, text: bytes, times: int) -> bytes:
        for _ in range(times):
            at = self._random.randrange(len(text) + 1)
            until = min(len(text), at + self._random.choice([0, 0, 1, 3, 20]))
            text = text[:at] + self._random.choice(_PIECES) * self._random.choice([0, 1, 1, 1, 5]) + text[until:]
        return text

    @staticmethod
    def _clean(text: bytes) -> bytes:
        """Returns text without line ends, which would end the header."""
        return text.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")


async def exchange(client: Client, request: bytes) -> int:
    """Send a request on a connection of its own and give the status of its answer."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    try:
        writer.write(request)
        return int((await reader.readline()).split()[1])
    finally:
        writer.transport.abort()


@pytest.mark.slow
async def test_ten_thousand_mutated_requests_never_give_a_500(service: Client) -> None:
    mutant = Mutant(_SEED)
    requests = [mutant.request() for _ in range(_REQUESTS)]
    statuses: Counter[int] = Counter()
    faults: list[bytes] = []

    async def work() -> None:
        while requests:
            request = requests.pop()
            status = await exchange(service, request)
            statuses[status] += 1
            if status >= 500:
                faults.append(request)

    async with asyncio.timeout(_PATIENCE):
        await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))

    assert faults == []
    assert statuses.total() == _REQUESTS
    assert {200, 400, 404, 405, 406, 415} <= set(statuses)
