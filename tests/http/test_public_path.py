"""A service whose public address has a path: every address that it gives out starts with it."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from finder.server.app import build_app
from finder.settings import Settings
from tests.conftest import AioHttpClient, Client
from tests.support.raw_http import get, send_raw

_ROOT: Final = "/community/policing"
_ADDRESS: Final = f"https://www.force.example{_ROOT}"
_LINK: Final = re.compile(r'(?:href|src|action)="(/[^"]*)"')
_PAGES: Final = ("/", "/areas", "/areas/birmingham", "/teams/ladywood", "/teams/ladywood/surgeries", "/docs", "/data",
                 "/problems/team_unknown", "/choose?teams=ladywood,nechells", "/teams/nobody", "/nothing")  # fmt: skip


@pytest.fixture
async def below(shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]) -> Client:
    """The service, asked as a proxy asks that removes the path."""
    return await aiohttp_client(build_app(make_settings(public_url=f"{_ADDRESS}/"), shipped_database))


async def read(client: Client, path: str, **options: Any) -> str:
    """Returns the text of an answer."""
    async with client.get(path, **options) as response:
        return await response.text()


async def test_every_link_of_every_page_starts_with_the_path_and_leads_somewhere(below: Client) -> None:
    links = {link for page in _PAGES for link in _LINK.findall(await read(below, page))}

    assert {link for link in links if not link.startswith(f"{_ROOT}/")} == set()
    assert f"{_ROOT}/" in links
    assert len(links) > 50
    for link in sorted(links):
        async with below.get(link) as response:
            assert response.status in {200, 405}, link


@pytest.mark.parametrize("path", ["/find", "/areas"])
async def test_redirects_start_with_the_path(below: Client, path: str) -> None:
    form = {"postcode": "B2 4QA", "name": "B2 4QA"}

    async with below.post(path, data=form, allow_redirects=False) as response:
        assert response.status in {200, 303}
        assert response.headers.get("Location", f"{_ROOT}/teams/ladywood") == f"{_ROOT}/teams/ladywood"


async def test_the_api_gives_out_addresses_with_the_path(below: Client) -> None:
    teams = json.loads(await read(below, "/api/v1/teams?limit=2"))
    wards = json.loads(await read(below, "/api/v1/wards?limit=2"))
    surgeries = json.loads(await read(below, "/api/v1/teams/ladywood/surgeries?limit=1"))
    async with below.get("/api/v1/sectors/b2-4") as sector, below.get("/api/v1/wards/E05999999") as unknown:
        problem = await unknown.json(content_type=None)

    assert [each["next"].partition("?")[0] for each in (teams, wards, surgeries)] == [
        f"{_ROOT}/api/v1/teams",
        f"{_ROOT}/api/v1/wards",
        f"{_ROOT}/api/v1/teams/ladywood/surgeries",
    ]
    assert sector.headers["Content-Location"] == f"{_ROOT}/api/v1/sectors/B2-4"
    assert problem["type"] == f"{_ROOT}/problems/ward_unknown"
    assert [each["id"] for each in json.loads(await read(below, teams["next"]))["items"]] != []


@pytest.mark.parametrize("headers", [{}, {"Connection": "close"}], ids=["fast path", "usual"])
async def test_plain_lookups_give_out_addresses_with_the_path(below: Client, headers: dict[str, str]) -> None:
    async with below.get("/api/v1/postcodes/b24qa", headers=headers) as found:
        assert found.headers["Content-Location"] == f"{_ROOT}/api/v1/postcodes/B24QA"
    async with below.get("/api/v1/postcodes/B999ZZ", headers=headers) as refused:
        assert (await refused.json(content_type=None))["type"] == f"{_ROOT}/problems/postcode_unknown"


async def test_problems_within_lists_and_of_unreadable_requests_have_the_path(below: Client) -> None:
    async with below.post("/api/v1/lookups", json={"postcodes": ["B99 9ZZ"]}) as response:
        listed = (await response.json())["results"][0]["problem"]["type"]
    unreadable = await send_raw(below.host, below.port, b"GET /api/v1/teams HTTP/2.0\r\nHost: a\r\n\r\n")

    assert listed == f"{_ROOT}/problems/postcode_unknown"
    assert json.loads(unreadable.body)["type"] == f"{_ROOT}/problems/version_unsupported"


async def test_the_description_names_the_public_address_and_its_examples_have_the_path(below: Client) -> None:
    text = await read(below, "/openapi.json")
    page = await read(below, "/docs")

    assert json.loads(text)["servers"] == [{"url": _ADDRESS}]
    assert re.search(r'"/problems/', text.replace("\\", "")) is None
    assert '"/api/v1/teams?' not in text
    assert f"GET {_ROOT}/api/v1/postcodes/{{postcode}}" in page
    assert f"{_ROOT}/problems/postcode_unknown&#34;" in page


async def test_a_calendar_is_subscribed_to_below_the_path(below: Client) -> None:
    page = await read(below, "/teams/ladywood/surgeries")

    assert f'href="webcal://www.force.example{_ROOT}/api/v1/teams/ladywood/surgeries.ics"' in page


@pytest.mark.parametrize(
    "path",
    ["/", "/static/finder.css", "/api/v1/postcodes/B24QA", "/api/v1/teams?limit=2", "/police-uk/api/forces", "/docs"],
)
async def test_a_proxy_may_leave_the_path_in_front(below: Client, path: str) -> None:
    assert await read(below, f"{_ROOT}{path}") == await read(below, path)


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/%6Detrics"])
async def test_monitoring_is_not_below_the_path(below: Client, path: str) -> None:
    answer = await send_raw(below.host, below.port, get(f"{_ROOT}{path}"))

    assert answer.status == 404


async def test_the_path_alone_is_the_start_page(below: Client) -> None:
    assert await read(below, _ROOT) == await read(below, "/")


async def test_what_only_begins_like_the_path_is_not_below_it(below: Client) -> None:
    answer = await send_raw(below.host, below.port, get(f"{_ROOT}s/api/v1/teams"))

    assert answer.status == 404


async def test_static_files_are_kept_for_ever_under_the_names_that_pages_use(below: Client) -> None:
    style = next(link for link in _LINK.findall(await read(below, "/")) if link.endswith(".css"))

    async with below.get(style) as response:
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    async with below.get(style.removeprefix(_ROOT)) as response:
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_a_path_that_is_also_one_of_ours_is_removed_by_the_proxy_alone(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(public_url="https://www.force.example/teams")
    client = await aiohttp_client(build_app(settings, shipped_database))

    page = await read(client, "/teams/ladywood")

    assert 'href="/teams/teams/ladywood/surgeries"' in page


async def test_without_a_path_addresses_start_at_the_root(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(public_url="https://www.force.example/")
    client = await aiohttp_client(build_app(settings, shipped_database))

    assert json.loads(await read(client, "/openapi.json"))["servers"] == [{"url": "https://www.force.example"}]
    assert 'href="/areas"' in await read(client, "/")


def test_a_path_is_percent_encoded(make_settings: Callable[..., Settings]) -> None:
    assert make_settings(public_url='https://a.example/é "x"'.replace(" ", "")).public_path == "/%C3%A9%22x%22"


@pytest.mark.parametrize(
    "address", ["https:///x", "https://a.example/?x=1", "https://a.example/#x", "https://a.example//x"]
)
def test_an_address_that_is_none_is_refused(make_settings: Callable[..., Settings], address: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a website"):
        make_settings(public_url=address)
