"""The table of the API's addresses: each with its handler and its documentation.

The routes, `/openapi.json` and `/docs` are all made from this table. The first address that matches a request answers
it.
"""

from functools import partial
from typing import Final

from aiohttp import web

from finder.api import calendars, json_shapes, postcodes_and_points, sectors, teams, wards
from finder.api import documented_parameters as parameters
from finder.api.bulk_lookups import handler as bulk_lookups
from finder.api.live_answers import LivePresenter
from finder.api.operation import Operation
from finder.api.police_uk_operations import POLICE_UK_OPERATIONS
from finder.http.media_types import CALENDAR, CSV, GEOJSON, JSON, NDJSON, TEXT

_PLACE: Final = ("outside_coverage", "ward_without_team")
_TEAM: Final = ("team_unknown", "team_replaced")

HEALTHZ: Final = Operation(
    "healthz", "/healthz", None, "Whether the process runs", "It may run without any data to answer from.", {TEXT: None}
)
"""Answered by `finder/server/health.py`, and documented with the rest."""

OPERATIONS: Final = (
    Operation(
        "getPostcode", f"{postcodes_and_points.POSTCODES}{{postcode}}", postcodes_and_points.get_postcode,
        "Who polices a postcode",
        "The team with its officers and next surgeries, the ward, and how sure the match is.",
        {JSON: json_shapes.Answer}, (parameters.POSTCODE,),
        ("postcode_malformed", "postcode_unknown", *_PLACE),
        follows={"getTeam": ("id", "/team/id"), "getWard": ("gss_code", "/ward/gss_code")},
    ),
    Operation(
        "getPoint", postcodes_and_points.POINTS, postcodes_and_points.get_point,
        "Who polices a point in degrees",
        "The same answer as for a postcode, for a place that a device has measured.",
        {JSON: json_shapes.Answer},
        (parameters.LATITUDE, parameters.LONGITUDE, parameters.ACCURACY), ("point_invalid", *_PLACE),
    ),
    Operation(
        "lookUpMany", "/api/v1/lookups", bulk_lookups.look_up_many,
        "Many postcodes at once: up to 1,000 as JSON, any number as CSV or NDJSON",
        "One result for each postcode, in order: its answer or its problem. CSV and NDJSON are streamed through.",
        {JSON: json_shapes.LookupResults, CSV: None, NDJSON: None},
        problems=("body_invalid", "too_many_items", "too_large", "media_type_unsupported"),
        method="post", bodies={JSON: json_shapes.LookupRequest, CSV: None, NDJSON: None},
    ),
    Operation(
        "getSector", f"{sectors.SECTORS}{{sector}}", sectors.get_sector,
        "Every postcode of a sector, to look up on the device",
        "A device that keeps this answer finds teams without telling anybody which postcode it looks for.",
        {JSON: json_shapes.Sector}, (parameters.SECTOR,),
        ("sector_malformed", "sector_unknown"),
    ),
    Operation(
        "listTeams", "/api/v1/teams", teams.list_teams,
        "The teams, or those that a search finds",
        "By id, with the GSS codes of their wards. `next` leads to the next page.",
        {JSON: json_shapes.TeamPage},
        (parameters.SEARCH, parameters.CURSOR, parameters.LIMIT), ("parameter_invalid",),
        follows={"getTeam": ("id", "/items/0/id"), "getTeamBoundary": ("id", "/items/0/id")},
    ),
    Operation(
        "getTeam", "/api/v1/teams/{id}", teams.get_team,
        "One team",
        "With its people, next surgeries and priorities, and its live wards by name.",
        {JSON: json_shapes.TeamAnswer}, (parameters.TEAM,), _TEAM,
        follows={"listSurgeries": ("id", "/team/id"), "getCalendar": ("id", "/team/id")},
    ),
    Operation(
        "listSurgeries", "/api/v1/teams/{id}/surgeries", teams.list_surgeries,
        "A team's surgeries of twelve months",
        "By start. Cancelled and moved ones stay in the list, marked. `next` leads to the next page.",
        {JSON: json_shapes.SurgeryPage},
        (parameters.TEAM, parameters.CURSOR, parameters.LIMIT), ("parameter_invalid", *_TEAM),
    ),
    Operation(
        "getCalendar", "/api/v1/teams/{id}/surgeries.ics", calendars.get_calendar,
        "The same as a calendar to subscribe to",
        "iCalendar, an event for each surgery. A cancelled or moved one keeps its UID and gets a higher SEQUENCE.",
        {CALENDAR: None}, (parameters.TEAM,), _TEAM,
    ),
    Operation(
        "getSurgeryCalendar", "/api/v1/teams/{id}/surgeries/{occurrence}.ics", calendars.get_surgery_calendar,
        "One surgery as a file, for our own pages",
        "The same as one event of the team's calendar.",
        {CALENDAR: None}, (parameters.TEAM,), _TEAM, is_documented=False,
    ),
    Operation(
        "getTeamBoundary", "/api/v1/teams/{id}/boundary", teams.get_team_boundary,
        "A team's area as GeoJSON",
        "The union of its live wards.",
        {GEOJSON: json_shapes.Boundary},
        (parameters.TEAM, parameters.PRECISION, parameters.SIMPLIFY), ("parameter_invalid", *_TEAM),
    ),
    Operation(
        "listWards", "/api/v1/wards", wards.list_wards,
        "The wards, or those that a search finds",
        "By GSS code, each with the team that covers it. `next` leads to the next page.",
        {JSON: json_shapes.WardPage},
        (parameters.SEARCH, parameters.CURSOR, parameters.LIMIT), ("parameter_invalid",),
        follows={
            "getWard": ("gss_code", "/items/0/gss_code"),
            "getWardBoundary": ("gss_code", "/items/0/gss_code"),
        },
    ),
    Operation(
        "getWard", f"{wards.WARDS}{{gss_code}}", wards.get_ward,
        "One ward",
        "With the team that covers it.",
        {JSON: json_shapes.WardAnswer}, (parameters.WARD,), ("ward_unknown",),
        follows={"getTeam": ("id", "/ward/team/id")},
    ),
    Operation(
        "getWardBoundary", f"{wards.WARDS}{{gss_code}}/boundary", wards.get_ward_boundary,
        "A ward's area as GeoJSON",
        "Its polygon.",
        {GEOJSON: json_shapes.Boundary},
        (parameters.WARD, parameters.PRECISION, parameters.SIMPLIFY), ("parameter_invalid", "ward_unknown"),
    ),
    *POLICE_UK_OPERATIONS,
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
