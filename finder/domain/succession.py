"""Which teams look after the ground of a team that is no more, where its wards were all drawn anew. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from geodata.ward import Ward
from geodata.ward_changes import common_m2

_LEAST_SHARE: Final = 0.1
"""Of the ground that a team had; less is an edge that was straightened, not a part that was handed over."""


class Covered(NamedTuple):
    """A ward and the id of its team."""

    team_id: str
    ward: Ward


def find_heirs(lost: Sequence[Covered], live: Sequence[Covered]) -> dict[str, tuple[str, ...]]:
    """For each team that is no more: the teams with a tenth or more of its ground now, who has most of it first."""
    ground: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for before, now, metres in common_m2([each.ward for each in lost], [each.ward for each in live]):
        ground[lost[before].team_id][live[now].team_id] += metres
    heirs = {team_id: _heirs(shares) for team_id, shares in ground.items()}
    return {team_id: found for team_id, found in heirs.items() if found}


def _heirs(shares: Mapping[str, float]) -> tuple[str, ...]:
    least = _LEAST_SHARE * sum(shares.values())
    kept = [(team_id, metres) for team_id, metres in shares.items() if metres >= least]
    return tuple(team_id for team_id, _ in sorted(kept, key=lambda each: (-each[1], each[0])))
