"""The table of what the API does, from which its description and its documentation are made."""

from dataclasses import dataclass, field
from typing import Any, Final

from finder.api import shapes
from finder.api.boundary_features import PRECISIONS, SIMPLIFICATIONS
from finder.api.bulk_lookups.streamed_lines import CSV, NDJSON
from finder.api.negotiation import GEOJSON
from finder.api.paging import LIMITS, LONGEST_CURSOR, LONGEST_SEARCH, USUAL_LIMIT
from finder.http.body_cache import JSON
from finder.police_uk import shapes as police_shapes
from geodata.grid import LATITUDES, LONGITUDES
from geodata.gss_code import GSS_CODE_PATTERN
from geodata.postcode import COMPACT_PATTERN, SECTOR_PATTERN

TEXT: Final = "text/plain"
_CALENDAR: Final = "text/calendar"
_ID: Final = "^[a-z0-9-]{1,64}$"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the path, or of the query; `schema` is JSON Schema."""

    name: str
    description: str
    schema: dict[str, Any]
    where: str = "path"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One path and method. `answers` gives the type of the answer under each media type, None for text.

    `problems` are the codes beyond those that every operation of its group has; `follows` are operations that take
    the named parameter from a place in this answer.
    """

    id: str
    path: str
    summary: str
    answers: dict[str, Any]
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[str, ...] = ()
    method: str = "get"
    bodies: dict[str, Any] = field(default_factory=dict)
    follows: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_police_uk(self) -> bool:
        """Whether it belongs to the data.police.uk shapes, which refuse in plain text."""
        return self.path.startswith("/police-uk/")

    @property
    def is_api(self) -> bool:
        """Whether it belongs to our own API, which refuses with problems."""
        return self.path.startswith("/api/")


def _query(name: str, description: str, schema: dict[str, Any], *, required: bool = False) -> Parameter:
    return Parameter(name, description, schema, "query", required)


def _whole(limits: tuple[int, int], default: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": limits[0], "maximum": limits[1], "default": default}


_POSTCODE: Final = Parameter(
    "postcode",
    "Without a space; any other spelling gets the same answer and a Content-Location.",
    {"type": "string", "pattern": COMPACT_PATTERN, "examples": ["B24QA"]},
)
_SECTOR: Final = Parameter(
    "sector", "Outward code, dash, digit.", {"type": "string", "pattern": SECTOR_PATTERN, "examples": ["B2-4"]}
)
_TEAM: Final = Parameter("id", "A team's id.", {"type": "string", "pattern": _ID, "examples": ["ladywood"]})
_WARD: Final = Parameter(
    "gss_code", "A ward's code.", {"type": "string", "pattern": f"^{GSS_CODE_PATTERN}$", "examples": ["E05011151"]}
)
_FORCE: Final = Parameter("force", "A force's id.", {"type": "string", "pattern": _ID, "examples": ["west-midlands"]})
_LATITUDE: Final = _query(
    "lat",
    "Degrees north.",
    {"type": "number", "minimum": LATITUDES[0], "maximum": LATITUDES[1], "examples": [52.477677]},
    required=True,
)
_LONGITUDE: Final = _query(
    "lon",
    "Degrees east, negative west of Greenwich.",
    {"type": "number", "minimum": LONGITUDES[0], "maximum": LONGITUDES[1], "examples": [-1.898007]},
    required=True,
)
_ACCURACY: Final = _query(
    "accuracy", "How well the point is known, in metres.", {"type": "number", "minimum": 0, "maximum": 100_000}
)
_SEARCH: Final = _query("q", "Words that must all occur in the names.", {"type": "string", "maxLength": LONGEST_SEARCH})
_CURSOR: Final = _query("cursor", "From `next` of the page before.", {"type": "string", "maxLength": LONGEST_CURSOR})
_LIMIT: Final = _query("limit", "Most items of a page.", _whole(LIMITS, USUAL_LIMIT))
_PRECISION: Final = _query("precision", "Decimals of a degree.", _whole(PRECISIONS, 6))
_SIMPLIFY: Final = _query("simplify", "Metres by which a vertex may move.", _whole(SIMPLIFICATIONS, 0))
_POINT: Final = _query(
    "q",
    "Latitude, comma, longitude.",
    {
        "type": "string",
        "pattern": r"^[0-9]{1,2}\.[0-9]{1,9},-?[0-9]{1,2}\.[0-9]{1,9}$",
        "examples": ["52.477677,-1.898007"],
    },
    required=True,
)
_OF_PLACES: Final = ("outside_coverage", "ward_without_team")
_UK: Final = "/police-uk/api"

OPERATIONS: Final = (
    Operation(
        "getPostcode", "/api/v1/postcodes/{postcode}", "Who polices a postcode", {JSON: shapes.Answer}, (_POSTCODE,),
        ("postcode_malformed", "postcode_unknown", *_OF_PLACES),
        follows={"getTeam": ("id", "/team/id"), "getWard": ("gss_code", "/ward/gss_code")},
    ),
    Operation(
        "getPoint", "/api/v1/points", "Who polices a point in degrees", {JSON: shapes.Answer},
        (_LATITUDE, _LONGITUDE, _ACCURACY), ("point_invalid", *_OF_PLACES),
    ),
    Operation(
        "lookUpMany", "/api/v1/lookups", "Many postcodes at once: up to 1,000 as JSON, any number as CSV or NDJSON",
        {JSON: shapes.LookupResults, CSV: None, NDJSON: None},
        problems=("body_invalid", "too_many_items", "too_large", "media_type_unsupported"),
        method="post", bodies={JSON: shapes.LookupRequest, CSV: None, NDJSON: None},
    ),
    Operation(
        "getSector", "/api/v1/sectors/{sector}", "Every postcode of a sector, to look up on the device",
        {JSON: shapes.Sector}, (_SECTOR,), ("sector_malformed", "sector_unknown"),
    ),
    Operation(
        "listTeams", "/api/v1/teams", "The teams, or those that a search finds", {JSON: shapes.TeamPage},
        (_SEARCH, _CURSOR, _LIMIT), ("parameter_invalid",),
        follows={"getTeam": ("id", "/items/0/id"), "getTeamBoundary": ("id", "/items/0/id")},
    ),
    Operation(
        "getTeam", "/api/v1/teams/{id}", "One team", {JSON: shapes.TeamAnswer}, (_TEAM,),
        ("team_unknown", "team_replaced"),
        follows={"listSurgeries": ("id", "/team/id"), "getCalendar": ("id", "/team/id")},
    ),
    Operation(
        "listSurgeries", "/api/v1/teams/{id}/surgeries", "A team's surgeries of twelve months",
        {JSON: shapes.SurgeryPage}, (_TEAM, _CURSOR, _LIMIT), ("parameter_invalid", "team_unknown", "team_replaced"),
    ),
    Operation(
        "getCalendar", "/api/v1/teams/{id}/surgeries.ics", "The same as a calendar to subscribe to",
        {_CALENDAR: None}, (_TEAM,), ("team_unknown", "team_replaced"),
    ),
    Operation(
        "getTeamBoundary", "/api/v1/teams/{id}/boundary", "A team's area as GeoJSON", {GEOJSON: shapes.Boundary},
        (_TEAM, _PRECISION, _SIMPLIFY), ("parameter_invalid", "team_unknown", "team_replaced"),
    ),
    Operation(
        "listWards", "/api/v1/wards", "The wards, or those that a search finds", {JSON: shapes.WardPage},
        (_SEARCH, _CURSOR, _LIMIT), ("parameter_invalid",),
        follows={
            "getWard": ("gss_code", "/items/0/gss_code"),
            "getWardBoundary": ("gss_code", "/items/0/gss_code"),
        },
    ),
    Operation(
        "getWard", "/api/v1/wards/{gss_code}", "One ward", {JSON: shapes.WardAnswer}, (_WARD,), ("ward_unknown",),
        follows={"getTeam": ("id", "/ward/team/id")},
    ),
    Operation(
        "getWardBoundary", "/api/v1/wards/{gss_code}/boundary", "A ward's area as GeoJSON",
        {GEOJSON: shapes.Boundary}, (_WARD, _PRECISION, _SIMPLIFY), ("parameter_invalid", "ward_unknown"),
    ),
    Operation(
        "policeForces", f"{_UK}/forces", "data.police.uk: forces", {JSON: list[police_shapes.PoliceForce]},
        follows={"policeNeighbourhoods": ("force", "/0/id"), "policeForce": ("force", "/0/id")},
    ),
    Operation(
        "policeForce", f"{_UK}/forces/{{force}}", "data.police.uk: one force",
        {JSON: police_shapes.PoliceForceDetails}, (_FORCE,), ("not_found",),
    ),
    Operation(
        "policeSeniorOfficers", f"{_UK}/forces/{{force}}/people", "data.police.uk: senior officers",
        {JSON: list[police_shapes.PolicePerson]}, (_FORCE,), ("not_found",),
    ),
    Operation(
        "policeLocate", f"{_UK}/locate-neighbourhood", "data.police.uk: the neighbourhood of a point",
        {JSON: police_shapes.PoliceNeighbourhoodFound}, (_POINT,), ("not_found", "refused"),
        follows={"policeNeighbourhood": ("id", "/neighbourhood")},
    ),
    Operation(
        "policeNeighbourhoods", f"{_UK}/{{force}}/neighbourhoods", "data.police.uk: neighbourhoods",
        {JSON: list[police_shapes.PoliceNeighbourhoodName]}, (_FORCE,), ("not_found",),
    ),
    Operation(
        "policeNeighbourhood", f"{_UK}/{{force}}/{{id}}", "data.police.uk: one neighbourhood",
        {JSON: police_shapes.PoliceNeighbourhood}, (_FORCE, _TEAM), ("not_found",),
    ),
    Operation(
        "policeBoundary", f"{_UK}/{{force}}/{{id}}/boundary",
        "data.police.uk: the outer ring of the area, or of its largest piece where it has several",
        {JSON: list[police_shapes.PolicePosition]}, (_FORCE, _TEAM), ("not_found",),
    ),
    Operation(
        "policePeople", f"{_UK}/{{force}}/{{id}}/people", "data.police.uk: a neighbourhood's officers",
        {JSON: list[police_shapes.PolicePerson]}, (_FORCE, _TEAM), ("not_found",),
    ),
    Operation(
        "policeEvents", f"{_UK}/{{force}}/{{id}}/events", "data.police.uk: a neighbourhood's surgeries",
        {JSON: list[police_shapes.PoliceEvent]}, (_FORCE, _TEAM), ("not_found",),
    ),
    Operation(
        "policePriorities", f"{_UK}/{{force}}/{{id}}/priorities", "data.police.uk: a neighbourhood's priorities",
        {JSON: list[police_shapes.PolicePriority]}, (_FORCE, _TEAM), ("not_found",),
    ),
    Operation("healthz", "/healthz", "Whether the process runs", {TEXT: None}),
)  # fmt: skip
