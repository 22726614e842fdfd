"""Teams over the API: lists, one team, a year of surgeries, the boundary."""

from typing import Any, Final

import pytest
from shapely.geometry import shape

from geodata.points_and_extents import LonLat
from geodata.projection.ostn15 import to_grid
from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_TEAMS: Final = "/api/v1/teams"


async def fetch(client: Client, path: str) -> dict[str, Any]:
    """The JSON of an address that answers."""
    async with client.get(path) as response:
        assert response.status == 200, await response.text()
        body: dict[str, Any] = await response.json(content_type=None)
        return body


async def refused(client: Client, path: str) -> tuple[int, str, str]:
    """Status, code and parameter of the problem that an address answers with."""
    async with client.get(path) as response:
        problem = await response.json(content_type="application/problem+json")
        return response.status, problem["code"], problem.get("parameter", "")


async def walk(client: Client, path: str) -> list[Any]:
    """Every item of a list, page by page."""
    items: list[Any] = []
    following: str | None = path
    while following is not None:
        page = await fetch(client, following)
        items += page["items"]
        following = page["next"]
    return items


async def test_the_pages_have_every_team_once(service: Client) -> None:
    whole = await fetch(service, f"{_TEAMS}?limit=500")

    walked = await walk(service, f"{_TEAMS}?limit=7")

    assert walked == whole["items"]
    assert whole["next"] is None
    assert len({team["id"] for team in walked}) == 150
    assert whole["releases"]["publication"] == 1


async def test_every_ward_is_listed_under_one_team(service: Client) -> None:
    teams = await walk(service, _TEAMS)

    wards = [code for team in teams for code in team["wards"]]

    assert len(wards) == len(set(wards)) == 192


@pytest.mark.parametrize("search", ["ladywood", "LADYWOOD", "wood lady", "ladywood birmingham"])
async def test_a_search_finds_every_word_in_any_case(service: Client, search: str) -> None:
    found = await fetch(service, f"{_TEAMS}?q={search}")

    assert "ladywood" in [team["id"] for team in found["items"]]


async def test_a_search_has_several_pages(service: Client) -> None:
    whole = await walk(service, f"{_TEAMS}?q=birmingham")

    paged = await walk(service, f"{_TEAMS}?q=birmingham&limit=10")

    assert paged == whole
    assert {team["area"] for team in whole} == {"Birmingham"}
    assert 10 < len(whole) < 150


async def test_a_search_for_an_unknown_word_is_empty(service: Client) -> None:
    found = await fetch(service, f"{_TEAMS}?q=atlantis")

    assert (found["items"], found["next"]) == ([], None)


async def test_a_team_is_the_one_that_an_answer_gives(service: Client) -> None:
    answer = await fetch(service, "/api/v1/postcodes/B24QA")

    found = await fetch(service, f"{_TEAMS}/ladywood")

    assert found["team"] == answer["team"]
    assert found["releases"] == answer["releases"]
    assert answer["ward"] in found["wards"]


async def test_a_year_of_surgeries_starts_with_the_next_ones(service_with_cancellation: Client) -> None:
    team = (await fetch(service_with_cancellation, f"{_TEAMS}/ladywood"))["team"]

    year = await walk(service_with_cancellation, f"{_TEAMS}/ladywood/surgeries?limit=3")

    assert year[: len(team["surgeries"])] == team["surgeries"]
    assert len({each["id"] for each in year}) == len(year) > 12
    assert "cancelled" in {each["status"] for each in year}


@pytest.mark.parametrize("query", ["", "?precision=4", "?simplify=50", "?precision=7&simplify=1000"])
async def test_a_boundary_is_valid_and_its_rings_follow_the_right_hand_rule(service: Client, query: str) -> None:
    feature = await fetch(service, f"{_TEAMS}/abbey/boundary{query}")

    area = shape(feature["geometry"])
    polygons = list(getattr(area, "geoms", [area]))
    assert (feature["type"], feature["id"]) == ("Feature", "abbey")
    assert area.is_valid
    assert all(polygon.exterior.is_ccw for polygon in polygons)
    assert not any(ring.is_ccw for polygon in polygons for ring in polygon.interiors)
    assert feature["bbox"] == list(area.bounds)


async def test_a_boundary_contains_the_points_of_its_team(service: Client) -> None:
    feature = await fetch(service, f"{_TEAMS}/ladywood/boundary")

    answer = await fetch(service, "/api/v1/postcodes/B24QA")

    degrees = LonLat(answer["location"]["longitude"], answer["location"]["latitude"])
    assert to_grid(degrees) is not None
    assert shape(feature["geometry"]).contains(shape({"type": "Point", "coordinates": degrees}))


async def test_a_simplified_boundary_is_shorter_and_a_precise_one_longer(service: Client) -> None:
    sizes = []
    for query in ("?simplify=100", "?precision=4", "", "?precision=7"):
        async with service.get(f"{_TEAMS}/ladywood/boundary{query}") as response:
            assert response.content_type == "application/geo+json"
            sizes.append(len(await response.read()))

    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/atlantis", (404, "team_unknown", "")),
        ("/atlantis/surgeries", (404, "team_unknown", "")),
        ("/atlantis/boundary", (404, "team_unknown", "")),
        ("?page=2", (400, "parameter_unknown", "page")),
        ("/ladywood?q=x", (400, "parameter_unknown", "q")),
        ("?limit=0", (400, "parameter_invalid", "limit")),
        ("?limit=501", (400, "parameter_invalid", "limit")),
        ("?limit=ten", (400, "parameter_invalid", "limit")),
        ("?limit=1&limit=2", (400, "parameter_invalid", "limit")),
        ("?cursor=" + "A" * 1000, (400, "parameter_invalid", "cursor")),
        ("?q=" + "a" * 101, (400, "parameter_invalid", "q")),
        ("/ladywood/boundary?precision=99", (400, "parameter_invalid", "precision")),
        ("/ladywood/boundary?precision=-1", (400, "parameter_invalid", "precision")),
        ("/ladywood/boundary?simplify=1e3", (400, "parameter_invalid", "simplify")),
        ("/ladywood/boundary?simplify=1001", (400, "parameter_invalid", "simplify")),
        ("/ladywood/boundary?detail=low", (400, "parameter_unknown", "detail")),
    ],
)
async def test_a_refusal_names_the_invalid_parameter(service: Client, path: str, problem: tuple[int, str, str]) -> None:
    assert await refused(service, f"{_TEAMS}{path}") == problem
