"""The table of the API's addresses: each with its handler and its documentation.

The routes, `/openapi.json` and `/docs` are all made from this table. The first address that matches a request answers
it, so `/forces` stands before `/{force}`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from aiohttp import web

from finder.api import calendars, police_uk, postcodes_and_points, sectors, shapes, teams, wards
from finder.api import documented_parameters as parameters
from finder.api.bulk_lookups import handler as bulk_lookups
from finder.api.documented_parameters import Parameter
from finder.api.live_presenter import LivePresenter
from finder.http.media_types import CALENDAR, CSV, GEOJSON, JSON, NDJSON, TEXT
from finder.police_uk import shapes as police_shapes

Handler = Callable[[LivePresenter, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address.

    `answers` and `bodies` give a type for each media type, None for text. `problems` are the codes that the operation
    has beside those of its group. `follows` names operations that take a parameter from a place in this answer.
    """

    id: str
    path: str
    handler: Handler | None
    summary: str
    answers: dict[str, Any]
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[str, ...] = ()
    method: str = "get"
    bodies: dict[str, Any] = field(default_factory=dict)
    follows: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_documented: bool = True

    @property
    def is_police_uk(self) -> bool:
        """Whether it has the shapes of data.police.uk, and refuses in plain text."""
        return self.path.startswith(police_uk.PREFIX)

    @property
    def is_api(self) -> bool:
        """Whether it belongs to our own API, and refuses with problem details."""
        return self.path.startswith("/api/")

    @property
    def route_path(self) -> str:
        """The path with the regular expressions of its parameters, as aiohttp's router takes it."""
        path = self.path
        for each in self.parameters:
            if each.route_pattern:
                path = path.replace(f"{{{each.name}}}", f"{{{each.name}:{each.route_pattern}}}")
        return path


_PLACE: Final = ("outside_coverage", "ward_without_team")
_TEAM: Final = ("team_unknown", "team_replaced")
_UK: Final = "/police-uk/api"

HEALTHZ: Final = Operation("healthz", "/healthz", None, "Whether the process runs", {TEXT: None})
"""Answered by `finder/server/health.py`, and documented with the rest."""

OPERATIONS: Final = (
    Operation(
        "getPostcode", f"{postcodes_and_points.POSTCODES}{{postcode}}", postcodes_and_points.get_postcode,
        "Who polices a postcode", {JSON: shapes.Answer}, (parameters.POSTCODE,),
        ("postcode_malformed", "postcode_unknown", *_PLACE),
        follows={"getTeam": ("id", "/team/id"), "getWard": ("gss_code", "/ward/gss_code")},
    ),
    Operation(
        "getPoint", postcodes_and_points.POINTS, postcodes_and_points.get_point,
        "Who polices a point in degrees", {JSON: shapes.Answer},
        (parameters.LATITUDE, parameters.LONGITUDE, parameters.ACCURACY), ("point_invalid", *_PLACE),
    ),
    Operation(
        "lookUpMany", "/api/v1/lookups", bulk_lookups.look_up_many,
        "Many postcodes at once: up to 1,000 as JSON, any number as CSV or NDJSON",
        {JSON: shapes.LookupResults, CSV: None, NDJSON: None},
        problems=("body_invalid", "too_many_items", "too_large", "media_type_unsupported"),
        method="post", bodies={JSON: shapes.LookupRequest, CSV: None, NDJSON: None},
    ),
    Operation(
        "getSector", f"{sectors.SECTORS}{{sector}}", sectors.get_sector,
        "Every postcode of a sector, to look up on the device", {JSON: shapes.Sector}, (parameters.SECTOR,),
        ("sector_malformed", "sector_unknown"),
    ),
    Operation(
        "listTeams", "/api/v1/teams", teams.list_teams,
        "The teams, or those that a search finds", {JSON: shapes.TeamPage},
        (parameters.SEARCH, parameters.CURSOR, parameters.LIMIT), ("parameter_invalid",),
        follows={"getTeam": ("id", "/items/0/id"), "getTeamBoundary": ("id", "/items/0/id")},
    ),
    Operation(
        "getTeam", "/api/v1/teams/{id}", teams.get_team,
        "One team", {JSON: shapes.TeamAnswer}, (parameters.TEAM,), _TEAM,
        follows={"listSurgeries": ("id", "/team/id"), "getCalendar": ("id", "/team/id")},
    ),
    Operation(
        "listSurgeries", "/api/v1/teams/{id}/surgeries", teams.list_surgeries,
        "A team's surgeries of twelve months", {JSON: shapes.SurgeryPage},
        (parameters.TEAM, parameters.CURSOR, parameters.LIMIT), ("parameter_invalid", *_TEAM),
    ),
    Operation(
        "getCalendar", "/api/v1/teams/{id}/surgeries.ics", calendars.get_calendar,
        "The same as a calendar to subscribe to", {CALENDAR: None}, (parameters.TEAM,), _TEAM,
    ),
    Operation(
        "getSurgeryCalendar", "/api/v1/teams/{id}/surgeries/{occurrence}.ics", calendars.get_surgery_calendar,
        "One surgery as a file, for our own pages", {CALENDAR: None}, (parameters.TEAM,), _TEAM, is_documented=False,
    ),
    Operation(
        "getTeamBoundary", "/api/v1/teams/{id}/boundary", teams.get_team_boundary,
        "A team's area as GeoJSON", {GEOJSON: shapes.Boundary},
        (parameters.TEAM, parameters.PRECISION, parameters.SIMPLIFY), ("parameter_invalid", *_TEAM),
    ),
    Operation(
        "listWards", "/api/v1/wards", wards.list_wards,
        "The wards, or those that a search finds", {JSON: shapes.WardPage},
        (parameters.SEARCH, parameters.CURSOR, parameters.LIMIT), ("parameter_invalid",),
        follows={
            "getWard": ("gss_code", "/items/0/gss_code"),
            "getWardBoundary": ("gss_code", "/items/0/gss_code"),
        },
    ),
    Operation(
        "getWard", "/api/v1/wards/{gss_code}", wards.get_ward,
        "One ward", {JSON: shapes.WardAnswer}, (parameters.WARD,), ("ward_unknown",),
        follows={"getTeam": ("id", "/ward/team/id")},
    ),
    Operation(
        "getWardBoundary", "/api/v1/wards/{gss_code}/boundary", wards.get_ward_boundary,
        "A ward's area as GeoJSON", {GEOJSON: shapes.Boundary},
        (parameters.WARD, parameters.PRECISION, parameters.SIMPLIFY), ("parameter_invalid", "ward_unknown"),
    ),
    Operation(
        "policeForces", f"{_UK}/forces", police_uk.list_forces,
        "data.police.uk: forces", {JSON: list[police_shapes.PoliceForce]},
        follows={"policeNeighbourhoods": ("force", "/0/id"), "policeForce": ("force", "/0/id")},
    ),
    Operation(
        "policeForce", f"{_UK}/forces/{{force}}", police_uk.get_force,
        "data.police.uk: one force", {JSON: police_shapes.PoliceForceDetails}, (parameters.FORCE,), ("not_found",),
    ),
    Operation(
        "policeSeniorOfficers", f"{_UK}/forces/{{force}}/people", police_uk.list_senior_officers,
        "data.police.uk: senior officers", {JSON: list[police_shapes.PolicePerson]}, (parameters.FORCE,),
        ("not_found",),
    ),
    Operation(
        "policeLocate", f"{_UK}/locate-neighbourhood", police_uk.locate_neighbourhood,
        "data.police.uk: the neighbourhood of a point", {JSON: police_shapes.PoliceNeighbourhoodFound},
        (parameters.POINT,), ("not_found", "refused"),
        follows={"policeNeighbourhood": ("id", "/neighbourhood")},
    ),
    Operation(
        "policeNeighbourhoods", f"{_UK}/{{force}}/neighbourhoods", police_uk.list_neighbourhoods,
        "data.police.uk: neighbourhoods", {JSON: list[police_shapes.PoliceNeighbourhoodName]}, (parameters.FORCE,),
        ("not_found",),
    ),
    Operation(
        "policeNeighbourhood", f"{_UK}/{{force}}/{{id}}", police_uk.get_neighbourhood,
        "data.police.uk: one neighbourhood", {JSON: police_shapes.PoliceNeighbourhood},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policeBoundary", f"{_UK}/{{force}}/{{id}}/boundary", police_uk.get_boundary,
        "data.police.uk: the outer ring of the area, or of its largest piece where it has several",
        {JSON: list[police_shapes.PolicePosition]}, (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policePeople", f"{_UK}/{{force}}/{{id}}/people", police_uk.list_people,
        "data.police.uk: a neighbourhood's officers", {JSON: list[police_shapes.PolicePerson]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policeEvents", f"{_UK}/{{force}}/{{id}}/events", police_uk.list_events,
        "data.police.uk: a neighbourhood's surgeries", {JSON: list[police_shapes.PoliceEvent]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    Operation(
        "policePriorities", f"{_UK}/{{force}}/{{id}}/priorities", police_uk.list_priorities,
        "data.police.uk: a neighbourhood's priorities", {JSON: list[police_shapes.PolicePriority]},
        (parameters.FORCE, parameters.TEAM), ("not_found",),
    ),
    HEALTHZ,
)  # fmt: skip
DOCUMENTED: Final = tuple(each for each in OPERATIONS if each.is_documented)


def routes(live: LivePresenter) -> list[web.RouteDef]:
    """Returns the routes of all operations; each route has the id of its operation as its name."""
    define = {"get": web.get, "post": web.post}
    return [
        define[each.method](each.route_path, partial(each.handler, live), name=each.id)
        for each in OPERATIONS
        if each.handler
    ]
