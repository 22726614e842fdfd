"""The headers of every response."""

import re
from typing import Final

import pytest

from finder.http.security_headers import SECURITY_HEADERS
from tests.conftest import Client
from tests.support.raw_http import get, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_REQUESTS: Final = {
    "start page": ("GET", "/"),
    "team page": ("GET", "/teams/ladywood"),
    "answer": ("GET", "/api/v1/postcodes/B24QA"),
    "problem": ("GET", "/api/v1/postcodes/HELLO"),
    "stylesheet": ("GET", "/static/finder.css"),
    "page not found": ("GET", "/none/such"),
    "wrong method": ("DELETE", "/find"),
    "wrong content": ("POST", "/find"),
    "health": ("GET", "/healthz"),
    "readiness": ("GET", "/readyz"),
}


@pytest.mark.parametrize(("method", "path"), _REQUESTS.values(), ids=_REQUESTS)
async def test_every_response_carries_the_security_headers(service: Client, method: str, path: str) -> None:
    async with service.request(method, path) as response:
        found = {name: response.headers.get(name) for name in SECURITY_HEADERS}

    assert found == SECURITY_HEADERS


async def test_the_response_to_an_unreadable_request_has_the_security_headers_too(service: Client) -> None:
    answer = await send_raw(service.host, service.port, b"GET / HTTP/1.1\r\nHost: a\r\nBroken header\r\n\r\n")

    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


async def test_the_policy_lets_pages_load_nothing_from_elsewhere_and_run_no_script_in_them(service: Client) -> None:
    async with service.get("/") as response:
        policy = response.headers["Content-Security-Policy"]

    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert set(rules.values()) <= {"'none'", "'self'"}
    assert rules["frame-ancestors"] == "'none'"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=(self)" in response.headers["Permissions-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("method", "path"), _REQUESTS.values(), ids=_REQUESTS)
async def test_no_response_names_the_software_or_its_version(service: Client, method: str, path: str) -> None:
    async with service.request(method, path) as response:
        assert response.headers["Server"] == "finder"
        assert not re.search(r"aiohttp|python", str(response.headers), re.IGNORECASE)


@pytest.mark.parametrize(("method", "path"), _REQUESTS.values(), ids=_REQUESTS)
async def test_no_response_sets_a_cookie(service: Client, method: str, path: str) -> None:
    async with service.request(method, path) as response:
        assert "Set-Cookie" not in response.headers


async def test_a_request_id_from_a_proxy_is_used(service: Client) -> None:
    given = "4bfcc34b13c54912bf476568e440174a"

    async with service.get("/healthz", headers={"X-Request-ID": given}) as response:
        assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["B24QA", "b2-4qa", "a" * 200, "WV10 0AA", "<script>", ""])
async def test_a_request_id_that_could_be_a_postcode_is_replaced(service: Client, given: str) -> None:
    async with service.get("/healthz", headers={"X-Request-ID": given}) as response:
        assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", {"GET", "HEAD", "OPTIONS"}),
        ("/find", {"OPTIONS", "POST"}),
        ("/teams/ladywood", {"GET", "HEAD", "OPTIONS"}),
        ("/api/v1/postcodes/B24QA", {"GET", "HEAD", "OPTIONS"}),
        ("/healthz", {"GET", "HEAD", "OPTIONS"}),
    ],
)
async def test_the_refusal_of_a_wrong_method_lists_the_allowed_ones(
    service: Client, path: str, allowed: set[str]
) -> None:
    async with service.put(path) as response:
        assert response.status == 405
        assert {name.strip() for name in response.headers["Allow"].split(",")} == allowed


async def test_the_response_to_head_has_no_body(service: Client) -> None:
    async with service.get("/") as got, service.head("/") as head:
        assert head.status == 200
        assert head.headers["Content-Length"] == got.headers["Content-Length"]


async def test_a_connection_stays_open_for_the_next_request(service: Client) -> None:
    answer = await send_raw(service.host, service.port, get("/healthz") + get("/healthz"))

    assert answer.status == 200
    assert answer.headers.get("Connection", "keep-alive") == "keep-alive"
