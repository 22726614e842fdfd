"""`GET /api/v1/points`: the answer for a point in degrees, and refusals of invalid points."""

from typing import Any, Final

import pytest

from tests.conftest import Client

pytestmark = pytest.mark.asyncio(loop_scope="session")

_B2_4QA: Final = "lat=52.477677&lon=-1.898007"


async def ask(service: Client, query: str) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer for a point."""
    response = await service.get(f"/api/v1/points?{query}")
    return response.status, await response.json(content_type=None)


async def test_a_point_gets_the_same_answer_as_a_postcode_at_that_point(service: Client) -> None:
    response = await service.get("/api/v1/postcodes/B24QA")
    by_postcode = await response.json()

    status, by_point = await ask(service, _B2_4QA)

    assert status == 200
    assert by_point.pop("postcode") is None
    assert by_point["location"].pop("positional_quality") is None
    by_postcode.pop("postcode")
    by_postcode["location"].pop("positional_quality")
    assert by_point == by_postcode


async def test_with_a_poor_accuracy_the_other_possible_teams_are_named(service: Client) -> None:
    _, sharp = await ask(service, _B2_4QA)
    distance = sharp["match"]["boundary_distance_m"]

    _, blurred = await ask(service, f"{_B2_4QA}&accuracy={distance + 1}")

    assert sharp["match"]["certainty"] == "certain"
    assert blurred["match"]["certainty"] == "near_boundary"
    assert blurred["match"]["alternatives"][0]["distance_m"] == distance


async def test_an_accuracy_below_the_near_boundary_distance_has_no_effect(service: Client) -> None:
    _, without = await ask(service, _B2_4QA)
    _, exact = await ask(service, f"{_B2_4QA}&accuracy=0.5")

    assert exact == without


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ("lat=nan&lon=-1.9", "lat", "not a number"),
        ("lat=1e999&lon=-1.9", "lat", "not a number"),
        ("lat=52.4&lon=inf", "lon", "not a number"),
        ("lat=&lon=-1.9", "lat", "not a number"),
        ("lat=0x34&lon=-1.9", "lat", "not a number"),
        ("lat=5_2&lon=-1.9", "lat", "not a number"),
        ("lat=%D9%A5%D9%A2&lon=-1.9", "lat", "not a number"),
        ("lat=" + "5" * 400 + "&lon=-1.9", "lat", "not a number"),
        ("lat=52,4&lon=-1.9", "lat", "not a comma"),
        ("lat=-1.9&lon=52.4", "lat", "swapped"),
        ("lat=91&lon=-1.9", "lat", "from -90 to 90"),
        ("lat=52.4&lon=181", "lon", "from -180 to 180"),
        ("lon=-1.9", "lat", "missing"),
        ("lat=52.4", "lon", "missing"),
        ("", "lat", "missing"),
        ("lat=52.4&lat=52.5&lon=-1.9", "lat", "more than once"),
        ("lat=52.4&lon=-1.9&accuracy=-1", "accuracy", "from 0"),
        ("lat=52.4&lon=-1.9&accuracy=nan", "accuracy", "not a number"),
        ("lat=52.4&lon=-1.9&accuracy=5&accuracy=6", "accuracy", "more than once"),
    ],
)
async def test_an_invalid_point_is_refused_with_the_parameter_and_the_reason(
    service: Client, query: str, parameter: str, reason: str
) -> None:
    status, problem = await ask(service, query)

    assert (status, problem["code"], problem["parameter"]) == (400, "point_invalid", parameter)
    assert reason in problem["detail"]


async def test_an_unknown_parameter_is_refused_by_name(service: Client) -> None:
    status, problem = await ask(service, f"{_B2_4QA}&lng=1")

    assert (status, problem["code"], problem["parameter"]) == (400, "parameter_unknown", "lng")


@pytest.mark.parametrize(
    ("query", "force"),
    [
        ("lat=52.3000&lon=-1.9400", "west-mercia"),  # Redditch
        ("lat=55.9533&lon=-3.1883", None),  # Edinburgh: no postcode of the release is near
        ("lat=55.0000&lon=1.5000", None),  # the North Sea
        ("lat=48.8566&lon=2.3522", None),  # Paris, beyond OSTN15
        ("lat=0&lon=0", None),
        ("lat=-52.4&lon=178", None),
    ],
)
async def test_a_point_elsewhere_is_outside_coverage_and_its_force_is_named_if_known(
    service: Client, query: str, force: str | None
) -> None:
    status, problem = await ask(service, query)

    assert (status, problem["code"]) == (404, "outside_coverage")
    assert problem.get("force", {}).get("id") == force
