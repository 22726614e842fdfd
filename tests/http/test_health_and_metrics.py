"""The addresses for load balancers and monitoring."""

import re
from collections.abc import Callable

import pytest

from finder.server.app import build_app
from finder.server.management import management_app
from finder.settings import Settings
from tests.conftest import AioHttpClient, Client
from tests.support.metrics import metrics_of
from tests.support.raw_http import get, send_raw


@pytest.fixture
async def management(client: Client, aiohttp_client: AioHttpClient) -> Client:
    """The management listener of the service."""
    assert client.app is not None
    return await aiohttp_client(management_app(client.app))


async def samples_of(client: Client) -> dict[str, float]:
    """Every sample by its name and labels."""
    lines = (await metrics_of(client)).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


@pytest.mark.asyncio(loop_scope="session")
async def test_healthz_says_that_the_process_is_up(service: Client) -> None:
    async with service.get("/healthz") as response:
        assert response.status == 200
        assert await response.text() == "ok\n"


@pytest.mark.asyncio(loop_scope="session")
async def test_readyz_names_the_publication(service: Client) -> None:
    async with service.get("/readyz") as response:
        state = await response.json()

    assert response.status == 200
    assert state["ready"] is True
    assert (state["publication"], state["postcodes"], state["wards"], state["teams"]) == (1, 94_878, 192, 150)
    assert state["snapshot_age_seconds"] >= 0


async def test_without_a_publication_the_service_is_up_but_not_ready(
    empty_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), empty_database))

    async with client.get("/readyz") as ready, client.get("/healthz") as up:
        state = await ready.json()

    assert (ready.status, up.status) == (503, 200)
    assert set(state) == {"ready", "reason"}
    assert state["ready"] is False
    assert state["reason"].endswith(".")


@pytest.mark.parametrize("path", ["/metrics", "/%6Detrics", "/metrics/", "//metrics", "/./metrics", "/metrics?a=1"])
@pytest.mark.asyncio(loop_scope="session")
async def test_the_public_has_no_metrics_however_it_spells_their_address(service: Client, path: str) -> None:
    answer = await send_raw(service.host, service.port, get(path))

    assert answer.status == 404
    assert b"finder_" not in answer.body


@pytest.mark.parametrize("path", ["/readyz", "/healthz", "/%72eadyz", "/%68ealthz"])
@pytest.mark.asyncio(loop_scope="session")
async def test_the_public_learns_of_no_alarm_and_of_no_database(service: Client, path: str) -> None:
    answer = await send_raw(service.host, service.port, get(path))

    assert re.search(rb"alarm|database", answer.body) is None


async def test_management_has_health_readiness_with_alarms_and_metrics(management: Client) -> None:
    async with (
        management.get("/readyz") as ready,
        management.get("/healthz") as up,
        management.get("/metrics") as scrape,
    ):
        state = await ready.json()

        assert (ready.status, up.status, scrape.status) == (200, 200, 200)
        assert (state["ready"], state["publication"], state["alarms"]) == (True, 1, [])
        assert state["database_asked_seconds_ago"] >= 0
        assert "finder_publication_number 1.0" in await scrape.text()
        assert {each.headers["Server"] for each in (ready, up, scrape)} == {"finder"}


async def test_management_answers_nothing_else(management: Client) -> None:
    for path in ("/", "/api/v1/postcodes/B24QA", "/openapi.json"):
        async with management.get(path) as response:
            assert response.status == 404


async def test_requests_are_counted_by_route_template_and_status(client: Client) -> None:
    for postcode in ("B24QA", "B11AY", "HELLO"):
        async with client.get(f"/api/v1/postcodes/{postcode}"):
            pass

    found = await samples_of(client)

    prefix = 'finder_request_seconds_count{method="GET",route="/api/v1/postcodes/{postcode}",status='
    assert (found[f'{prefix}"200"}}'], found[f'{prefix}"400"}}']) == (2, 1)


async def test_addresses_that_do_not_exist_share_one_label(client: Client) -> None:
    before = len(await samples_of(client))
    for number in range(20):
        async with client.get(f"/nothing/{number}"):
            pass

    found = await samples_of(client)

    assert found['finder_request_seconds_count{method="GET",route="unmatched",status="404"}'] == 20
    assert len(found) - before < 60


async def test_the_publication_served_is_a_metric(client: Client) -> None:
    found = await samples_of(client)

    assert found["finder_publication_number"] == 1
    assert found["finder_snapshot_failures"] == 0
    assert found["finder_database_asked_seconds"] >= 0
