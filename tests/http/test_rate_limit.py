"""The rate limit: how much one client may ask, which requests are of one client, and the headers of the answers."""

import asyncio
import json
import re
from collections.abc import Callable

import pytest

from finder.server.app import build_app
from finder.settings import Settings
from tests.conftest import AioHttpClient, Client
from tests.support.raw_http import get, send_raw

_PATH = "/api/v1/postcodes/B24QA"
_LOOKUPS = "/api/v1/lookups"


@pytest.fixture
async def limited(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> Client:
    """A service behind a proxy on this machine, with a limit of ten requests a day for each client."""
    settings = make_settings(rate_limit="10/day", trusted_proxies="127.0.0.1, 10.0.0.0/8")
    return await aiohttp_client(build_app(settings, shipped_database))


async def ask(client: Client, forwarded_for: str = "", path: str = _PATH) -> int:
    """Returns the status of the answer to a client that the proxy names."""
    async with client.get(path, headers={"X-Forwarded-For": forwarded_for} if forwarded_for else {}) as response:
        return response.status


async def test_the_eleventh_request_is_refused_with_a_time_to_retry(limited: Client) -> None:
    statuses = [await ask(limited) for _ in range(10)]

    async with limited.get(_PATH) as response:
        problem = await response.json(content_type="application/problem+json")

    assert statuses == [200] * 10
    assert (response.status, problem["code"]) == (429, "too_many_requests")
    assert 0 < int(response.headers["Retry-After"]) <= 86_400
    assert response.headers["RateLimit-Policy"] == '"client";q=10;w=86400'
    assert re.fullmatch(r'"client";r=0;t=[0-9]+', response.headers["RateLimit"])
    assert await ask(limited, path="/police-uk/api/forces") == 429


async def test_each_choice_of_teams_counts(limited: Client) -> None:
    statuses = [await ask(limited, path="/choose?teams=ladywood,nechells") for _ in range(11)]

    assert statuses == [200] * 10 + [429]


async def test_an_answer_has_the_remaining_allowance(limited: Client) -> None:
    async with limited.get(_PATH) as response:
        assert response.headers["RateLimit"].startswith('"client";r=9;t=')
        assert "Retry-After" not in response.headers


async def test_clients_behind_a_trusted_proxy_are_counted_separately(limited: Client) -> None:
    for _ in range(11):
        await ask(limited, "192.0.2.1")

    assert await ask(limited, "192.0.2.1") == 429
    assert await ask(limited, "198.51.100.7, 192.0.2.1, 10.1.2.3") == 429
    assert await ask(limited, "192.0.2.2") == 200
    assert await ask(limited, "nonsense") == 200


async def test_without_a_trusted_proxy_the_header_is_ignored(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(rate_limit="2/day"), shipped_database))

    statuses = [await ask(client, f"192.0.2.{number}") for number in range(3)]

    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    "forwarded",
    [
        ["192.0.2.1", "10.1.2.3"],
        ["198.51.100.7", "192.0.2.1"],
        ["nonsense", "192.0.2.1, 10.1.2.3"],
        ["198.51.100.7, nonsense", "192.0.2.1,10.1.2.3"],
        ["::ffff:192.0.2.1"],
        ["192.0.2.1:51312"],
    ],
)
async def test_the_header_lines_of_several_proxies_are_one_list(limited: Client, forwarded: list[str]) -> None:
    for _ in range(10):
        await ask(limited, "192.0.2.1")

    assert await ask_with_lines(limited, *forwarded) == 429
    assert await ask_with_lines(limited, *forwarded[:-1], "192.0.2.9") == 200


async def ask_with_lines(client: Client, *forwarded: str) -> int:
    """Returns the status of the answer to a request with several header lines."""
    lines = (f"X-Forwarded-For: {each}" for each in forwarded)
    return (await send_raw(client.host, client.port, get(_PATH, *lines))).status


@pytest.mark.parametrize("address", ["2001:db8:0:1::99", "2001:DB8:0:1:ffff::", "[2001:db8:0:1::7]:443"])
async def test_the_addresses_of_an_ipv6_network_are_one_client(limited: Client, address: str) -> None:
    for last in range(10):
        await ask(limited, f"2001:db8:0:1::{last:x}")

    assert await ask(limited, address) == 429
    assert await ask(limited, "2001:db8:0:2::1") == 200


async def test_postcodes_in_bulk_count_one_by_one(limited: Client) -> None:
    async with limited.post(_LOOKUPS, json={"postcodes": ["B2 4QA"] * 8}) as response:
        assert response.status == 200
        assert response.headers["RateLimit"].startswith('"client";r=2;t=')


@pytest.mark.parametrize(
    ("media_type", "body", "answers"),
    [
        ("application/json", json.dumps({"postcodes": ["B2 4QA"] * 1000}).encode(), 1000),
        ("text/csv", b"postcode\n" + b"B2 4QA\n" * 300, 300),
        ("application/x-ndjson", b'"B2 4QA"\n' * 300, 300),
    ],
)
@pytest.mark.parametrize("asked_before", [0, 9])
async def test_a_list_longer_than_what_is_left_is_answered_whole_and_the_next_one_refused_whole(
    limited: Client, media_type: str, body: bytes, answers: int, asked_before: int
) -> None:
    for _ in range(asked_before):
        await ask(limited)

    async with limited.post(_LOOKUPS, data=body, headers={"Content-Type": media_type}) as response:
        answered = await response.text()
    async with limited.post(_LOOKUPS, data=body, headers={"Content-Type": media_type}) as again:
        problem = await again.json(content_type="application/problem+json")

    assert response.status == 200
    assert answered.count("too_many_requests") == 0
    assert answered.count('"id":"ladywood","name"' if "json" in media_type else "B2 4QA,ladywood,") == answers
    assert (again.status, problem["code"]) == (429, "too_many_requests")
    assert 0 < int(again.headers["Retry-After"]) <= 86_400
    assert await ask(limited) == 429


async def test_a_list_that_was_refused_is_answered_after_the_time_that_the_refusal_names(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(rate_limit="3/second"), shipped_database))
    body = {"postcodes": ["B2 4QA"] * 1000}
    refused = None
    while refused is None:
        async with client.post(_LOOKUPS, json=body) as response:
            refused = int(response.headers["Retry-After"]) if response.status == 429 else None

    await asyncio.sleep(refused)

    async with client.post(_LOOKUPS, json=body) as again:
        assert again.status == 200


async def test_of_many_lists_at_once_only_those_that_fit_are_answered(limited: Client) -> None:
    async def send() -> int:
        async with limited.post(_LOOKUPS, json={"postcodes": ["B2 4QA"] * 100}) as response:
            return response.status

    statuses = await asyncio.gather(*(send() for _ in range(9)))

    assert sorted(statuses) == [200] + [429] * 8


async def test_health_checks_and_pages_are_not_counted(limited: Client) -> None:
    statuses = [await ask(limited, path=path) for path in ("/healthz", "/readyz", "/") * 4]

    assert set(statuses) == {200}
    async with limited.get("/healthz") as response:
        assert "RateLimit" not in response.headers


async def test_the_search_by_name_is_counted_and_the_area_pages_are_not(
    limited: Client,
) -> None:
    statuses = []
    for typed in [*["B2 4QA"] * 5, *["ladywood"] * 6]:
        async with limited.post("/areas", data={"name": typed}, allow_redirects=False) as response:
            statuses.append((response.status, "Retry-After" in response.headers))

    assert statuses == [(303, False)] * 5 + [(200, False)] * 5 + [(429, True)]
    assert await ask(limited) == 429
    assert [await ask(limited, path=path) for path in ("/areas", "/areas/birmingham")] == [200, 200]


async def test_without_the_setting_nothing_is_limited(client: Client) -> None:
    async with client.get(_PATH) as response:
        assert "RateLimit" not in response.headers
    async with client.post(_LOOKUPS, data=json.dumps({"postcodes": ["B2 4QA"] * 1000}),
                           headers={"Content-Type": "application/json"}) as many:  # fmt: skip
        assert many.status == 200
