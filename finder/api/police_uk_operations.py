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
        "data.police.uk: forces", {JSON: list[PoliceForce]},
        follows={"policeNeighbourhoods": ("force", "/0/id"), "policeForce": ("force", "/0/id")},
    ),
    Operation(
        "policeForce", f"{_UK}/forces/{{force}}", police_uk_handlers.get_force,
        "data.police.uk: one force", {JSON: PoliceForceDetails}, (parameters.FORCE,), ("not_found",),
    ),
    Operation(
        "policeSeniorOfficers", f"{_UK}/forces/{{force}}/people", police_uk_handlers.list_senior_officers,
        "data.police.uk: senior officers", {JSON: list[PolicePerson]}, (parameters.FORCE,),
        ("not_found",),
    ),
    Operation(
        "policeLocate", f"{_UK}/locate-neighbourhood", police_uk_handlers.locate_neighbourhood,
        "data.police.uk: the neighbourhood of a point", {JSON: PoliceNeighbourhoodFound},
        (parameters.POINT,), ("not_found", "refused"),
        follows={"policeNeighbourhood": ("id", "/neighbourhood")},
    ),
    Operation(
        "policeNeighbourhoods", f"{_UK}/{{force}}/neighbourhoods", police_uk_handlers.list_neighbourhoods,
        "data.police.uk: neighbourhoods", {JSON: list[PoliceNeighbourhoodName]}, (parameters.FORCE,),
        ("not_found",),
    ),
    Operation(
        "policeNeighbourhood", f"{_UK}/{{force}}/{{id}}", police_uk_handlers.get_neighbourhood,
        "data.police.uk: one neighbourhood", {JSON: PoliceNeighbourhood},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policeBoundary", f"{_UK}/{{force}}/{{id}}/boundary", police_uk_handlers.get_boundary,
        "data.police.uk: the outer ring of the area, or of its largest piece where it has several",
        {JSON: list[PolicePosition]}, (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policePeople", f"{_UK}/{{force}}/{{id}}/people", police_uk_handlers.list_people,
        "data.police.uk: a neighbourhood's officers", {JSON: list[PolicePerson]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policeEvents", f"{_UK}/{{force}}/{{id}}/events", police_uk_handlers.list_events,
        "data.police.uk: a neighbourhood's surgeries", {JSON: list[PoliceEvent]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policePriorities", f"{_UK}/{{force}}/{{id}}/priorities", police_uk_handlers.list_priorities,
        "data.police.uk: a neighbourhood's priorities", {JSON: list[PolicePriority]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
)  # fmt: skip
