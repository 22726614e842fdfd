"""Which teams look after the ground of a team that is no more, where its wards were all drawn anew. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from geodata.ward import Ward
from geodata.ward_changes import common_m2

_LEAST_SHARE: Final = 0.1
"""Of the area of the wards that a team lost; less is an edge that was straightened, not a part that was handed over."""


class Covered(NamedTuple):
    """A ward and the id of its team."""

    team_id: str
    ward: Ward


def find_replacements(lost: Sequence[Covered], live: Sequence[Covered]) -> dict[str, tuple[str, ...]]:
    """For each team that is no more: the teams that now have a tenth or more of its wards' area, who has most first.

    Ground that no team has now counts towards that area all the same.
    """
    areas: defaultdict[str, float] = defaultdict(float)
    for each in lost:
        areas[each.team_id] += each.ward.polygon.area
    ground: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for before, now, metres in common_m2([each.ward for each in lost], [each.ward for each in live]):
        ground[lost[before].team_id][live[now].team_id] += metres
    heirs = {team_id: _heirs(shares, _LEAST_SHARE * areas[team_id]) for team_id, shares in ground.items()}
    return {team_id: found for team_id, found in heirs.items() if found}


def _heirs(shares: Mapping[str, float], least: float) -> tuple[str, ...]:
    kept = [(team_id, metres) for team_id, metres in shares.items() if metres >= least]
    return tuple(team_id for team_id, _ in sorted(kept, key=lambda each: (-each[1], each[0])))
