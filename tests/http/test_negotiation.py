"""Rules of every public address: tags, 304, caching, compression, HEAD, OPTIONS, CORS, refusals."""

import gzip
import re
from typing import Final

import brotli
import pytest
from aiohttp import ClientSession, DummyCookieJar
from multidict import CIMultiDictProxy

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

Headers = CIMultiDictProxy[str]
_API: Final = (
    "/api/v1/postcodes/B24QA",
    "/api/v1/points?lat=52.477677&lon=-1.898007",
    "/api/v1/sectors/B2-4",
    "/api/v1/teams",
    "/api/v1/teams/ladywood",
    "/api/v1/teams/ladywood/surgeries",
    "/api/v1/teams/ladywood/boundary",
    "/api/v1/wards",
    "/api/v1/wards/E05011151",
    "/api/v1/wards/E05011151/boundary",
    "/openapi.json",
    "/api/v1/teams/ladywood/surgeries.ics",
)
_PUBLIC: Final = (
    *_API,
    "/police-uk/api/forces",
    "/police-uk/api/forces/west-midlands",
    "/police-uk/api/forces/west-midlands/people",
    "/police-uk/api/west-midlands/ladywood",
    "/police-uk/api/west-midlands/ladywood/people",
    "/police-uk/api/west-midlands/ladywood/priorities",
    "/police-uk/api/west-midlands/neighbourhoods",
    "/police-uk/api/west-midlands/ladywood/boundary",
    "/police-uk/api/west-midlands/ladywood/events",
    "/police-uk/api/locate-neighbourhood?q=52.477677,-1.898007",
)
_KEPT: Final = (*_PUBLIC, "/docs")


async def fetch(client: Client, path: str, encoding: str = "identity", tag: str = "") -> tuple[int, Headers, bytes]:
    """Status, headers and body of an answer, not decompressed."""
    headers = {"Accept-Encoding": encoding} | ({"If-None-Match": tag} if tag else {})
    async with (
        ClientSession(auto_decompress=False, cookie_jar=DummyCookieJar()) as session,
        session.get(client.make_url(path), headers=headers) as response,
    ):
        return response.status, response.headers, await response.read()


@pytest.mark.parametrize("path", _KEPT)
async def test_each_encoding_has_its_own_strong_tag_and_the_same_content(service: Client, path: str) -> None:
    plain_status, plain_headers, plain = await fetch(service, path)
    _, gzip_headers, gzipped = await fetch(service, path, "gzip")
    _, brotli_headers, brotlied = await fetch(service, path, "gzip, deflate, br")

    tags = {headers["ETag"] for headers in (plain_headers, gzip_headers, brotli_headers)}
    assert plain_status == 200
    assert len(tags) == 3
    assert all(re.fullmatch(r'"[^"]+"', tag) for tag in tags)
    assert gzip.decompress(gzipped) == brotli.decompress(brotlied) == plain
    assert (gzip_headers["Content-Encoding"], brotli_headers["Content-Encoding"]) == ("gzip", "br")
    assert "Content-Encoding" not in plain_headers


_MADE_EACH_TIME: Final = ("/postcodes/", "/points?", "/locate-neighbourhood?")


@pytest.mark.parametrize("path", [each for each in _KEPT if not any(part in each for part in _MADE_EACH_TIME)])
async def test_a_shared_body_is_compressed_once(service: Client, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    await fetch(service, path, "br")
    monkeypatch.setattr(brotli, "compress", None)

    status, headers, _ = await fetch(service, path, "br")

    assert (status, headers["Content-Encoding"]) == (200, "br")


@pytest.mark.parametrize("path", _KEPT)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
async def test_a_304_has_the_headers_that_a_cache_needs(service: Client, path: str, encoding: str) -> None:
    _, headers, _ = await fetch(service, path, encoding)

    status, again, body = await fetch(service, path, encoding, headers["ETag"])

    assert (status, body) == (304, b"")
    assert {name: again[name] for name in ("ETag", "Cache-Control", "Vary")} == {
        name: headers[name] for name in ("ETag", "Cache-Control", "Vary")
    }


@pytest.mark.parametrize("path", _KEPT)
async def test_every_public_answer_has_cache_control_and_vary(service: Client, path: str) -> None:
    _, headers, _ = await fetch(service, path)

    assert headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=240, stale-if-error=86400"
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, *;q=0", None),
        ("gzip;q=0", None),
        ("GZIP", "gzip"),
        ("zstd", None),
        ("br;q=nonsense", None),
        ("", None),
        (",,;;q=1,=", None),
        ("br;q=0.5;x=y, *;q=0.4", "br"),
    ],
)
async def test_the_encoding_that_the_client_prefers_is_chosen(service: Client, header: str, chosen: str | None) -> None:
    _, headers, _ = await fetch(service, "/api/v1/wards", header)

    assert headers.get("Content-Encoding") == chosen


@pytest.mark.parametrize("path", _KEPT)
async def test_head_has_the_same_headers_without_the_body(service: Client, path: str) -> None:
    status, got, _ = await fetch(service, path)

    async with service.head(path, headers={"Accept-Encoding": "identity"}) as response:
        assert response.status == status
        assert {name: response.headers[name] for name in ("ETag", "Content-Length", "Content-Type")} == {
            name: got[name] for name in ("ETag", "Content-Length", "Content-Type")
        }


@pytest.mark.parametrize("path", [*_PUBLIC, "/api/v1/lookups"])
async def test_a_page_of_any_site_may_send_requests(service: Client, path: str) -> None:
    method = "POST" if path == "/api/v1/lookups" else "GET"
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": method}

    async with service.options(path, headers=asked) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert method in response.headers["Access-Control-Allow-Methods"].split(", ")
        assert "Content-Type" in response.headers["Access-Control-Allow-Headers"].split(", ")
        assert response.headers["Allow"] == response.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("path", ["/api/v1/postcodes/B24QA", "/api/v1/postcodes/HELLO", "/api/v1/none/such"])
async def test_a_page_of_any_site_may_read_answers_and_refusals(service: Client, path: str) -> None:
    async with service.get(path, headers={"Origin": "https://example.org"}) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "X-Request-ID" in response.headers["Access-Control-Expose-Headers"].split(", ")
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("path", ["/", "/find", "/teams/ladywood"])
async def test_other_sites_may_not_read_the_website(service: Client, path: str) -> None:
    async with service.options(path, headers={"Origin": "https://example.org"}) as response:
        assert response.status == 204
        assert not [name for name in response.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize("path", _API)
async def test_an_unknown_parameter_is_refused_by_name(service: Client, path: str) -> None:
    mark = "&" if "?" in path else "?"

    async with service.get(f"{path}{mark}pretty=1") as response:
        problem = await response.json(content_type=None)
        assert response.status == 400
        assert (problem["code"], problem["parameter"]) == ("parameter_unknown", "pretty")
        assert "pretty" in problem["detail"]


@pytest.mark.parametrize("path", _API)
async def test_a_request_for_xml_is_refused(service: Client, path: str) -> None:
    async with service.get(path, headers={"Accept": "application/xml"}) as response:
        problem = await response.json(content_type=None)
        assert response.status == 406
        assert (problem["code"], problem["parameter"]) == ("not_acceptable", "Accept")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "",
        "application/json",
        "text/html, application/json;q=0.5",
        "application/*",
        "text/html,*/*;q=0.1",
        "*/*;q=0, application/json",
    ],
)
@pytest.mark.parametrize("path", [each for each in _API if not each.endswith(".ics")])
async def test_a_client_that_accepts_json_gets_it(service: Client, path: str, accept: str) -> None:
    async with service.get(path, headers={"Accept": accept}) as response:
        assert response.status == 200
        assert response.content_type in {"application/json", "application/geo+json"}


@pytest.mark.parametrize(
    "accept", ["*/*", "text/calendar", "text/*;q=0.1", "application/json, */*;q=0.1", "application/json"]
)
async def test_a_client_that_accepts_calendars_gets_one(service: Client, accept: str) -> None:
    async with service.get("/api/v1/teams/ladywood/surgeries.ics", headers={"Accept": accept}) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"


@pytest.mark.parametrize(
    "accept",
    [
        "application/problem+json",
        "application/problem+json;q=0.1, text/html",
        "APPLICATION/PROBLEM+JSON",
        "*/*;q=0, application/problem+json",
    ],
)
@pytest.mark.parametrize("path", _API)
async def test_a_client_that_names_only_the_type_of_refusals_gets_the_answer(
    service: Client, path: str, accept: str
) -> None:
    async with service.get(path, headers={"Accept": accept}) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "accept",
    [
        "text/calendar;q=0, application/problem+json",
        "text/calendar;q=0, application/json",
        "application/problem+json;q=0",
        "application/xml",
    ],
)
async def test_a_client_that_does_not_accept_calendars_is_refused(service: Client, accept: str) -> None:
    async with service.get("/api/v1/teams/ladywood/surgeries.ics", headers={"Accept": accept}) as response:
        assert response.status == 406


@pytest.mark.parametrize(
    "accept",
    ["application/json;q=0", "text/html", "nonsense", "image/*", ";q=1", "*/*, application/json;q=0",
     "application/*;q=0, */*"],
)  # fmt: skip
async def test_a_client_that_does_not_accept_json_is_refused(service: Client, accept: str) -> None:
    async with service.get("/api/v1/teams", headers={"Accept": accept}) as response:
        assert response.status == 406
