"""The documented JSON shapes of answers; the types that encode them are the ones that describe them."""

from typing import Literal

import msgspec


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
    """A team, named."""

    id: str
    name: str


class Alternative(msgspec.Struct, frozen=True):
    """A nearby ward of another team, distance in whole metres."""

    ward: Ward
    team: TeamName
    distance_m: int


class Match(msgspec.Struct, frozen=True):
    """How sure the answer is; distance in whole metres, null beyond a kilometre."""

    certainty: Literal["certain", "near_boundary"]
    boundary_distance_m: int | None
    alternatives: list[Alternative]


class Officer(msgspec.Struct, frozen=True):
    """A police officer or PCSO."""

    name: str
    rank: str
    is_pcso: bool


class Venue(msgspec.Struct, frozen=True):
    """Where a surgery is held."""

    name: str
    address: str
    postcode: str


class Surgery(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dated surgery; times are RFC 3339 with Europe/London's offset. `moved_from` is there only when moved."""

    id: str
    title: str
    starts_at: str
    ends_at: str
    status: Literal["confirmed", "cancelled", "moved"]
    venue: Venue | None
    online_url: str | None
    moved_from: str | None = None
    reason: str | None = None


class Priority(msgspec.Struct, frozen=True):
    """What a team works on; dates are ISO 8601."""

    issue: str
    issued_on: str
    action: str | None
    action_on: str | None


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
    """Where a kind of data came from, and when it was first live."""

    id: str
    source: str
    published_at: str | None


class Releases(msgspec.Struct, frozen=True):
    """The publication that an answer was made from."""

    publication: int
    postcodes: Release
    wards: Release
    directory: Release


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who polices a postcode. `team` and `releases` are encoded once and copied; `retired_on` only when retired."""

    postcode: str | None
    location: Location
    ward: Ward
    match: Match
    team: msgspec.Raw
    releases: msgspec.Raw
    retired_on: str = ""


class ForceElsewhere(msgspec.Struct, frozen=True):
    """The force to turn to instead."""

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
