"""Every boundary of the shipped data follows RFC 7946, computed from the coordinates that were sent."""

import json
import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any, Final

import pytest
import shapely
from shapely.geometry import shape

from geodata.projection.ostn15 import to_grid_many
from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_WEST, _SOUTH, _EAST, _NORTH = -2.3, 52.3, -1.4, 52.7  # roughly the West Midlands
_DECIMALS: Final = re.compile(r"-?\d+\.(\d+)")

Ring = list[list[float]]


async def fetch(client: Client, path: str) -> tuple[str, dict[str, Any]]:
    """A boundary as text and decoded."""
    async with client.get(path) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/geo+json"
        text = await response.text()
    return text, json.loads(text)


async def addresses(client: Client, kind: str, key: str) -> list[str]:
    """The addresses of all boundaries of a kind."""
    async with client.get(f"/api/v1/{kind}?limit=500") as response:
        return [f"/api/v1/{kind}/{item[key]}/boundary" for item in (await response.json())["items"]]


def polygons(geometry: dict[str, Any]) -> list[list[Ring]]:
    """The polygons of a geometry, each as its rings."""
    kinds: dict[str, list[list[Ring]]] = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    return kinds[geometry["type"]]


def turns_left(ring: Ring) -> bool:
    """Whether a ring runs anticlockwise, by the shoelace formula."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) > 0


def faults(feature: dict[str, Any]) -> Iterator[str]:
    """The rules of RFC 7946 that a boundary breaks, by section."""
    if set(feature) != {"type", "id", "geometry", "properties", "bbox"} or feature["type"] != "Feature":
        yield "3.2: members of a Feature"
    parts = polygons(feature["geometry"])
    rings = list(chain.from_iterable(parts))
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        yield "3.1.6: a linear ring is closed, with four positions or more"
    if not all(turns_left(outer) and not any(map(turns_left, holes)) for outer, *holes in parts):
        yield "3.1.6: the right-hand rule"
    longitudes, latitudes = zip(*chain.from_iterable(rings), strict=True)
    if feature["bbox"] != [min(longitudes), min(latitudes), max(longitudes), max(latitudes)]:
        yield "5: bbox is west, south, east, north"
    if not (_WEST < min(longitudes) < max(longitudes) < _EAST and _SOUTH < min(latitudes) < max(latitudes) < _NORTH):
        yield "3.1.1: longitude, then latitude"
    if not shape(feature["geometry"]).is_valid:
        yield "not a valid area"


@pytest.mark.parametrize(("kind", "key", "count"), [("teams", "id", 150), ("wards", "gss_code", 192)])
@pytest.mark.parametrize("query", ["", "?precision=4&simplify=100", "?precision=7&simplify=1000"])
async def test_every_boundary_follows_rfc_7946(service: Client, kind: str, key: str, count: int, query: str) -> None:
    found = await addresses(service, kind, key)

    wrong = [(path, fault) for path in found for fault in faults((await fetch(service, path + query))[1])]

    assert len(found) == count
    assert wrong == []


@pytest.mark.parametrize("precision", [4, 5, 6, 7])
async def test_coordinates_have_at_most_the_requested_decimals(service: Client, precision: int) -> None:
    text, _ = await fetch(service, f"/api/v1/teams/abbey/boundary?precision={precision}")

    decimals = {len(each) for each in _DECIMALS.findall(text.partition('"properties"')[0])}

    assert max(decimals) == precision


@pytest.mark.parametrize("metres", [1, 50, 500])
async def test_simplifying_moves_no_vertex_by_more_than_requested(service: Client, metres: int) -> None:
    for path in (await addresses(service, "wards", "gss_code"))[::20]:
        whole = on_the_grid((await fetch(service, f"{path}?precision=7"))[1])
        simple = on_the_grid((await fetch(service, f"{path}?precision=7&simplify={metres}"))[1])

        moved = shapely.distance(shapely.points(shapely.get_coordinates(whole)), simple.boundary)

        assert moved.max() <= metres + 0.05  # the seventh decimal is a centimetre
        assert shapely.get_num_coordinates(simple) <= shapely.get_num_coordinates(whole)


@pytest.mark.parametrize(("kind", "key"), [("teams", "id"), ("wards", "gss_code")])
@pytest.mark.parametrize("query", ["?precision=7&simplify=20", "?simplify=137", "?precision=4&simplify=1000"])
async def test_simplified_neighbours_neither_overlap_nor_gape(service: Client, kind: str, key: str, query: str) -> None:
    paths = await addresses(service, kind, key)

    whole = [shape((await fetch(service, path))[1]["geometry"]) for path in paths]
    simple = [shape((await fetch(service, f"{path}{query}"))[1]["geometry"]) for path in paths]

    assert sum(area.area for area in simple) == pytest.approx(shapely.union_all(simple).area, rel=1e-9)
    assert holes(simple) == holes(whole)


def holes(areas: list[Any]) -> int:
    """How many places are surrounded by areas and in none."""
    return int(shapely.get_num_interior_rings(shapely.get_parts(shapely.union_all(areas))).sum())


async def test_a_simplified_team_has_the_simplified_lines_of_its_wards(service: Client) -> None:
    async with service.get("/api/v1/teams?limit=500") as response:
        teams = (await response.json())["items"]
    team = next(each for each in teams if len(each["wards"]) > 1)
    query = "boundary?precision=7&simplify=100"

    whole = shape((await fetch(service, f"/api/v1/teams/{team['id']}/{query}"))[1]["geometry"])
    wards = [shape((await fetch(service, f"/api/v1/wards/{each}/{query}"))[1]["geometry"]) for each in team["wards"]]

    assert shapely.symmetric_difference(whole, shapely.union_all(wards)).area < whole.area * 1e-9


def on_the_grid(feature: dict[str, Any]) -> Any:
    """The area of a feature in metres."""
    return shapely.transform(shape(feature["geometry"]), to_grid_many)


async def test_boundaries_are_small_enough_for_a_telephone(service: Client) -> None:
    sizes = []
    for path in await addresses(service, "teams", "id"):
        async with service.get(path, headers={"Accept-Encoding": "br"}) as response:
            sizes.append(int(response.headers["Content-Length"]))

    assert max(sizes) < 5_000
