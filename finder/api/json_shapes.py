"""The JSON shapes of answers. The same types encode the answers and describe them in OpenAPI."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""RFC 3339, with Europe/London's offset."""

Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
"""ISO 8601."""


class Force(msgspec.Struct, frozen=True):
    """A territorial police force, by the id of data.police.uk."""

    id: str
    name: str


class Location(msgspec.Struct, frozen=True):
    """Easting and northing in metres (EPSG:27700); degrees to six decimals, null beyond OSTN15's cover."""

    easting: int
    northing: int
    latitude: float | None
    longitude: float | None
    positional_quality: int | None


class District(msgspec.Struct, frozen=True):
    """A local authority district."""

    gss_code: str
    name: str


class Ward(msgspec.Struct, frozen=True):
    """An electoral ward."""

    gss_code: str
    name: str
    district: District


class TeamName(msgspec.Struct, frozen=True):
    """A team by id and name."""

    id: str
    name: str


class Alternative(msgspec.Struct, frozen=True):
    """A nearby ward of another team, distance in whole metres."""

    ward: Ward
    team: TeamName
    distance_m: int


class Match(msgspec.Struct, frozen=True):
    """How sure the answer is; the distance is in whole metres, null beyond a kilometre."""

    certainty: Literal["certain", "near_boundary"]
    boundary_distance_m: int | None
    alternatives: list[Alternative]


class Officer(msgspec.Struct, frozen=True):
    """A police officer or PCSO."""

    name: str
    rank: str
    is_pcso: bool


class Venue(msgspec.Struct, frozen=True):
    """Where a surgery is held; `access` says in words how to get in, null if it is not known."""

    name: str
    address: str
    postcode: str
    access: str | None


class Surgery(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dated surgery; times are RFC 3339 with Europe/London's offset. `moved_from` is there only when moved."""

    id: str
    title: str
    starts_at: Moment
    ends_at: Moment
    status: Literal["confirmed", "cancelled", "moved"]
    venue: Venue | None
    online_url: str | None
    moved_from: Moment | None = None
    reason: str | None = None


class Priority(msgspec.Struct, frozen=True):
    """What a team works on; dates are ISO 8601."""

    issue: str
    issued_on: Day
    action: str | None
    action_on: Day | None


class Team(msgspec.Struct, frozen=True):
    """A neighbourhood team with its people, next surgeries and priorities."""

    id: str
    name: str
    description: str
    force: Force
    area: str
    contact: dict[str, str]
    officers: list[Officer]
    surgeries: list[Surgery]
    priorities: list[Priority]


class Release(msgspec.Struct, frozen=True):
    """The source of a kind of data, and when it was first live."""

    id: str
    source: str
    published_at: Moment | None


class Releases(msgspec.Struct, frozen=True):
    """The publication that an answer comes from."""

    publication: int
    postcodes: Release
    wards: Release
    directory: Release


EncodedWard = Annotated[msgspec.Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Ward"})]
EncodedMatch = Annotated[msgspec.Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Match"})]
EncodedTeam = Annotated[msgspec.Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Team"})]
EncodedReleases = Annotated[msgspec.Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Releases"})]
"""JSON that is encoded once and copied into many answers; the schemas are those of the encoded types."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who polices a postcode; `retired_on` is there only for a retired postcode."""

    postcode: str | None
    location: Location
    ward: EncodedWard
    match: EncodedMatch
    team: EncodedTeam
    releases: EncodedReleases
    retired_on: str = ""


class TeamSummary(msgspec.Struct, frozen=True):
    """A team in a list, with the GSS codes of its live wards."""

    id: str
    name: str
    area: str
    force: Force
    wards: list[str]


class TeamPage(msgspec.Struct, frozen=True):
    """Teams by id; `next` is the address of the next page, null on the last."""

    items: list[TeamSummary]
    next: str | None
    releases: EncodedReleases


class TeamAnswer(msgspec.Struct, frozen=True):
    """One team, and its live wards by name."""

    team: EncodedTeam
    wards: list[Ward]
    releases: EncodedReleases


class SurgeryPage(msgspec.Struct, frozen=True):
    """A team's surgeries of twelve months by start, cancelled ones included."""

    items: list[Surgery]
    next: str | None
    releases: EncodedReleases


class CoveredWard(Ward, frozen=True):
    """A ward and the team that covers it, null if none does."""

    team: TeamName | None


class WardPage(msgspec.Struct, frozen=True):
    """Wards by GSS code; `next` is the address of the next page, null on the last."""

    items: list[CoveredWard]
    next: str | None
    releases: EncodedReleases


class WardAnswer(msgspec.Struct, frozen=True):
    """One ward."""

    ward: CoveredWard
    releases: EncodedReleases


Position = tuple[float, float]
"""Longitude, latitude."""


class Polygon(msgspec.Struct, frozen=True, tag="Polygon"):
    """One outer ring, anticlockwise, then the holes, clockwise."""

    coordinates: list[list[Position]]


class MultiPolygon(msgspec.Struct, frozen=True, tag="MultiPolygon"):
    """Several polygons."""

    coordinates: list[list[list[Position]]]


Geometry = Annotated[Polygon | MultiPolygon, Meta(title="Geometry")]


class BoundaryOf(msgspec.Struct, frozen=True):
    """The team or ward that has the boundary."""

    id: str
    name: str
    releases: EncodedReleases


class Boundary(msgspec.Struct, frozen=True, tag="Feature"):
    """A GeoJSON feature (RFC 7946); `bbox` is west, south, east, north, absent without a geometry."""

    id: str
    geometry: Geometry | None
    properties: BoundaryOf
    bbox: tuple[float, float, float, float] | UnsetType = UNSET


SectorRow = tuple[str, str | None, str | None, bool]
"""Postcode, GSS code of its ward (null outside), team id (null without a team), whether another team's ward is near."""


class Sector(msgspec.Struct, frozen=True):
    """Every live postcode of a sector. `alternatives` has the other teams of postcodes near a boundary."""

    sector: str
    releases: EncodedReleases
    teams: dict[str, str]
    postcodes: list[SectorRow]
    alternatives: dict[str, list[str]]


class ForceElsewhere(msgspec.Struct, frozen=True):
    """The force that polices the place."""

    id: str
    name: str
    web: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 problem details with a stable code."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str = ""
    parameter: str = ""
    force: ForceElsewhere | None = None
    ward: Ward | None = None
    location: Location | None = None
    replaced_by: tuple[str, ...] = ()


class LookupRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Postcodes to look up, at most 1,000, in any spelling."""

    postcodes: list[str]


class LookupResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A query as it was sent, with its answer or its problem."""

    query: msgspec.Raw
    answer: Annotated[msgspec.Raw | UnsetType, Meta(extra_json_schema={"$ref": "#/components/schemas/Answer"})] = UNSET
    problem: Problem | UnsetType = UNSET


class LookupResults(msgspec.Struct, frozen=True):
    """One result for each postcode, in order."""

    results: list[LookupResult]
