"""Wards over the API: lists, one ward, its boundary."""

from itertools import combinations
from typing import Any, Final

import pytest
from shapely.geometry import shape

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_WARDS: Final = "/api/v1/wards"
_LADYWOOD: Final = "E05011151"


async def fetch(client: Client, path: str) -> dict[str, Any]:
    """The JSON of an address that answers 200."""
    async with client.get(path) as response:
        assert response.status == 200, await response.text()
        body: dict[str, Any] = await response.json(content_type=None)
        return body


async def test_the_pages_have_every_ward_once_in_the_order_of_the_codes(service: Client) -> None:
    first = await fetch(service, _WARDS)

    second = await fetch(service, first["next"])

    codes = [ward["gss_code"] for ward in first["items"] + second["items"]]
    assert codes == sorted(set(codes))
    assert len(codes) == 192
    assert second["next"] is None


@pytest.mark.parametrize("search", ["ladywood", "Ladywood%20Birmingham"])
async def test_a_ward_is_found_by_its_name_and_district(service: Client, search: str) -> None:
    found = await fetch(service, f"{_WARDS}?q={search}")

    assert [ward["gss_code"] for ward in found["items"]] == [_LADYWOOD]


async def test_a_ward_names_its_district_and_team(service: Client) -> None:
    found = await fetch(service, f"{_WARDS}/{_LADYWOOD}")

    assert found["ward"] == {
        "gss_code": _LADYWOOD,
        "name": "Ladywood",
        "district": {"gss_code": "E08000025", "name": "Birmingham"},
        "team": {"id": "ladywood", "name": "Ladywood"},
    }


async def test_boundaries_of_neighbours_meet_and_do_not_overlap(service: Client) -> None:
    wards = (await fetch(service, f"{_WARDS}?limit=20"))["items"]
    areas = []
    for ward in wards:
        feature = await fetch(service, f"{_WARDS}/{ward['gss_code']}/boundary?precision=7")
        areas.append(shape(feature["geometry"]))

    shared = [one.intersection(other).area for one, other in combinations(areas, 2)]

    assert any(one.touches(other) or one.intersects(other) for one, other in combinations(areas, 2))
    assert max(shared) < 1e-8  # square degrees: rounding leaves slivers of a few square metres


@pytest.mark.parametrize("code", ["E05999999", "ladywood", "e05999999", "%00", "E05011151%20"])
async def test_an_unknown_ward_is_refused(service: Client, code: str) -> None:
    for path in (f"{_WARDS}/{code}", f"{_WARDS}/{code}/boundary"):
        async with service.get(path) as response:
            problem = await response.json(content_type="application/problem+json")
            assert (response.status, problem["code"]) == (404, "ward_unknown")
