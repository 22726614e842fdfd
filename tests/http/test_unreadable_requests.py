"""Requests that reach no handler: each is refused as a problem with an id, which pages of any site may read."""

import json
import re
from typing import Final

import pytest

from finder.http.security_headers import SECURITY_HEADERS
from tests.conftest import Client
from tests.support.raw_http import RawAnswer, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_PATHS: Final = ("/", "/teams/ladywood/surgeries", "/api/v1/postcodes/B24QA", "/api/v1/teams", "/police-uk/api/forces")
_REQUESTS: Final = {
    "no colon": (b"GET /api/v1/teams HTTP/1.1\r\nHost: a\r\nBroken\r\n\r\n", 400, "request_malformed"),
    "no host": (b"GET /api/v1/teams HTTP/1.1\r\n\r\n", 400, "request_malformed"),
    "two hosts": (b"GET /api/v1/teams HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "request_malformed"),
    "two lengths": (
        b"GET /api/v1/teams HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        400,
        "request_malformed",
    ),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "request_malformed"),
    "address": (b"GET /api/v1/teams?q=" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "address_too_long"),
    "header": (b"GET /api/v1/teams HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9_000 + b"\r\n\r\n", 431, "headers_too_large"),
    "header's name": (
        b"GET /api/v1/teams HTTP/1.1\r\nHost: a\r\nX" + b"a" * 9_000 + b": 1\r\n\r\n",
        431,
        "headers_too_large",
    ),
    "many headers": (
        b"GET /api/v1/teams HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 100 + b"\r\n",
        431,
        "headers_too_large",
    ),
    "other method": (b"BREW /api/v1/teams HTTP/1.1\r\nHost: a\r\n\r\n", 501, "not_implemented"),
    "small method": (b"get /api/v1/teams HTTP/1.1\r\nHost: a\r\n\r\n", 501, "not_implemented"),
    "other version": (b"GET /api/v1/teams HTTP/2.0\r\nHost: a\r\n\r\n", 505, "version_unsupported"),
}


@pytest.mark.parametrize(("request_", "status", "code"), _REQUESTS.values(), ids=_REQUESTS)
async def test_the_refusal_is_a_problem_with_an_id(service: Client, request_: bytes, status: int, code: str) -> None:
    answer = await send_raw(service.host, service.port, request_)

    problem = json.loads(answer.body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"/problems/{code}")
    assert re.fullmatch(r"[0-9a-f]{32}", problem["request_id"])
    assert answer.headers["X-Request-ID"] == problem["request_id"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get("Connection", "close") == "close"
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    async with service.get(problem["type"]) as page:
        assert page.status == 200


async def ask_host(client: Client, path: str, host: str, *headers: str) -> RawAnswer:
    lines = "".join(f"{each}\r\n" for each in headers)
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode("utf-8", "surrogateescape")
    return await send_raw(client.host, client.port, request)


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize(
    "host", ["a b", "x:y", "", "a:99999", "a:80:80", "[::1", "[::zz]", "a/b", "a@b", "é", "a:-1", "a,b c", "%zz", ":80"]
)
async def test_a_host_that_is_none_is_refused(service: Client, path: str, host: str) -> None:
    answer = await ask_host(service, path, host)

    assert (answer.status, json.loads(answer.body)["code"]) == (400, "request_malformed")


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize("host", ["a", "A.example:", "a_b.example:8080", "[::1]:80", "127.0.0.1:65535", "x%41", "a,b"])
async def test_every_real_host_is_answered(service: Client, path: str, host: str) -> None:
    assert (await ask_host(service, path, host)).status == 200


async def test_the_id_of_the_client_is_kept(service: Client) -> None:
    given = "4bfcc34b13c54912bf476568e440174a"

    answer = await ask_host(service, "/", "a b", f"X-Request-ID: {given}")

    assert (answer.headers["X-Request-ID"], json.loads(answer.body)["request_id"]) == (given, given)


@pytest.mark.parametrize(
    "codings",
    [["gzip, chunked"], ["gzip", "chunked"], ["identity, chunked"], ["chunked;q=1"], ["CHUNKED ,chunked"]],
    ids=str,
)
@pytest.mark.parametrize("path", ["/api/v1/lookups", "/find"])
async def test_another_transfer_coding_is_not_implemented(service: Client, path: str, codings: list[str]) -> None:
    lines = "".join(f"Transfer-Encoding: {each}\r\n" for each in codings)
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{lines}\r\n"

    answer = await send_raw(service.host, service.port, head.encode() + b"0\r\n\r\n")

    assert answer.status in {400, 501}
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] in {"not_implemented", "request_malformed"}


async def test_gzip_before_chunked_is_not_implemented(service: Client) -> None:
    head = b"POST /api/v1/lookups HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"

    answer = await send_raw(service.host, service.port, head)

    assert (answer.status, json.loads(answer.body)["code"]) == (501, "not_implemented")


async def test_a_plain_lookup_with_a_transfer_coding_is_refused_too(service: Client) -> None:
    head = b"GET /api/v1/postcodes/B24QA HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"

    assert (await send_raw(service.host, service.port, head)).status in {400, 501}
