"""The addresses for load balancers and monitoring."""

from collections.abc import Callable

import pytest

from finder.server.app import build_app
from finder.settings import Settings
from tests.conftest import AioHttpClient, Client


async def metrics_of(client: Client) -> dict[str, float]:
    """Every sample by its name and labels."""
    async with client.get("/metrics") as response:
        lines = (await response.text()).splitlines()
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
    assert state["database_asked_seconds_ago"] >= 0


async def test_without_a_publication_the_service_is_up_but_not_ready(
    empty_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), empty_database))

    async with client.get("/readyz") as ready, client.get("/healthz") as up:
        state = await ready.json()

    assert (ready.status, up.status) == (503, 200)
    assert state["ready"] is False
    assert state["reason"].endswith(".")


async def test_requests_are_counted_by_route_template_and_status(client: Client) -> None:
    for postcode in ("B24QA", "B11AY", "HELLO"):
        async with client.get(f"/api/v1/postcodes/{postcode}"):
            pass

    found = await metrics_of(client)

    prefix = 'finder_request_seconds_count{method="GET",route="/api/v1/postcodes/{postcode}",status='
    assert (found[f'{prefix}"200"}}'], found[f'{prefix}"400"}}']) == (2, 1)


async def test_addresses_that_do_not_exist_share_one_label(client: Client) -> None:
    before = len(await metrics_of(client))
    for number in range(20):
        async with client.get(f"/nothing/{number}"):
            pass

    found = await metrics_of(client)

    assert found['finder_request_seconds_count{method="GET",route="unmatched",status="404"}'] == 20
    assert len(found) - before < 60


async def test_the_publication_served_is_a_metric(client: Client) -> None:
    found = await metrics_of(client)

    assert found["finder_publication_number"] == 1
    assert found["finder_snapshot_failures"] == 0
    assert found["finder_database_asked_seconds"] >= 0
