"""What a lookup found, and how sure it is."""

from dataclasses import dataclass
from enum import StrEnum

from finder.domain.team import NeighbourhoodTeam
from geodata.grid import GridPoint
from geodata.postcode import Postcode
from geodata.ward import Ward


class Certainty(StrEnum):
    """Whether another team's ward is so near that the point given for the place may be on the wrong side."""

    CERTAIN = "certain"
    NEAR_BOUNDARY = "near_boundary"


def present_month(yyyymm: int) -> str:
    """A month held as YYYYMM, as it is shown: ``2021-03``."""
    return f"{yyyymm // 100}-{yyyymm % 100:02}"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A nearby ward of another team, and its distance in metres."""

    ward: Ward
    team: NeighbourhoodTeam
    metres: float


@dataclass(frozen=True, slots=True)
class Match:
    """How sure a match is. `boundary_m` is the distance in metres to another team's ward, None beyond 1 km."""

    certainty: Certainty
    boundary_m: float | None
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Who polices a place. `postcode` and `positional_quality` are None for a bare point."""

    postcode: Postcode | None
    point: GridPoint
    positional_quality: int | None
    retired_on: int
    ward: Ward
    team: NeighbourhoodTeam
    match: Match
