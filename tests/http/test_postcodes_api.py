"""`GET /api/v1/postcodes/{postcode}` for a postcode with a team: the whole answer, and every spelling that finds it."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
import shapely
from shapely.geometry import shape

from geodata.shipped_data import SHIPPED_FOLDER
from tests.conftest import Client
from tests.support.raw_http import get, send_raw

pytestmark = pytest.mark.asyncio(loop_scope="session")

_DIRECTORY: Final = SHIPPED_FOLDER / "directory"
_LONDON: Final = ZoneInfo("Europe/London")


def rows_of(path: Path, **wanted: str) -> list[dict[str, str]]:
    """The rows of a shipped file that have these values in these columns."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if all(row[key] == value for key, value in wanted.items())]


def metres_to_another_team(postcode: str) -> float:
    """The distance from a postcode to the nearest ward of another team, measured to every ward without an index."""
    (row,) = rows_of(SHIPPED_FOLDER / "postcodes.csv", postcode=postcode)
    point = shapely.Point(int(row["easting"]), int(row["northing"]))
    team_of = {each["gss_code"]: each["team_id"] for each in rows_of(_DIRECTORY / "coverage.csv")}
    features = json.loads((SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8"))["features"]
    return min(
        shape(feature["geometry"]).distance(point)
        for feature in features
        if team_of[feature["properties"]["WD25CD"]] != team_of[row["ward"]]
    )


async def ask(service: Client, spelling: str) -> dict[str, Any]:
    """The answer for a postcode that has one."""
    async with service.get(f"/api/v1/postcodes/{spelling}") as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
    return answer


async def test_the_answer_has_the_documented_members_and_no_others(service: Client) -> None:
    answer = await ask(service, "B24QA")

    assert list(answer) == ["postcode", "location", "ward", "match", "team", "releases"]
    assert set(answer["match"]) == {"certainty", "boundary_distance_m", "alternatives"}
    assert set(answer["releases"]) == {"publication", "postcodes", "wards", "directory"}
    assert set(answer["team"]) >= {
        "id", "name", "force", "area", "contact", "officers", "surgeries", "priorities",
    }  # fmt: skip


async def test_the_answer_is_json_in_utf_8(service: Client) -> None:
    async with service.get("/api/v1/postcodes/B24QA") as response:
        assert response.headers["Content-Type"] == "application/json"
        json.loads((await response.read()).decode("utf-8"))


async def test_the_location_is_given_in_metres_and_degrees(service: Client) -> None:
    answer = await ask(service, "B24QA")

    assert answer["postcode"] == "B2 4QA"
    assert answer["location"] == {
        "easting": 407024,
        "northing": 286642,
        "latitude": 52.477677,
        "longitude": -1.898007,
        "positional_quality": 10,
    }


async def test_the_ward_comes_with_its_district(service: Client) -> None:
    answer = await ask(service, "B24QA")

    assert answer["ward"] == {
        "gss_code": "E05011151",
        "name": "Ladywood",
        "district": {"gss_code": "E08000025", "name": "Birmingham"},
    }


async def test_the_team_is_that_of_the_files(service: Client) -> None:
    (row,) = rows_of(_DIRECTORY / "teams.csv", id="ladywood")

    team = (await ask(service, "B24QA"))["team"]

    assert (team["id"], team["name"], team["area"]) == ("ladywood", row["name"], row["area"])
    assert team["force"] == {"id": "west-midlands", "name": "West Midlands Police"}
    keys = ("email", "telephone", "web", "facebook", "twitter")
    assert team["contact"] == {key: row[key] for key in keys if row[key]}


async def test_officers_and_pcsos_are_those_in_the_files_in_their_order(service: Client) -> None:
    listed = rows_of(_DIRECTORY / "officers.csv", team_id="ladywood")

    team = (await ask(service, "B24QA"))["team"]

    assert team["officers"] == [
        {"name": row["name"], "rank": row["rank"], "is_pcso": row["rank"] == "PCSO"} for row in listed
    ]
    assert {officer["is_pcso"] for officer in team["officers"]} == {True, False}


async def test_priorities_are_those_in_the_files_with_null_for_unknown_fields(service: Client) -> None:
    listed = rows_of(_DIRECTORY / "priorities.csv", team_id="ladywood")

    team = (await ask(service, "B24QA"))["team"]

    assert team["priorities"] == [
        {
            "issue": row["issue"],
            "issued_on": row["issued_on"],
            "action": row["action"] or None,
            "action_on": row["action_on"] or None,
        }
        for row in listed
    ]


async def test_surgeries_are_at_most_five_within_ninety_days_and_none_has_ended(service: Client) -> None:
    now = datetime.now(UTC)

    surgeries = (await ask(service, "B24QA"))["team"]["surgeries"]

    starts = [datetime.fromisoformat(each["starts_at"]) for each in surgeries]
    assert 1 <= len(surgeries) <= 5
    assert starts == sorted(starts)
    assert starts[-1] <= now + timedelta(days=90, minutes=1)
    assert all(datetime.fromisoformat(each["ends_at"]) > now for each in surgeries)


async def test_times_carry_the_offset_of_london(service: Client) -> None:
    surgeries = (await ask(service, "B24QA"))["team"]["surgeries"]

    given = [datetime.fromisoformat(each[key]) for each in surgeries for key in ("starts_at", "ends_at")]
    assert [each.utcoffset() for each in given] == [each.astimezone(_LONDON).utcoffset() for each in given]


async def test_a_surgery_has_the_documented_members(service: Client) -> None:
    surgeries = (await ask(service, "B24QA"))["team"]["surgeries"]

    always = {"id", "title", "starts_at", "ends_at", "status", "venue", "online_url"}
    for each in surgeries:
        assert set(each) - {"moved_from", "reason"} == always
        assert ("moved_from" in each) == (each["status"] == "moved")
        assert each["venue"] is None or set(each["venue"]) == {"name", "address", "postcode", "access"}


async def test_every_release_is_named_with_its_file_and_when_it_went_live(service: Client) -> None:
    releases = (await ask(service, "B24QA"))["releases"]

    assert releases["publication"] == 1
    assert (releases["postcodes"]["id"], releases["postcodes"]["source"]) == ("postcodes-1", "postcodes.csv")
    assert (releases["wards"]["id"], releases["wards"]["source"]) == ("wards-2", "wards.geojson")
    assert all(datetime.fromisoformat(releases[kind]["published_at"]) for kind in ("postcodes", "wards", "directory"))


@pytest.mark.parametrize("postcode", ["B2 4QA", "B11 4AD", "B12 0ED", "WV14 4BZ"])
async def test_the_boundary_distance_is_that_to_the_nearest_ward_of_another_team(
    service: Client, postcode: str
) -> None:
    match = (await ask(service, postcode.replace(" ", "")))["match"]

    assert match["boundary_distance_m"] == round(metres_to_another_team(postcode))


async def test_the_boundary_distance_is_null_beyond_a_kilometre(service: Client) -> None:
    assert metres_to_another_team("B14 5PH") > 1000

    match = (await ask(service, "B145PH"))["match"]

    assert match == {"certainty": "certain", "boundary_distance_m": None, "alternatives": []}


async def test_near_another_team_the_answer_is_unsure_and_names_that_team(service: Client) -> None:
    match = (await ask(service, "B114AD"))["match"]

    assert match["certainty"] == "near_boundary"
    (alternative,) = match["alternatives"]
    assert alternative["ward"]["gss_code"] == "E05011170"
    assert alternative["team"]["id"] == "sparkbrook-balsall-heath-east"
    assert alternative["distance_m"] == match["boundary_distance_m"] == 24


async def test_a_poorly_placed_postcode_is_near_a_boundary_from_a_greater_distance(service: Client) -> None:
    answer = await ask(service, "B120ED")

    assert answer["location"]["positional_quality"] == 50
    assert answer["match"]["boundary_distance_m"] == 55
    assert answer["match"]["certainty"] == "near_boundary"


async def test_near_another_ward_of_the_same_team_the_answer_is_sure(service: Client) -> None:
    match = (await ask(service, "B100ED"))["match"]

    assert (match["certainty"], match["alternatives"]) == ("certain", [])


@pytest.mark.parametrize(
    "spelling",
    [
        "b24qa",
        "B2%204QA",
        "B2%20%204QA",
        "b2-4qa",
        "B2%E2%80%934QA",
        "B2.4QA",
        "%EF%BC%A2%EF%BC%92%EF%BC%94%EF%BC%B1%EF%BC%A1",
        "%20B24QA%20",
        "%42%32%34%51%41",
        "B%E2%80%8B24QA",
    ],
)
async def test_any_spelling_gets_the_same_body_and_has_the_canonical_address_in_content_location(
    service: Client, spelling: str
) -> None:
    canonical = await send_raw(service.host, service.port, get("/api/v1/postcodes/B24QA"))

    answer = await send_raw(service.host, service.port, get(f"/api/v1/postcodes/{spelling}"))

    assert answer.status == 200
    assert answer.body == canonical.body
    assert answer.headers["ETag"] == canonical.headers["ETag"]


async def test_the_canonical_spelling_has_no_content_location(service: Client) -> None:
    async with service.get("/api/v1/postcodes/B24QA") as canonical, service.get("/api/v1/postcodes/b24qa") as other:
        assert "Content-Location" not in canonical.headers
        assert other.headers["Content-Location"] == "/api/v1/postcodes/B24QA"


async def test_letters_typed_for_digits_find_the_one_postcode_they_can_mean(service: Client) -> None:
    async with service.get("/api/v1/postcodes/B1O%20OAB") as response:
        answer = await response.json()

    assert answer["postcode"] == "B10 0AB"
    assert response.headers["Content-Location"] == "/api/v1/postcodes/B100AB"


async def test_head_answers_with_the_headers_of_get_and_no_body(service: Client) -> None:
    async with service.get("/api/v1/postcodes/B24QA") as got, service.head("/api/v1/postcodes/B24QA") as head:
        assert head.status == 200
        assert await head.read() == b""
        for name in ("ETag", "Cache-Control", "Content-Type", "Content-Length"):
            assert head.headers[name] == got.headers[name]


async def test_post_is_refused_with_what_is_allowed(service: Client) -> None:
    async with service.post("/api/v1/postcodes/B24QA") as response:
        problem = await response.json()

    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert problem["code"] == "method_not_allowed"
