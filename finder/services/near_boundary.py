"""The near-boundary rule: how near another team's ward a place must be for that team to be named as an alternative."""

import math
from typing import Final

from finder.domain.answer import Alternative, Certainty, Match
from finder.domain.team import NeighbourhoodTeam
from finder.snapshot.model import Snapshot
from finder.snapshot.postcode_table import PostcodeRecord
from geodata.points_and_extents import GridPoint
from geodata.postcode_location import BEST_QUALITY

_MAX_CACHED_MATCHES: Final = 4096
"""For each snapshot. The West Midlands have 461 postcodes near a boundary."""

_MAX_ACCURACY_M: Final = 5000.0
"""A larger accuracy counts as this one: a list of every team in the city would not help."""


def near_m_of_postcode(found: PostcodeRecord, best_m: float, poor_m: float) -> float:
    """Returns how near, in metres, another team's ward is near: `best_m` for the best positional quality."""
    return best_m if found.positional_quality <= BEST_QUALITY else poor_m


def near_m_of_point(accuracy_m: float, least_m: float) -> float:
    """Returns how near, in metres, another team's ward is near for a point of this accuracy."""
    return max(least_m, min(accuracy_m, _MAX_ACCURACY_M))


def match_postcode(snapshot: Snapshot, found: PostcodeRecord, team: NeighbourhoodTeam, near_m: float) -> Match:
    """The match of a postcode; its distance to the nearest other team is computed once per snapshot."""
    boundary_m = snapshot.postcodes.distances.find(found.row)
    if boundary_m is None:
        boundary_m = snapshot.areas.distance(found.point, team.id)
        snapshot.postcodes.distances.store(found.row, boundary_m)
    if boundary_m >= near_m:
        return match_point(snapshot, found.point, team, boundary_m, near_m)
    # One postcode in a hundred is this near, and costs as much as ten others.
    cache = snapshot.near_boundary_matches
    match = cache.get((found.row, near_m))
    if match is None:
        match = cache[found.row, near_m] = match_point(snapshot, found.point, team, boundary_m, near_m)
        if len(cache) > _MAX_CACHED_MATCHES:
            del cache[next(iter(cache))]
    return match


def match_point(
    snapshot: Snapshot, point: GridPoint, team: NeighbourhoodTeam, boundary_m: float, near_m: float
) -> Match:
    """The near-boundary rule: a place nearer to another team's ward than `near_m` may belong to that team."""
    known_m = boundary_m if math.isfinite(boundary_m) else None
    if boundary_m >= near_m:
        return Match(Certainty.CERTAIN, known_m, ())
    near = tuple(
        Alternative(each.ward, other, each.metres)
        for each in snapshot.wards.within(point, near_m)
        if (other := snapshot.team_of_ward.get(each.ward.gss_code)) is not None
        and other is not team
        and each.metres < near_m
    )
    return Match(Certainty.NEAR_BOUNDARY if near else Certainty.CERTAIN, known_m, near)
