"""One call of every operation through the client `python` of openapi-generator, which checks what it is answered."""

import sys

from openapi_client import (
    ApiClient,
    Configuration,
    DataPoliceUkApi,
    LookupRequest,
    PlacesApi,
    ServiceApi,
    TeamsApi,
    WardsApi,
)

FORCE, TEAM, WARD = "west-midlands", "ladywood", "E05011151"

with ApiClient(Configuration(host=sys.argv[1])) as client:
    places, teams_api, wards_api = PlacesApi(client), TeamsApi(client), WardsApi(client)
    police_uk = DataPoliceUkApi(client)

    answer = places.get_postcode("B24QA")
    assert answer.match.certainty == "certain", answer

    point = places.get_point(lat=52.477677, lon=-1.898007)
    assert point.ward.gss_code == WARD, point

    many = places.look_up_many(LookupRequest(postcodes=["B24QA", "hello"]))
    assert many.results[1].problem is not None, many
    assert many.results[1].problem.code == "postcode_malformed", many

    sector = places.get_sector("B2-4")
    is_near = sector.postcodes[0][3]
    assert is_near is not None, sector
    assert isinstance(is_near.actual_instance, bool), sector

    teams = teams_api.list_teams(limit=2)
    assert len(teams.items) == 2, teams

    team = teams_api.get_team(TEAM)
    assert team.team.force.id == FORCE, team

    surgeries = teams_api.list_surgeries(TEAM)
    assert surgeries.items[0].starts_at.utcoffset() is not None, surgeries

    calendar = teams_api.get_calendar(TEAM)
    assert calendar.startswith("BEGIN:VCALENDAR"), calendar

    area = teams_api.get_team_boundary(TEAM, precision=4, simplify=200)
    assert area.geometry is not None, area
    assert area.geometry.actual_instance is not None, area

    wards = wards_api.list_wards(q=TEAM)
    assert wards.items[0].gss_code == WARD, wards

    ward = wards_api.get_ward(WARD)
    assert ward.ward.district.name == "Birmingham", ward

    ward_area = wards_api.get_ward_boundary(WARD)
    assert ward_area.bbox is not None, ward_area

    forces = police_uk.police_forces()
    assert any(each.id == FORCE for each in forces), forces

    force = police_uk.police_force(FORCE)
    assert force.telephone == "101", force

    seniors = police_uk.police_senior_officers(FORCE)
    assert isinstance(seniors, list), seniors

    found = police_uk.police_locate("52.477677,-1.898007")
    assert found.neighbourhood == TEAM, found

    assert police_uk.police_neighbourhoods(FORCE), "no neighbourhoods"

    neighbourhood = police_uk.police_neighbourhood(FORCE, TEAM)
    assert neighbourhood.id == TEAM, neighbourhood

    ring = police_uk.police_boundary(FORCE, TEAM)
    assert isinstance(ring[0].latitude, str), ring

    people = police_uk.police_people(FORCE, TEAM)
    assert people[0].rank, people

    events = police_uk.police_events(FORCE, TEAM)
    assert events[0].type == "meeting", events

    priorities = police_uk.police_priorities(FORCE, TEAM)
    assert priorities[0].issue_date, priorities

    health = ServiceApi(client).healthz()
    assert health.strip() == "ok", health
