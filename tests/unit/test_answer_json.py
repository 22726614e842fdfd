"""Answers as the documented JSON."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from finder.api import answer_json
from finder.api.answer_json import Presenter
from finder.domain.answer import Answer
from finder.domain.surgery import Occurrence, Status
from finder.services.find_team import FindTeam
from finder.snapshot.model import Snapshot
from geodata.points_and_extents import GridPoint
from geodata.postcode import Postcode
from geodata.projection.ostn15 import to_lonlat
from tests.support.builders import (
    NOW,
    SPARKBROOK,
    TOWN_HALL,
    make_change,
    make_directory,
    make_location,
    make_occurrence,
    make_officer,
    make_priority,
    make_record,
    make_snapshot,
    make_surgery,
    make_ward,
    square,
    utc,
    wall,
)

FIND: Final = FindTeam(near_boundary_m=25, near_boundary_poor_m=100)
FULL: Final = make_directory(
    teams=(make_record(description="Hello.", contact={"email": "ladywood@example.org", "telephone": "101"}),),
    officers=(make_officer(rank="PCSO"),),
    priorities=(make_priority(action="Doors were knocked on.", action_on=date(2026, 11, 1)),),
    surgeries=(make_surgery("2026-11-05 18:00"),),
)


class Presented(NamedTuple):
    """A body and its entity tag."""

    body: bytes
    tag: str


def presented(snapshot: Snapshot, rules: str = "", now: datetime = NOW) -> Presented:
    return present_by(Presenter(snapshot, rules), FIND.by_postcode(snapshot, Postcode.parse("B2 4QA")), now)


def present_by(presenter: Presenter, answer: Answer, now: datetime) -> Presented:
    team = presenter.team(answer.team, now)
    return Presented(presenter.answer(answer, team), team.tag)


def body(snapshot: Snapshot) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(presented(snapshot).body)
    return decoded


def test_an_answer_has_the_shape_of_the_contract() -> None:
    snapshot = make_snapshot(
        make_location("B2 4QA", 407_024, 286_642),
        wards=[make_ward(polygon=square(406_000, 286_000, 2000))],
        directory=FULL,
    )

    found = body(snapshot)

    release = {"published_at": "2026-11-02T09:00:00+00:00"}
    assert found == {
        "postcode": "B2 4QA",
        "location": {
            "easting": 407_024,
            "northing": 286_642,
            "latitude": 52.477677,
            "longitude": -1.898007,
            "positional_quality": 10,
        },
        "ward": {
            "gss_code": "E05011151",
            "name": "Ladywood",
            "district": {"gss_code": "E08000025", "name": "Birmingham"},
        },
        "match": {"certainty": "certain", "boundary_distance_m": None, "alternatives": []},
        "team": {
            "id": "ladywood",
            "name": "Ladywood",
            "description": "Hello.",
            "force": {"id": "west-midlands", "name": "West Midlands Police"},
            "area": "Birmingham",
            "contact": {"email": "ladywood@example.org", "telephone": "101"},
            "officers": [{"name": "Kavita Example", "rank": "PCSO", "is_pcso": True}],
            "surgeries": [
                {
                    "id": "ladywood-library-20261105T1800",
                    "title": "Drop-in at the library",
                    "starts_at": "2026-11-05T18:00:00+00:00",
                    "ends_at": "2026-11-05T19:00:00+00:00",
                    "status": "confirmed",
                    "venue": {
                        "name": "Town Hall",
                        "address": "Victoria Square",
                        "postcode": "B3 3DQ",
                        "access": None,
                    },
                    "online_url": None,
                }
            ],
            "priorities": [
                {
                    "issue": "Parcels taken from doorsteps",
                    "issued_on": "2026-10-01",
                    "action": "Doors were knocked on.",
                    "action_on": "2026-11-01",
                }
            ],
        },
        "releases": {
            "publication": 1,
            "postcodes": {"id": "postcodes-1", "source": "postcodes.csv", **release},
            "wards": {"id": "wards-1", "source": "wards.csv", **release},
            "directory": {"id": "directory-1", "source": "directory.csv", **release},
        },
    }


def test_an_alternative_names_ward_team_and_whole_metres() -> None:
    wards = (make_ward(), make_ward(SPARKBROOK, square(407_000, 286_000), "Sparkbrook"))
    directory = make_directory("ladywood", "sparkbrook")
    snapshot = make_snapshot(make_location(easting=406_990), wards=wards, directory=directory)

    found = body(snapshot)["match"]

    assert found == {
        "certainty": "near_boundary",
        "boundary_distance_m": 10,
        "alternatives": [
            {
                "ward": {
                    "gss_code": SPARKBROOK,
                    "name": "Sparkbrook",
                    "district": {"gss_code": "E08000025", "name": "Birmingham"},
                },
                "team": {"id": "sparkbrook", "name": "Sparkbrook"},
                "distance_m": 10,
            }
        ],
    }


@pytest.mark.parametrize(("retired_on", "shown"), [(202103, "2021-03"), (199612, "1996-12"), (0, None)])
def test_a_retired_postcode_says_since_when_and_a_live_one_nothing(retired_on: int, shown: str | None) -> None:
    found = body(make_snapshot(make_location(retired_on=retired_on)))

    assert found.get("retired_on") == shown


def test_unknown_fields_of_a_priority_are_null() -> None:
    snapshot = make_snapshot(directory=make_directory(priorities=(make_priority(),)))

    (found,) = body(snapshot)["team"]["priorities"]

    assert (found["action"], found["action_on"]) == (None, None)


def test_a_point_at_sea_has_no_degrees() -> None:
    found = answer_json.location(GridPoint(1, 1), to_lonlat(GridPoint(1, 1)), None)

    assert (found.latitude, found.longitude) == (None, None)


# Surgeries


def shown(surgery: Occurrence) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(msgspec.json.encode(answer_json.surgery(surgery)))
    return decoded


def test_a_moved_surgery_has_its_former_start() -> None:
    moved = make_change("2026-07-02 18:00", Status.MOVED, starts_at=wall("2026-07-03 10:00"))

    found = shown(make_occurrence(make_surgery("2026-07-02 18:00"), moved))

    assert (found["status"], found["starts_at"], found["moved_from"]) == (
        "moved",
        "2026-07-03T10:00:00+01:00",
        "2026-07-02T18:00:00+01:00",
    )


def test_a_surgery_that_was_not_moved_has_no_former_start() -> None:
    found = shown(make_occurrence())

    assert {"moved_from", "reason"} & set(found) == set()


def test_a_cancelled_surgery_says_why() -> None:
    cancelled = make_change("2026-07-02 18:00", reason="Flood")

    found = shown(make_occurrence(make_surgery("2026-07-02 18:00"), cancelled))

    assert (found["status"], found["reason"]) == ("cancelled", "Flood")


def test_a_venue_says_how_to_get_in() -> None:
    found = shown(make_occurrence(make_surgery(venue=replace(TOWN_HALL, access="Step-free. Hearing loop."))))

    assert found["venue"]["access"] == "Step-free. Hearing loop."


def test_an_online_surgery_has_an_address_and_no_venue() -> None:
    found = shown(make_occurrence(make_surgery(venue=None, online_url="https://example.org/call")))

    assert (found["venue"], found["online_url"]) == (None, "https://example.org/call")


# Freshness


def test_one_presenter_drops_a_surgery_the_moment_it_ends() -> None:
    snapshot = make_snapshot(directory=FULL)
    presenter = Presenter(snapshot, "")
    answer = FIND.by_postcode(snapshot, Postcode.parse("B2 4QA"))

    before = json.loads(present_by(presenter, answer, utc("2026-11-05 18:59:59")).body)["team"]["surgeries"]
    after = json.loads(present_by(presenter, answer, utc("2026-11-05 19:00")).body)["team"]["surgeries"]

    assert (len(before), after) == (1, [])


def test_the_entity_tag_stays_while_nothing_changes() -> None:
    snapshot = make_snapshot(directory=FULL)

    tags = {presented(snapshot, now=now).tag for now in (NOW, utc("2026-11-05 18:59:59"))}

    assert len(tags) == 1


def test_the_entity_tag_changes_when_a_surgery_ends() -> None:
    snapshot = make_snapshot(directory=FULL)

    tags = {presented(snapshot, now=now).tag for now in (utc("2026-11-05 18:59:59"), utc("2026-11-05 19:00"))}

    assert len(tags) == 2


def test_the_entity_tag_changes_with_the_rules() -> None:
    snapshot = make_snapshot()

    tags = {presented(snapshot, rules).tag for rules in ("25 100", "50 100")}

    assert len(tags) == 2
