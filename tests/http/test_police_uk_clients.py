"""A second client of data.police.uk reads everything, unchanged but for its base address."""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any, Final

import pytest
from uk_police import Forces, Neighbourhoods
from uk_police.client import uk_police
from uk_police.exceptions import APIError

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_BASE: Final = "/police-uk/api"


@pytest.fixture(autouse=True)
def _pointed_here(service: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uk_police, "BASE_URL", str(service.make_url(_BASE)))


def walk() -> Counter[str]:
    """Reads all of every force and neighbourhood; returns what it read of each kind."""
    forces, neighbourhoods = Forces(), Neighbourhoods()
    seen: Counter[str] = Counter()
    for force in forces.list_forces():
        seen["forces"] += forces.get_force_details(force["id"])["name"] == force["name"]
        seen["senior officers"] += len(forces.get_senior_officers(force["id"]))
        for each in neighbourhoods.list_neighbourhoods(force["id"]):
            seen += visit(neighbourhoods, force["id"], each["id"])
    forces.client.close()
    neighbourhoods.client.close()
    return seen


def visit(client: Any, force: str, team: str) -> Counter[str]:
    """Reads all of one neighbourhood, and locates it by its centre."""
    details = client.get_neighbourhood_details(force, team)
    place = (float(details["centre"]["latitude"]), float(details["centre"]["longitude"]))
    ring = [
        (float(each["latitude"]), float(each["longitude"])) for each in client.get_neighbourhood_boundary(force, team)
    ]
    events = client.get_neighbourhood_events(force, team)
    return Counter(
        {
            "neighbourhoods": int(details["id"] == team),
            "found again": int(client.locate_neighbourhood(*place) == {"force": force, "neighbourhood": team}),
            "closed rings": int(ring[0] == ring[-1] and len(ring) > 3),
            "officers": len([each["name"] for each in client.get_neighbourhood_team(force, team)]),
            "priorities": len([each["issue-date"] for each in client.get_neighbourhood_priorities(force, team)]),
            "events in time": sum(wall_clock(each["start_date"]) < wall_clock(each["end_date"]) for each in events),
            "events": len(events),
        }
    )


def wall_clock(text: str) -> datetime:
    """A date and time as that API writes them."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - that API's times have no zone


async def test_the_package_uk_police_can_read_everything() -> None:
    seen = await asyncio.to_thread(walk)

    assert seen["events"] == seen["events in time"] > 1000
    del seen["events"], seen["events in time"]
    assert seen == Counter(
        {
            "forces": 1,
            "neighbourhoods": 150,
            "found again": 150,
            "closed rings": 150,
            "officers": 919,
            "priorities": 364,
        }
    )


async def test_the_package_uk_police_reports_an_unknown_neighbourhood() -> None:
    client = Neighbourhoods()

    with pytest.raises(APIError, match="404"):
        await asyncio.to_thread(client.get_neighbourhood_details, "west-midlands", "atlantis")
    client.client.close()
