"""One call of every operation through the client of openapi-python-client."""

import sys

from neighbourhood_finder_client import Client
from neighbourhood_finder_client.api.data_police_uk import (
    police_boundary,
    police_events,
    police_force,
    police_forces,
    police_locate,
    police_neighbourhood,
    police_neighbourhoods,
    police_people,
    police_priorities,
    police_senior_officers,
)
from neighbourhood_finder_client.api.places import get_point, get_postcode, get_sector, look_up_many
from neighbourhood_finder_client.api.service import healthz
from neighbourhood_finder_client.api.teams import get_calendar, get_team, get_team_boundary, list_surgeries, list_teams
from neighbourhood_finder_client.api.wards import get_ward, get_ward_boundary, list_wards
from neighbourhood_finder_client.models import (
    Answer,
    Boundary,
    LookupRequest,
    LookupResults,
    MultiPolygon,
    PoliceForceDetails,
    PoliceNeighbourhood,
    PoliceNeighbourhoodFound,
    Polygon,
    Problem,
    Sector,
    SurgeryPage,
    TeamAnswer,
    TeamPage,
    WardAnswer,
    WardPage,
)

FORCE, TEAM, WARD = "west-midlands", "ladywood", "E05011151"

with Client(base_url=sys.argv[1], raise_on_unexpected_status=True) as client:
    answer = get_postcode.sync("B24QA", client=client)
    assert isinstance(answer, Answer), answer
    assert answer.match.certainty == "certain", answer

    point = get_point.sync(client=client, lat=52.477677, lon=-1.898007)
    assert isinstance(point, Answer), point
    assert point.ward.gss_code == WARD, point

    many = look_up_many.sync(client=client, body=LookupRequest(postcodes=["B24QA", "hello"]))
    assert isinstance(many, LookupResults), many
    assert isinstance(many.results[1].problem, Problem), many

    sector = get_sector.sync("B2-4", client=client)
    assert isinstance(sector, Sector), sector
    assert isinstance(sector.postcodes[0][3], bool), sector

    teams = list_teams.sync(client=client, limit=2)
    assert isinstance(teams, TeamPage), teams
    assert len(teams.items) == 2, teams

    team = get_team.sync(TEAM, client=client)
    assert isinstance(team, TeamAnswer), team
    assert team.team.force.id == FORCE, team

    surgeries = list_surgeries.sync(TEAM, client=client)
    assert isinstance(surgeries, SurgeryPage), surgeries
    assert surgeries.items[0].starts_at.utcoffset() is not None, surgeries

    calendar = get_calendar.sync_detailed(TEAM, client=client)
    assert calendar.content.startswith(b"BEGIN:VCALENDAR"), calendar

    area = get_team_boundary.sync(TEAM, client=client, precision=4, simplify=200)
    assert isinstance(area, Boundary), area
    assert isinstance(area.geometry, Polygon | MultiPolygon), area

    wards = list_wards.sync(client=client, q=TEAM)
    assert isinstance(wards, WardPage), wards
    assert wards.items[0].gss_code == WARD, wards

    ward = get_ward.sync(WARD, client=client)
    assert isinstance(ward, WardAnswer), ward
    assert ward.ward.district.name == "Birmingham", ward

    ward_area = get_ward_boundary.sync(WARD, client=client)
    assert isinstance(ward_area, Boundary), ward_area
    assert isinstance(ward_area.bbox, list), ward_area

    forces = police_forces.sync(client=client)
    assert isinstance(forces, list), forces
    assert any(each.id == FORCE for each in forces), forces

    force = police_force.sync(FORCE, client=client)
    assert isinstance(force, PoliceForceDetails), force
    assert force.telephone == "101", force

    seniors = police_senior_officers.sync(FORCE, client=client)
    assert isinstance(seniors, list), seniors

    found = police_locate.sync(client=client, q="52.477677,-1.898007")
    assert isinstance(found, PoliceNeighbourhoodFound), found
    assert found.neighbourhood == TEAM, found

    neighbourhoods = police_neighbourhoods.sync(FORCE, client=client)
    assert isinstance(neighbourhoods, list), neighbourhoods
    assert neighbourhoods, neighbourhoods

    neighbourhood = police_neighbourhood.sync(FORCE, TEAM, client=client)
    assert isinstance(neighbourhood, PoliceNeighbourhood), neighbourhood
    assert neighbourhood.id == TEAM, neighbourhood

    ring = police_boundary.sync(FORCE, TEAM, client=client)
    assert isinstance(ring, list), ring
    assert isinstance(ring[0].latitude, str), ring

    people = police_people.sync(FORCE, TEAM, client=client)
    assert isinstance(people, list), people
    assert people[0].rank, people

    events = police_events.sync(FORCE, TEAM, client=client)
    assert isinstance(events, list), events
    assert events[0].type_ == "meeting", events

    priorities = police_priorities.sync(FORCE, TEAM, client=client)
    assert isinstance(priorities, list), priorities
    assert priorities[0].issue_date, priorities

    health = healthz.sync(client=client)
    assert isinstance(health, str), health
    assert health.strip() == "ok", health
