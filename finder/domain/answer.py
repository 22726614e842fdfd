"""What a lookup found, and how sure it is."""

from enum import StrEnum

import msgspec

from finder.domain.team import NeighbourhoodTeam
from geodata.grid import GridPoint, LonLat
from geodata.postcode import Postcode
from geodata.ward import Ward


class Certainty(StrEnum):
    """Whether another team's ward is so near that the point given for the place may be on the wrong side."""

    CERTAIN = "certain"
    NEAR_BOUNDARY = "near_boundary"


def present_month(yyyymm: int) -> str:
    """A month held as YYYYMM, as it is shown: ``2021-03``."""
    return f"{yyyymm // 100}-{yyyymm % 100:02}"


class Alternative(msgspec.Struct, frozen=True):
    """A nearby ward of another team, and its distance in metres."""

    ward: Ward
    team: NeighbourhoodTeam
    metres: float


class Match(msgspec.Struct, frozen=True):
    """How sure a match is. `boundary_m` is the distance in metres to another team's ward, None beyond 1 km."""

    certainty: Certainty
    boundary_m: float | None
    alternatives: tuple[Alternative, ...]


class Answer(msgspec.Struct, frozen=True):
    """Who polices a place; one is made for every lookup, which msgspec does in a fifth of the time of a dataclass.

    `postcode` and `positional_quality` are None for a bare point; `degrees`, of six decimals, beyond OSTN15's cover.
    """

    postcode: Postcode | None
    point: GridPoint
    degrees: LonLat | None
    positional_quality: int | None
    retired_on: int
    ward: Ward
    team: NeighbourhoodTeam
    match: Match
