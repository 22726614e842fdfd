"""Proposes teams for new wards: for each ward without a team, the teams that its postcodes have now. Pure: no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finder.snapshot.model import Snapshot
from geodata.ward import Ward


@dataclass(frozen=True, slots=True)
class Share:
    """A team and how many of a ward's postcodes it has now; the id is empty for postcodes without a team."""

    team_id: str
    postcodes: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ward without a team, and the present teams of its postcodes, the largest share first."""

    ward: Ward
    postcodes: int
    shares: tuple[Share, ...]

    @property
    def team_id(self) -> str:
        """The team that most of its postcodes have; empty if none has a team."""
        return next((share.team_id for share in self.shares if share.team_id), "")


def propose(live: Snapshot, candidate: Snapshot) -> list[Proposal]:
    """A proposal for each ward of the candidate that has no team, by GSS code."""
    ids = ["", *sorted(live.teams)]
    now = _teams_now(live, candidate, ids)
    located = candidate.postcodes.ward_positions
    without_team = [
        (place, ward) for place, ward in enumerate(candidate.wards.wards) if ward.gss_code not in candidate.team_of_ward
    ]
    return [_propose(ward, now[located == place], ids) for place, ward in without_team]


def coverage_rows(candidate: Snapshot, proposals: Sequence[Proposal]) -> Iterator[tuple[str, str]]:
    """The rows of a complete coverage file: the present rows, also of wards that are not live, and the proposals."""
    rows = [(code, team.id) for team in candidate.teams.values() for code in team.ward_codes]
    rows += [(each.ward.gss_code, each.team_id) for each in proposals if each.team_id in candidate.teams]
    yield from sorted(rows)


def _teams_now(live: Snapshot, candidate: Snapshot, ids: Sequence[str]) -> NDArray[np.intp]:
    """For each postcode of the candidate, the position in `ids` of its present team; 0 if it has none."""
    places = {team_id: place for place, team_id in enumerate(ids)}
    teams = [live.team_of_ward.get(ward.gss_code) for ward in live.wards.wards]
    # A postcode in no ward has the position -1, so it gets the last element: no team.
    of_ward = np.array([places[team.id] if team else 0 for team in teams] + [0], dtype=np.intp)
    _, at_live, at_new = np.intersect1d(
        live.postcodes.keys, candidate.postcodes.keys, assume_unique=True, return_indices=True
    )
    now = np.zeros(len(candidate.postcodes), dtype=np.intp)
    now[at_new] = of_ward[live.postcodes.ward_positions[at_live]]
    return now


def _propose(ward: Ward, teams: NDArray[np.intp], ids: Sequence[str]) -> Proposal:
    places, counts = np.unique(teams, return_counts=True)
    shares = [Share(ids[place], count) for place, count in zip(places.tolist(), counts.tolist(), strict=True)]
    return Proposal(ward, len(teams), tuple(sorted(shares, key=lambda share: (-share.postcodes, share.team_id))))
