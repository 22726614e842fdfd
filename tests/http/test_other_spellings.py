"""Other spellings of an address: small letters in a GSS code, a slash at the end; and the methods that it takes."""

from typing import Final

import pytest

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_ADDRESSES: Final = (
    "/api/v1/postcodes/B24QA",
    "/api/v1/postcodes/b24qa",
    "/api/v1/points?lat=52.477677&lon=-1.898007",
    "/api/v1/sectors/B2-4",
    "/api/v1/teams",
    "/api/v1/teams/ladywood",
    "/api/v1/teams/ladywood/surgeries",
    "/api/v1/teams/ladywood/surgeries.ics",
    "/api/v1/wards",
    "/api/v1/wards/E05011151",
    "/api/v1/wards/e05011151/boundary",
    "/police-uk/api/forces",
    "/police-uk/api/west-midlands/ladywood/events",
    "/police-uk/api/locate-neighbourhood?q=52.477677,-1.898007",
    "/openapi.json",
    "/docs",
    "/areas",
    "/areas/birmingham",
    "/teams/ladywood",
    "/problems/team_unknown",
)
_LIST: Final = {"postcodes": ["B2 4QA"]}


@pytest.mark.parametrize("address", _ADDRESSES)
async def test_one_slash_at_the_end_gets_the_same_answer(service: Client, address: str) -> None:
    path, mark, query = address.partition("?")
    async with service.get(address) as plain, service.get(f"{path}/{mark}{query}", allow_redirects=False) as slashed:
        assert slashed.status == plain.status == 200
        assert await slashed.read() == await plain.read()
        assert slashed.headers["ETag"] == plain.headers["ETag"]
        assert slashed.headers.get("Content-Location") == plain.headers.get("Content-Location")


@pytest.mark.parametrize("address", _ADDRESSES)
async def test_two_slashes_at_the_end_are_another_address(service: Client, address: str) -> None:
    path, mark, query = address.partition("?")

    async with service.get(f"{path}//{mark}{query}", allow_redirects=False) as response:
        assert response.status in {400, 404}


async def test_lists_and_forms_may_be_sent_to_an_address_with_a_slash(service: Client) -> None:
    async with service.post("/api/v1/lookups/", json=_LIST) as response:
        assert (await response.json())["results"][0]["answer"]["team"]["id"] == "ladywood"
    async with service.post("/find/", data={"postcode": "B2 4QA"}) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/postcodes/", 400),
        ("/api/v1/sectors/", 400),
        ("/api/", 404),
        ("/police-uk/api/", 404),
        ("/teams/", 404),
        ("/static/", 404),
        ("/metrics/", 404),
        ("/readyz/", 404),
        ("/%6Detrics/", 404),
    ],
)
async def test_a_slash_is_not_left_out_where_a_name_is_missing_or_a_proxy_looks(
    service: Client, path: str, status: int
) -> None:
    async with service.get(path) as response:
        assert response.status == status


@pytest.mark.parametrize("rest", ["", "/boundary"])
async def test_small_letters_in_a_gss_code_get_the_same_answer(service: Client, rest: str) -> None:
    async with (
        service.get(f"/api/v1/wards/E05011151{rest}") as right,
        service.get(f"/api/v1/wards/e05011151{rest}") as small,
    ):
        assert (right.status, small.status) == (200, 200)
        assert await small.read() == await right.read()
        assert small.headers["Content-Location"] == f"/api/v1/wards/E05011151{rest}"
        assert "Content-Location" not in right.headers


@pytest.mark.parametrize("code", ["e05999999", "E0501115", "e05011151x"])
async def test_other_codes_stay_unknown(service: Client, code: str) -> None:
    async with service.get(f"/api/v1/wards/{code}") as response:
        assert (await response.json(content_type=None))["code"] == "ward_unknown"
        assert response.status == 404


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/find", "OPTIONS, POST"),
        ("/areas", "GET, HEAD, OPTIONS, POST"),
        ("/static/finder.css", "GET, HEAD, OPTIONS"),
        ("/api/v1/postcodes/B24QA", "GET, HEAD, OPTIONS"),
        ("/api/v1/lookups", "OPTIONS, POST"),
        ("/police-uk/api/forces", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_refused_method_and_options_name_the_same_methods(service: Client, path: str, methods: str) -> None:
    async with service.options(path) as asked:
        assert asked.headers["Allow"] == methods
    for method in ("PUT", "DELETE", "PROPFIND", "TRACE"):
        async with service.request(method, path) as refused:
            assert (refused.status, refused.headers["Allow"]) == (405, methods)
