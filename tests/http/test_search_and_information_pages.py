"""Search by location and by name, the pages about the service, the settings of other forces, and caching."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest
from aiohttp import ClientResponse
from pydantic import ValidationError

from finder.domain.directory import Directory
from finder.domain.release import Kind
from finder.server.app import build_app
from finder.settings import Settings
from finder.storage import publication_store, ward_store
from finder.storage.connections import connected
from tests.conftest import AioHttpClient, Client
from tests.support.raw_http import send_raw
from tests.support.stored_releases import (
    publish_directory,
    publish_releases,
    read_live_directory,
    stage_directory,
    stage_wards,
)

_HERE: Final = {"lat": "52.477677", "lon": "-1.898007", "accuracy": "15"}
_NUMBERS: Final = ("999", "101", "18000", "18001 101", "999 BSL", "0800 555 111")
_LEGAL: Final = ("/cookies", "/privacy", "/accessibility", "/data")
_RESIDENT: Final = (
    "/",
    "/teams/ladywood",
    "/teams/ladywood/surgeries",
    "/choose?teams=ladywood,nechells",
    "/areas",
    "/areas/birmingham",
    "/none/such",
    "/teams/none-such",
)


async def fetch(client: Client, path: str) -> str:
    """The text of a page that exists."""
    async with client.get(path) as response:
        return await response.text()


async def post(client: Client, path: str, **fields: str) -> ClientResponse:
    """The answer to a form; redirects are not followed."""
    return await client.post(path, data=fields, allow_redirects=False)


@pytest.fixture
async def make_client(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> Callable[..., Any]:
    """Builds a client of the service with some settings."""

    async def make(**settings: Any) -> Client:
        return await aiohttp_client(build_app(make_settings(**settings), shipped_database))

    return make


@pytest.mark.asyncio(loop_scope="session")
async def test_a_location_redirects_to_its_team(service: Client) -> None:
    response = await post(service, "/find/location", **_HERE)

    assert (response.status, response.headers["Location"]) == (303, "/teams/ladywood")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.asyncio(loop_scope="session")
async def test_a_location_accurate_to_two_kilometres_gets_a_choice_of_teams(service: Client) -> None:
    response = await post(service, "/find/location", **(_HERE | {"accuracy": "2000"}))

    teams = response.headers["Location"].removeprefix("/choose?teams=").split(",")
    assert teams[0] == "ladywood"
    assert 2 <= len(teams) <= 8


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "change", [{"lat": "x"}, {"lat": "91"}, {"lon": ""}, {"accuracy": "-1"}, {"lat": "-1.9", "lon": "52"}]
)
async def test_for_an_invalid_location_the_form_asks_for_the_postcode(service: Client, change: dict[str, str]) -> None:
    response = await post(service, "/find/location", **(_HERE | change))

    assert response.status == 422
    assert "Enter your postcode instead" in await response.text()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_location_abroad_is_outside_the_area(service: Client) -> None:
    response = await post(service, "/find/location", lat="48.8566", lon="2.3522")

    assert response.status == 404
    assert "looked after by another police force" in await response.text()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("typed", "team"),
    [("ladywood", "ladywood"), ("SPARKBROOK and balsall", "sparkbrook-balsall-heath-east"), ("warley", "abbey")],
)
async def test_a_team_is_found_by_its_name_or_by_that_of_a_ward(service: Client, typed: str, team: str) -> None:
    response = await post(service, "/areas", name=typed)

    assert response.status == 200
    assert f'href="/teams/{team}"' in await response.text()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("typed", "meant", "team"),
    [("Harbourne", "Harborne", "harborne"), ("sparkbrok", "Sparkbrook", "sparkbrook-balsall-heath-east")],
)
async def test_a_misspelt_name_finds_the_intended_team_and_says_so(
    service: Client, typed: str, meant: str, team: str
) -> None:
    response = await post(service, "/areas", name=typed)

    page = await response.text()
    assert f"so we looked for <strong>{meant}</strong>" in page
    assert f'href="/teams/{team}"' in page


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("typed", ["", "   ", "zz", "%", "*", "' OR 1=1", "<zz>", "x" * 5000])
async def test_an_unknown_name_finds_nothing(service: Client, typed: str) -> None:
    response = await post(service, "/areas", name=typed)

    page = await response.text()
    assert response.status == 200
    assert "No teams found" in page
    assert "<zz>" not in page


@pytest.mark.asyncio(loop_scope="session")
async def test_a_postcode_in_the_search_by_name_finds_its_team(service: Client) -> None:
    response = await post(service, "/areas", name="b2 4qa")

    assert (response.status, response.headers["Location"]) == (303, "/teams/ladywood")


@pytest.mark.asyncio(loop_scope="session")
async def test_every_team_is_in_the_list_of_a_district(service: Client) -> None:
    districts = re.findall(r'href="(/areas/[a-z-]+)"', await fetch(service, "/areas"))

    listed = {
        team for path in districts for team in re.findall(r'href="/teams/([a-z0-9-]+)"', await fetch(service, path))
    }

    assert len(districts) == 7
    assert len(listed) == 150


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "path",
    ["/areas/none", "/areas/Birmingham", "/teams/ladywood/surgeries?page=0", "/teams/ladywood/surgeries?page=999"],
)
async def test_the_list_of_an_unknown_district_is_not_found(service: Client, path: str) -> None:
    async with service.get(path) as response:
        assert response.status == 404


@pytest.mark.asyncio(loop_scope="session")
async def test_the_pages_of_surgeries_have_each_surgery_once(service: Client) -> None:
    first = await fetch(service, "/teams/ladywood/surgeries")
    pages = re.findall(r'href="\?page=([0-9]+)"', first)
    last = max(map(int, pages))

    found = [
        uid
        for page in range(1, last + 1)
        for uid in re.findall(
            r"surgeries/([a-z0-9A-Z-]+)\.ics", await fetch(service, f"/teams/ladywood/surgeries?page={page}")
        )
    ]

    assert f"{len(found)} dates in the next year" in first
    assert len(set(found)) == len(found)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("language", ["", "xx-invalid;;q=9,,*", "de", "\u00e9".encode().decode("latin-1"), "en;q=abc"])
async def test_a_malformed_accept_language_changes_nothing(service: Client, language: str) -> None:
    async with service.get("/", headers={"Accept-Language": language}) as response:
        assert response.status == 200
        assert '<html lang="en-GB">' in await response.text()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("path", [*_RESIDENT, *_LEGAL])
async def test_every_page_has_the_numbers_to_call_and_names_its_data_sources(service: Client, path: str) -> None:
    page = await fetch(service, path)

    assert [number for number in _NUMBERS if number not in page] == []
    assert "publication 1" in page
    assert [release for release in ("postcodes-1", "wards-2", "directory-7") if release not in page] == []


@pytest.mark.asyncio(loop_scope="session")
async def test_static_files_with_hashed_names_are_cached_for_ever(service: Client) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', await fetch(service, "/"))

    assert len(addresses) == 3
    for address in addresses:
        async with service.get(address) as response:
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert response.headers["Content-Encoding"] in {"br", "gzip"}


@pytest.mark.asyncio(loop_scope="session")
async def test_a_static_file_of_another_version_is_served_and_cached_only_briefly(service: Client) -> None:
    async with service.get("/static/finder.000000000000.css") as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", ["none.css", "finder", "..%2fpages.py", "finder.css.py"])
async def test_no_other_static_file_is_found(service: Client, name: str) -> None:
    async with service.get(f"/static/{name}") as response:
        assert response.status == 404


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
async def test_a_client_with_the_current_page_gets_304(service: Client, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    async with service.get("/teams/ladywood", headers=headers) as first:
        tag = first.headers["ETag"]

    async with service.get("/teams/ladywood", headers=headers | {"If-None-Match": tag}) as second:
        assert (second.status, await second.read()) == (304, b"")


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_website_and_api_agree_on_a_thousand_postcodes(service: Client, server: str) -> None:
    async with connected(server.replace("/finder?", "/template_shipped?")) as connection:
        known = [
            row[0] for row in await connection.fetch('SELECT postcode FROM postcode ORDER BY postcode COLLATE "C"')
        ]
    sample = random.Random(5).sample(known, 1000)  # noqa: S311 - a sample, not a secret

    different = [postcode for postcode in sample if not await agree(service, postcode)]

    assert different == []


async def agree(service: Client, postcode: str) -> bool:
    """Whether the website leads to the team, or the teams, that the API names."""
    async with service.get(f"/api/v1/postcodes/{postcode.replace(' ', '')}") as response:
        answer = await response.json(content_type=None)
    found = await post(service, "/find", postcode=postcode)
    if response.status != 200:
        return found.status == response.status
    ids = dict.fromkeys([answer["team"]["id"], *(each["team"]["id"] for each in answer["match"]["alternatives"])])
    expected = f"/teams/{next(iter(ids))}" if len(ids) == 1 else f"/choose?teams={','.join(list(ids)[:3])}"
    return found.headers["Location"].split("?retired")[0] == expected


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("force_name", "Example Constabulary", "Example Constabulary"),
        ("logo_text", "EC", ">EC</a>"),
        ("service_name", "Who polices my street?", "Who polices my street?</a>"),
        ("force_web", "https://example.org/force", 'href="https://example.org/force"'),
        ("feedback_url", "https://example.org/feedback", 'href="https://example.org/feedback"'),
        ("leave_url", "https://example.org/weather", 'href="https://example.org/weather"'),
        ("phase", "Alpha", '<span class="tag">Alpha</span>'),
    ],
)
async def test_another_force_needs_only_settings(
    make_client: Callable[..., Any], name: str, value: str, shown: str
) -> None:
    client = await make_client(**{name: value})

    assert shown in await fetch(client, "/")


async def test_the_colours_come_from_the_settings(make_client: Callable[..., Any]) -> None:
    client = await make_client(brand_colour="#401040", action_colour="#600030")

    style = await fetch(client, "/static/finder.css")

    assert style.startswith(":root{--brand:#401040;--action:#600030;--action-light:#")


@pytest.mark.parametrize("colour", ["#ffffff", "#1d9bf0", "#777778", "red", "#12345"])
def test_a_colour_with_too_little_contrast_is_refused(make_settings: Callable[..., Settings], colour: str) -> None:
    with pytest.raises(ValidationError):
        make_settings(action_colour=colour)


async def test_with_an_https_address_browsers_must_use_tls(make_client: Callable[..., Any]) -> None:
    client = await make_client(public_url="https://team.example.org")

    async with client.get("/teams/ladywood/surgeries") as response:
        page = await response.text()

    unreadable = await send_raw(client.host, client.port, b"GET / HTTP/1.1\r\nHost: a\r\nBroken header\r\n\r\n")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert unreadable.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert 'href="webcal://team.example.org/api/v1/teams/ladywood/surgeries.ics"' in page


async def test_a_closed_website_says_so_and_the_api_stays_open(make_client: Callable[..., Any]) -> None:
    client = await make_client(maintenance="Back at 6pm.")

    for method, path in (("GET", "/"), ("POST", "/find"), ("GET", "/teams/ladywood")):
        async with client.request(method, path) as response:
            page = await response.text()
        assert (response.status, response.headers["Retry-After"]) == (503, "600")
        assert "Back at 6pm." in page
        assert [number for number in _NUMBERS if number not in page] == []
    open_still = (
        "/api/v1/postcodes/B24QA",
        "/docs",
        "/problems/team_unknown",
        "/healthz",
        "/readyz",
        "/static/finder.css",
    )
    for path in open_still:
        async with client.get(path) as response:
            assert response.status == 200


async def test_the_page_of_a_replaced_team_names_its_successor(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    def merge(directory: Directory) -> Directory:
        coverage = [
            replace(each, team_id="nechells") if each.team_id == "newtown" else each for each in directory.coverage
        ]
        merged = replace(directory, coverage=tuple(coverage), surgeries=(), changes=(), officers=(), priorities=())
        return replace(merged, teams=tuple(team for team in directory.teams if team.id != "newtown"))

    async with connected(shipped_database) as connection:
        await publish_directory(connection, merge)
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    async with client.get("/teams/newtown") as response, client.get("/api/v1/teams/newtown/surgeries.ics") as feed:
        page, problem = await response.text(), await feed.json(content_type="application/problem+json")

    assert (response.status, feed.status) == (410, 410)
    assert 'href="/teams/nechells">Nechells</a>' in page
    assert (problem["code"], problem["replaced_by"]) == ("team_replaced", ["nechells"])


async def test_a_team_whose_wards_were_all_replaced_names_the_teams_of_its_former_area(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    def renumbered(code: str) -> str:
        return f"E059{code[4:]}"

    def merge(directory: Directory) -> Directory:
        coverage = [
            replace(each, gss_code=renumbered(each.gss_code), team_id=each.team_id.replace("newtown", "nechells"))
            for each in directory.coverage
        ]
        merged = replace(directory, coverage=tuple(coverage), surgeries=(), changes=(), officers=(), priorities=())
        return replace(merged, teams=tuple(team for team in directory.teams if team.id != "newtown"))

    async with connected(shipped_database) as connection:
        live = await publication_store.find_live(connection)
        assert live is not None
        found = await ward_store.read(connection, live.releases[Kind.WARDS].number)
        drawn = await stage_wards(connection, [replace(each, gss_code=renumbered(each.gss_code)) for each in found])
        directory = await stage_directory(connection, merge(await read_live_directory(connection)))
        await publish_releases(connection, drawn, directory)
    client = await aiohttp_client(build_app(make_settings(), shipped_database))

    async with client.get("/teams/newtown") as response:
        page = await response.text()

    assert response.status == 410
    assert re.findall(r'href="/teams/([a-z-]+)"', page) == ["nechells"]
