"""Odd and hostile requests to valid addresses of the API: headers, paths, queries."""

import json
from typing import Final

import pytest

from tests.conftest import Client
from tests.support.raw_http import RawAnswer, get, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_API: Final = (
    "/api/v1/postcodes/B24QA",
    "/api/v1/sectors/B2-4",
    "/api/v1/teams/ladywood",
    "/api/v1/teams/ladywood/surgeries.ics",
    "/api/v1/wards/E05011151/boundary",
    "/police-uk/api/west-midlands/ladywood",
    "/openapi.json",
)


async def ask(client: Client, target: str | bytes, *headers: str) -> RawAnswer:
    """The answer to a request as it is written."""
    return await send_raw(client.host, client.port, get(target, *headers))


@pytest.mark.parametrize("path", _API)
@pytest.mark.parametrize(
    "header",
    [
        "Range: bytes=0-10",
        "Range: bytes=zz",
        "Range: bytes=0-0,-1",
        "If-Range: x",
        "If-Modified-Since: Sat, 21 Nov 2099 11:00:00 GMT",
        "If-Modified-Since: nonsense",
        'If-None-Match: "another", W/"x"',
        'If-None-Match: W/"',
        'If-None-Match: """',
        "If-None-Match: " + "," * 5_000,
        "Accept-Encoding: identity;q=0",
        "Accept-Encoding: gzip;q=1e9, br;q=-1",
        "Accept-Encoding: " + "x;q=0.1," * 900,
        "Content-Type: application/xml",
        "X-HTTP-Method-Override: DELETE",
        "Upgrade: websocket",
        "Forwarded: for=1.2.3.4;host=evil.example",
    ],
)
async def test_an_unsupported_header_value_has_no_effect(service: Client, path: str, header: str) -> None:
    plain = await ask(service, path)

    answer = await ask(service, path, header)

    assert (answer.status, answer.body, answer.headers["ETag"]) == (200, plain.body, plain.headers["ETag"])
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize("path", _API)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"a", {}', '"a",W/{},"b"', "{}\t", '"' + "x" * 7_000 + '", {}', "*"])
async def test_an_entity_tag_is_recognised_in_every_form(service: Client, path: str, form: str) -> None:
    tag = (await ask(service, path)).headers["ETag"]

    answer = await ask(service, path, f"If-None-Match: {form.format(tag)}")

    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/api/v1/postcodes/B24QA//", 400, "postcode_malformed"),
        ("/api/v1/postcodes/B2%2F4QA", 400, "postcode_malformed"),
        ("/api/v1/postcodes/B2%25204QA", 400, "postcode_malformed"),
        ("/api/v1/sectors/B2-4//", 400, "sector_malformed"),
        ("/api/v1/sectors/B2%2D4%00", 400, "sector_malformed"),
        ("/api/v1/teams/ladywood//", 404, "not_found"),
        ("/api/v1/teams/ladywood%2Fboundary", 404, "team_unknown"),
        ("/api/v1/teams/%2e%2e%2fwards", 404, "team_unknown"),
        ("/api/v1/teams/%C0%AF", 404, "team_unknown"),
        ("/api/v1/teams/%00/boundary", 404, "team_unknown"),
        ("/api/v1/teams/" + "a" * 20_000, 404, "team_unknown"),
        ("/api/v1/wards/E05011151%00", 404, "ward_unknown"),
        ("/api/v1/wards/E05011151/boundary//", 404, "not_found"),
        ("/api/v1/teams?q=a&q=b", 400, "parameter_invalid"),
        ("/api/v1/teams?q=" + "a" * 20_000, 400, "parameter_invalid"),
        ("/api/v1/teams?" + "&".join(f"a{number}=1" for number in range(3_000)), 400, "parameter_unknown"),
        ("/api/v1/teams/ladywood/surgeries.ics?token=1", 400, "parameter_unknown"),
        ("/api/v1/points?lat=52.4&lat=52.4&lon=-1.9", 400, "point_invalid"),
        ("/api/v1/points?lat=52,4&lon=-1,9", 400, "point_invalid"),
        ("/api/v1/points?lat=&lon=", 400, "point_invalid"),
        ("/api/v1/points?lat=NaN&lon=Infinity", 400, "point_invalid"),
        ("/api/v1/points?lat=%D9%A5%D9%A2&lon=-1.9", 400, "point_invalid"),
        ("/api/v1/teams/ladywood/boundary?precision=%D9%A5", 400, "parameter_invalid"),
        ("/api/v1/teams/ladywood/boundary?precision=5.0", 400, "parameter_invalid"),
    ],
    ids=range(24),
)
async def test_an_address_that_is_nearly_right_gets_a_specific_problem(
    service: Client, target: str, status: int, code: str
) -> None:
    answer = await ask(service, target)

    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer.body)["code"] == code
    assert len(answer.body) < 1_000


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 3", "Content-Length: 24"),
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Content-Length: -3",),
        ("Transfer-Encoding: chunked, identity",),
        ("Content-Type: application/json", "Content-Type: text/csv"),
    ],
)
async def test_an_ambiguous_request_is_refused(service: Client, headers: tuple[str, ...]) -> None:
    request = "\r\n".join(["POST /api/v1/lookups HTTP/1.1", "Host: a", *headers, "", '{"postcodes": []}'])

    answer = await send_raw(service.host, service.port, request.encode())

    assert answer.status == 400


@pytest.mark.parametrize("target", ["/api/v1/lookups", "/api/v1/teams", "/find"])
async def test_a_body_with_a_false_coding_is_refused_and_not_logged(
    service: Client, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    body = b"postcode\n" + b"B2 4QA\n" * 9_000
    head = f"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Encoding: gzip\r\n"

    answer = await send_raw(service.host, service.port, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    after = await ask(service, _API[0])

    assert 400 <= answer.status < 500
    assert after.status == 200
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []
