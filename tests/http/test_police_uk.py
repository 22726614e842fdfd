"""The addresses of data.police.uk, read by that API's own client and compared with its recorded answers."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from police_api import PoliceAPI
from police_api.neighbourhoods import Neighbourhood

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_FIRST_YEAR: Final = 2026
_BASE: Final = "/police-uk/api"
_TEAM: Final = f"{_BASE}/west-midlands/ladywood"


@dataclass
class Walked:
    """What the client read."""

    forces: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    officers: int = 0
    events: int = 0
    priorities: int = 0
    strayed: list[str] = field(default_factory=list)


def walk(address: str) -> Walked:
    """Lets the client read every force, neighbourhood, boundary, officer, event and priority."""
    api = PoliceAPI(base_url=address)
    seen = Walked()
    for force in api.get_forces():
        seen.forces.append(f"{force.name}, {force.telephone}, {len(force.senior_officers)} senior officers")
        for neighbourhood in force.neighbourhoods:
            seen.teams.append(neighbourhood.id)
            visit(neighbourhood, seen)
            found = api.locate_neighbourhood(neighbourhood.centre["latitude"], neighbourhood.centre["longitude"])
            if found != neighbourhood:
                seen.strayed.append(neighbourhood.id)
    return seen


def visit(neighbourhood: Neighbourhood, seen: Walked) -> None:
    """Reads all of one neighbourhood."""
    boundary = neighbourhood.boundary
    assert len(boundary) > 3
    assert boundary[0] == boundary[-1]
    assert all(52 < latitude < 53 and -3 < longitude < -1 for latitude, longitude in boundary)
    assert neighbourhood.population == 0
    seen.officers += len([officer.name for officer in neighbourhood.officers if officer.rank])
    seen.events += len([event.title for event in neighbourhood.events if event.start_date.year >= _FIRST_YEAR])
    dates = [priority.issue_date for priority in neighbourhood.priorities]
    assert dates == sorted(dates, reverse=True)
    seen.priorities += len(dates)


async def test_the_official_client_can_read_everything(service: Client) -> None:
    seen = await asyncio.to_thread(walk, f"{service.make_url(_BASE)}/")

    assert seen.forces == ["West Midlands Police, 101, 0 senior officers"]
    assert len(seen.teams) == len(set(seen.teams)) == 150
    assert seen.officers == 919
    assert seen.priorities == 364
    assert seen.events > 1000
    assert seen.strayed == []


async def test_the_official_client_finds_no_neighbourhood_elsewhere(service: Client) -> None:
    api = PoliceAPI(base_url=f"{service.make_url(_BASE)}/")

    assert await asyncio.to_thread(api.locate_neighbourhood, 51.5, -0.12) is None


async def fetch(client: Client, path: str) -> Any:
    """The JSON of an address, requested like that API's clients do."""
    async with client.get(path, headers={"Accept": "*/*"}) as response:
        assert response.status == 200
        assert response.content_type == "application/json"
        return await response.json()


def fields(body: object, path: str = "") -> Iterator[str]:
    """The names in a body and the type of each value, without nulls."""
    if isinstance(body, dict) and not path.endswith("contact_details"):
        for name, value in body.items():
            yield from fields(value, f"{path}.{name}")
    elif isinstance(body, list):
        for value in body:
            yield from fields(value, f"{path}[]")
    elif body is not None:
        yield f"{path}: {type(body).__name__}"


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("path", "recorded"),
    [
        (f"{_BASE}/west-midlands/neighbourhoods", "leicestershire-neighbourhoods.json"),
        (f"{_TEAM}/boundary", "boundary.json"),
        (f"{_TEAM}/people", "people.json"),
        (f"{_TEAM}/events", "events.json"),
        (f"{_TEAM}/priorities", "priorities.json"),
        (f"{_BASE}/locate-neighbourhood?q=52.477677,-1.898007", "locate-neighbourhood.json"),
        (_TEAM, "leicestershire-NC04.json"),
    ],
)
async def test_answers_have_the_fields_of_recorded_answers(
    service: Client, shared_data: Path, path: str, recorded: str
) -> None:
    theirs = set(fields(json.loads((shared_data / "police-uk" / recorded).read_bytes())))

    ours = set(fields(await fetch(service, path)))

    optional = {"[].end_date: str"}
    assert ours - optional <= theirs
    assert ours, path


@pytest.mark.parametrize("separator", [",", "%2C", ", ", "%2c%20"])
async def test_a_point_is_located_however_its_comma_is_written(service: Client, separator: str) -> None:
    found = await fetch(service, f"{_BASE}/locate-neighbourhood?q=52.477677{separator}-1.898007")

    assert found == {"force": "west-midlands", "neighbourhood": "ladywood"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nowhere/neighbourhoods", 404),
        ("forces/nowhere", 404),
        ("forces/nowhere/people", 404),
        ("west-midlands/nobody", 404),
        ("west-midlands/nobody/events", 404),
        ("nowhere/ladywood", 404),
        ("west-midlands/ladywood/crimes", 404),
        ("crimes-street/all-crime", 404),
        ("locate-neighbourhood?q=51.5,-0.12", 404),
        ("locate-neighbourhood?q=here", 400),
        ("locate-neighbourhood", 400),
        ("locate-neighbourhood?q=1e999,0", 400),
    ],
)
async def test_an_unknown_address_is_refused_in_plain_text(service: Client, path: str, status: int) -> None:
    async with service.get(f"{_BASE}/{path}") as response:
        assert response.status == status
        assert response.content_type == "text/plain"
        assert await response.text() == {400: "Bad Request", 404: "Not Found"}[status]


async def test_a_cancelled_surgery_is_marked_as_cancelled(service_with_cancellation: Client) -> None:
    events = await fetch(service_with_cancellation, f"{_TEAM}/events")

    cancelled = [event for event in events if event["title"].startswith("Cancelled: ")]
    assert cancelled
    assert cancelled[0]["description"]


async def test_a_client_with_the_current_answer_gets_304(service: Client) -> None:
    async with service.get(_TEAM) as response:
        tag = response.headers["ETag"]

    async with service.get(_TEAM, headers={"If-None-Match": tag}) as again:
        assert again.status == 304


async def test_pages_of_any_site_may_read_answers(service: Client) -> None:
    async with service.get(f"{_BASE}/forces") as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
