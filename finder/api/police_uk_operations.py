"""The table of the addresses of data.police.uk: each with its handler and its documentation.

The first address that matches a request answers it, so `/forces` stands before `/{force}`.
"""

from typing import Final

from finder.api import documented_parameters as parameters
from finder.api import police_uk_handlers
from finder.api.operation import Operation
from finder.http.media_types import JSON
from finder.police_uk.events import PoliceEvent
from finder.police_uk.forces import PoliceForce, PoliceForceDetails
from finder.police_uk.neighbourhoods import (
    PoliceNeighbourhood,
    PoliceNeighbourhoodFound,
    PoliceNeighbourhoodName,
    PolicePosition,
)
from finder.police_uk.officers import PolicePerson
from finder.police_uk.priorities import PolicePriority

_UK: Final = "/police-uk/api"

POLICE_UK_OPERATIONS: Final = (
    Operation(
        "policeForces", f"{_UK}/forces", police_uk_handlers.list_forces,
        "data.police.uk: forces",
        "The forces that have live teams.",
        {JSON: list[PoliceForce]},
        follows={"policeNeighbourhoods": ("force", "/0/id"), "policeForce": ("force", "/0/id")},
    ),
    Operation(
        "policeForce", f"{_UK}/forces/{{force}}", police_uk_handlers.get_force,
        "data.police.uk: one force",
        "Its web address and telephone.",
        {JSON: PoliceForceDetails}, (parameters.FORCE,), ("not_found",),
    ),
    Operation(
        "policeSeniorOfficers", f"{_UK}/forces/{{force}}/people", police_uk_handlers.list_senior_officers,
        "data.police.uk: senior officers",
        "Always empty: the directory has the officers of teams only.",
        {JSON: list[PolicePerson]}, (parameters.FORCE,),
        ("not_found",),
    ),
    Operation(
        "policeLocate", f"{_UK}/locate-neighbourhood", police_uk_handlers.locate_neighbourhood,
        "data.police.uk: the neighbourhood of a point",
        "The ids of the force and the neighbourhood.",
        {JSON: PoliceNeighbourhoodFound},
        (parameters.POINT,), ("not_found", "refused"),
        follows={"policeNeighbourhood": ("id", "/neighbourhood")},
    ),
    Operation(
        "policeNeighbourhoods", f"{_UK}/{{force}}/neighbourhoods", police_uk_handlers.list_neighbourhoods,
        "data.police.uk: neighbourhoods",
        "The teams of a force, by id and name.",
        {JSON: list[PoliceNeighbourhoodName]}, (parameters.FORCE,),
        ("not_found",),
    ),
    Operation(
        "policeNeighbourhood", f"{_UK}/{{force}}/{{id}}", police_uk_handlers.get_neighbourhood,
        "data.police.uk: one neighbourhood",
        "A team with its contacts, links and centre.",
        {JSON: PoliceNeighbourhood},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policeBoundary", f"{_UK}/{{force}}/{{id}}/boundary", police_uk_handlers.get_boundary,
        "data.police.uk: the outer ring of the area, or of its largest piece where it has several",
        "Degrees, written as text.",
        {JSON: list[PolicePosition]}, (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policePeople", f"{_UK}/{{force}}/{{id}}/people", police_uk_handlers.list_people,
        "data.police.uk: a neighbourhood's officers",
        "The team's officers and PCSOs.",
        {JSON: list[PolicePerson]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policeEvents", f"{_UK}/{{force}}/{{id}}/events", police_uk_handlers.list_events,
        "data.police.uk: a neighbourhood's surgeries",
        "Upcoming surgeries. The title says whether one is cancelled or moved.",
        {JSON: list[PoliceEvent]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policePriorities", f"{_UK}/{{force}}/{{id}}/priorities", police_uk_handlers.list_priorities,
        "data.police.uk: a neighbourhood's priorities",
        "What the team works on, and what it has done about it.",
        {JSON: list[PolicePriority]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
)  # fmt: skip
