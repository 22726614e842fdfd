"""The answer to a lookup, and how certain it is."""

from enum import StrEnum

import msgspec

from finder.domain.team import NeighbourhoodTeam
from geodata.points_and_extents import GridPoint, LonLat
from geodata.postcode import Postcode
from geodata.ward import Ward


class Certainty(StrEnum):
    """Whether the place is so near another team's ward that its true position may be in that ward."""

    CERTAIN = "certain"
    NEAR_BOUNDARY = "near_boundary"


def present_month(yyyymm: int) -> str:
    """The text of a month that is stored as YYYYMM: ``2021-03``."""
    return f"{yyyymm // 100}-{yyyymm % 100:02}"


class Alternative(msgspec.Struct, frozen=True):
    """A nearby ward of another team, and its distance in metres."""

    ward: Ward
    team: NeighbourhoodTeam
    metres: float


class Match(msgspec.Struct, frozen=True):
    """How certain a match is. `boundary_m` is the distance in metres to another team's ward, None beyond 1 km."""

    certainty: Certainty
    boundary_m: float | None
    alternatives: tuple[Alternative, ...]


class Answer(msgspec.Struct, frozen=True):
    """Who polices a place. Every lookup makes one, and a msgspec.Struct takes a fifth of the time of a dataclass.

    `postcode` and `positional_quality` are None for a point. `degrees` have six decimals, and are None outside the area
    of OSTN15.
    """

    postcode: Postcode | None
    point: GridPoint
    degrees: LonLat | None
    positional_quality: int | None
    retired_on: int
    ward: Ward
    team: NeighbourhoodTeam
    match: Match
