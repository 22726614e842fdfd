"""Refusals of the API: the status, content type, code and fields of each problem."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from finder.domain.directory import Directory
from finder.http.problem_statuses import KINDS
from finder.server.app import build_app
from finder.settings import Settings
from finder.storage.connections import connected
from tests.conftest import AioHttpClient, Client
from tests.support.stored_releases import publish_directory

_LADYWOOD = "E05011151"


def without_ladywood(directory: Directory) -> Directory:
    return replace(directory, coverage=tuple(each for each in directory.coverage if each.gss_code != _LADYWOOD))


async def refused(client: Client, path: str) -> dict[str, Any]:
    """The problem that a path is answered with."""
    async with client.get(path) as response:
        problem: dict[str, Any] = await response.json(content_type="application/problem+json")
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.status == problem["status"]
        assert response.headers["X-Request-ID"] == problem["request_id"]
    return problem


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/postcodes/HELLO", 400, "postcode_malformed"),
        ("/api/v1/postcodes/", 400, "postcode_malformed"),
        ("/api/v1/postcodes/B99%209ZZ", 404, "postcode_unknown"),
        ("/api/v1/postcodes/B97%204AB", 404, "outside_coverage"),
        ("/api/v1/postcodes/B24QA?format=xml", 400, "parameter_unknown"),
        ("/api/v1/nothing/here", 404, "not_found"),
        ("/api/", 404, "not_found"),
    ],
)
async def test_each_refusal_has_its_status_and_code(service: Client, path: str, status: int, code: str) -> None:
    problem = await refused(service, path)

    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"/problems/{code}"
    assert problem["title"]
    assert problem["detail"].endswith((".", "B2 4QA."))


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("postcode", "force_id", "force"),
    [
        ("B97 4AB", "west-mercia", "West Mercia Police"),
        ("B98 7AA", "west-mercia", "West Mercia Police"),
        ("EH1 1YZ", "scotland", "Police Scotland"),
        ("BT1 1AA", "northern-ireland", "Police Service of Northern Ireland"),
    ],
)
async def test_a_refusal_outside_the_area_names_the_force(
    service: Client, postcode: str, force_id: str, force: str
) -> None:
    problem = await refused(service, f"/api/v1/postcodes/{postcode.replace(' ', '')}")

    assert problem["code"] == "outside_coverage"
    assert (problem["force"]["id"], problem["force"]["name"]) == (force_id, force)
    assert problem["force"]["web"].startswith("https://")
    assert force in problem["detail"]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("postcode", ["B97 4AB", "EH1 1YZ", "B99 9ZZ"])
async def test_a_refusal_never_repeats_the_postcode(service: Client, postcode: str) -> None:
    async with service.get(f"/api/v1/postcodes/{postcode}") as response:
        body = await response.text()

    assert postcode not in body
    assert postcode.replace(" ", "") not in body


@pytest.mark.asyncio(loop_scope="session")
async def test_an_unknown_parameter_is_named(service: Client) -> None:
    problem = await refused(service, "/api/v1/postcodes/B24QA?colour=blue")

    assert problem["parameter"] == "colour"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("code", KINDS)
async def test_every_problem_s_type_is_a_page_that_explains_it(service: Client, code: str) -> None:
    async with service.get(f"/problems/{code}") as response:
        page = await response.text()

    assert response.status == 200
    assert code in page
    assert str(KINDS[code].status) in page


@pytest.mark.asyncio(loop_scope="session")
async def test_a_problem_that_does_not_exist_has_no_page(service: Client) -> None:
    async with service.get("/problems/none_such") as response:
        assert response.status == 404


async def test_a_ward_without_a_team_is_named_with_the_place(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    async with connected(shipped_database) as connection:
        await publish_directory(connection, without_ladywood)
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    problem = await refused(client, "/api/v1/postcodes/B24QA")

    assert (problem["status"], problem["code"]) == (404, "ward_without_team")
    assert problem["ward"]["gss_code"] == _LADYWOOD
    assert problem["ward"]["district"]["name"] == "Birmingham"
    assert problem["location"]["easting"] == 407024
    assert problem["location"]["latitude"] == 52.477677


async def test_without_a_publication_the_api_answers_503(
    empty_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), empty_database))

    problem = await refused(client, "/api/v1/postcodes/B24QA")

    assert (problem["status"], problem["code"]) == (503, "no_live_publication")


async def test_without_a_publication_a_malformed_postcode_is_still_refused_as_malformed(
    empty_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), empty_database))

    problem = await refused(client, "/api/v1/postcodes/HELLO")

    assert problem["code"] == "postcode_malformed"
