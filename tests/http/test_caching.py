"""Entity tags, conditional requests, and how long an answer may be cached."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from finder.domain.directory import Directory
from finder.domain.surgery import Surgery
from finder.server.app import build_app
from finder.settings import Settings
from finder.storage.connections import connected
from tests.conftest import AioHttpClient, Client
from tests.support.stored_releases import publish_directory

_ANSWER: Final = "/api/v1/postcodes/B24QA"
_YEARS: Final = {
    "/teams/ladywood/surgeries",
    "/api/v1/teams/ladywood/surgeries",
    "/api/v1/teams/ladywood/surgeries.ics",
    "/police-uk/api/west-midlands/ladywood/events",
}
_LONDON: Final = ZoneInfo("Europe/London")
_PATIENCE: Final = 15.0  # seconds


async def tag_of(client: Client, path: str = _ANSWER) -> str:
    """The entity tag of an answer."""
    async with client.get(path) as response:
        assert response.status == 200
        return response.headers["ETag"]


async def publish_one_that_ends_in(time_left: timedelta, database: str) -> datetime:
    """Publishes a surgery of Ladywood that is going on; returns its end in London time."""
    ends_at = datetime.now(_LONDON).replace(tzinfo=None) + time_left
    ending = Surgery(
        "ending", "ladywood", "Ending soon", ends_at - timedelta(hours=1), ends_at, "", None, "https://example.org"
    )

    def with_it(directory: Directory) -> Directory:
        return replace(directory, surgeries=(*directory.surgeries, ending))

    async with connected(database) as connection:
        await publish_directory(connection, with_it)
    return ends_at


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Repeats a request until a deadline."""
    deadline = time.monotonic() + _PATIENCE
    while not await condition():
        assert time.monotonic() < deadline, "nothing changed in time"
        await asyncio.sleep(0.02)


@pytest.mark.asyncio(loop_scope="session")
async def test_the_entity_tag_of_an_answer_is_strong_and_quoted(service: Client) -> None:
    tag = await tag_of(service)

    assert re.fullmatch(r'"[^"]+"', tag)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("given", ["{tag}", 'W/"x", {tag}', "*"])
async def test_a_client_with_the_current_answer_gets_304_without_a_body(service: Client, given: str) -> None:
    tag = await tag_of(service)

    async with service.get(_ANSWER, headers={"If-None-Match": given.format(tag=tag)}) as response:
        assert response.status == 304
        assert await response.read() == b""
        assert response.headers["ETag"] == tag
        assert "max-age" in response.headers["Cache-Control"]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("given", ['"another"', "nonsense", ""])
async def test_a_client_with_an_outdated_answer_gets_the_current_one(service: Client, given: str) -> None:
    async with service.get(_ANSWER, headers={"If-None-Match": given}) as response:
        assert response.status == 200
        assert (await response.json())["postcode"] == "B2 4QA"


@pytest.mark.asyncio(loop_scope="session")
async def test_the_entity_tag_stays_the_same_while_nothing_changes(service: Client) -> None:
    assert await tag_of(service) == await tag_of(service)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("path", [_ANSWER, "/", "/teams/ladywood", "/choose?teams=ladywood"])
async def test_public_answers_may_be_cached_for_minutes_and_for_a_day_if_the_service_fails(
    service: Client, path: str
) -> None:
    async with service.get(path) as response:
        rules = dict(
            part.strip().partition("=")[::2] for part in response.headers["Cache-Control"].split(",") if "=" in part
        )

    assert int(rules["max-age"]) + int(rules["stale-while-revalidate"]) <= 300
    assert int(rules["stale-if-error"]) <= 86_400


@pytest.mark.parametrize(
    "path",
    [
        "/teams/ladywood",
        "/teams/ladywood/surgeries",
        "/api/v1/postcodes/B24QA",
        "/api/v1/points?lat=52.477677&lon=-1.898007",
        "/api/v1/teams/ladywood",
        "/api/v1/teams/ladywood/surgeries",
        "/api/v1/teams/ladywood/surgeries.ics",
        "/police-uk/api/west-midlands/ladywood/events",
    ],
)
async def test_an_answer_with_a_surgery_is_cached_no_longer_than_until_its_end(
    path: str, shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), shipped_database))
    ends_at = await publish_one_that_ends_in(timedelta(seconds=100), shipped_database)

    async def shown() -> bool:
        async with client.get(path) as response:
            return "Ending soon" in await response.text()

    await until(shown)
    async with client.get(path) as response, client.get(path, headers={"If-None-Match": "*"}) as unchanged:
        kept = [lifetime(each.headers["Cache-Control"]) for each in (response, unchanged)]
        left = (ends_at - datetime.now(_LONDON).replace(tzinfo=None)).total_seconds()
        left = min(left, seconds_left_of_the_day()) if path in _YEARS else left

    assert (response.status, unchanged.status) == (200, 304)
    assert all(left - 5 < seconds <= left for seconds in kept)


def seconds_left_of_the_day() -> float:
    """The time to midnight in UTC, when a list of twelve months gets another day."""
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()


def lifetime(header: str) -> int:
    """For how many seconds a cache may serve an answer while the service works."""
    return sum(int(found) for found in re.findall(r"(?:max-age|stale-while-revalidate)=(\d+)", header))


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("path", ["/api/v1/postcodes/HELLO", "/api/v1/postcodes/B999ZZ", "/none/such", "/healthz"])
async def test_refusals_and_health_are_never_cached(service: Client, path: str) -> None:
    async with service.get(path) as response:
        assert response.headers["Cache-Control"] == "no-store"


async def test_a_publication_changes_the_tag_and_the_old_tag_gets_the_new_answer(
    client: Client, shipped_database: str
) -> None:
    before = await tag_of(client)

    def renamed(directory: Directory) -> Directory:
        teams = tuple(replace(each, name="Renamed") if each.id == "ladywood" else each for each in directory.teams)
        return replace(directory, teams=teams)

    async with connected(shipped_database) as connection:
        await publish_directory(connection, renamed)

    async def swapped() -> bool:
        async with client.get(_ANSWER, headers={"If-None-Match": before}) as response:
            return response.status == 200 and (await response.json())["team"]["name"] == "Renamed"

    await until(swapped)
    assert await tag_of(client) != before


async def test_a_surgery_that_ends_disappears_from_answer_and_page_and_changes_the_tag(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    ends_at = await publish_one_that_ends_in(timedelta(seconds=8), shipped_database)
    client = await aiohttp_client(build_app(make_settings(), shipped_database))
    async with client.get(_ANSWER) as response:
        before = response.headers["ETag"]
        assert (await response.json())["team"]["surgeries"][0]["title"] == "Ending soon"

    async def ended() -> bool:
        async with client.get(_ANSWER, headers={"If-None-Match": before}) as response:
            return response.status == 200

    await until(ended)

    assert datetime.now(_LONDON).replace(tzinfo=None) >= ends_at
    async with client.get(_ANSWER) as answer, client.get("/teams/ladywood") as page:
        assert "Ending soon" not in await answer.text()
        assert "Ending soon" not in await page.text()
