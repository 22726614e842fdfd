"""The snapshot: the immutable in-memory copy of a publication that every lookup is answered from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from finder.domain.answer import Match
from finder.domain.release import Publication
from finder.domain.surgery import Series
from finder.domain.team import NeighbourhoodTeam
from finder.snapshot.postcode_table import PostcodeTable
from geodata.police_forces import PoliceForces
from geodata.team_area_index import TeamAreaIndex
from geodata.ward import Ward
from geodata.ward_index import WardIndex


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A publication, joined. A process swaps whole snapshots and never changes one."""

    publication: Publication
    postcodes: PostcodeTable
    wards: WardIndex
    teams: Mapping[str, NeighbourhoodTeam]
    team_of_ward: Mapping[str, NeighbourhoodTeam]
    series: Mapping[str, tuple[Series, ...]]
    """The surgeries of each team that has any, by its id."""

    forces: PoliceForces
    sequences: Mapping[str, int]
    """Calendar sequences, by the id of the occurrence, of those whose published content ever changed."""

    built_at: datetime
    replacements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The ids of the teams that replace each replaced team, the one with most of its wards first."""

    areas: TeamAreaIndex = field(init=False)
    """The wards by team, for points."""

    near_boundary_matches: dict[tuple[int, float], Match] = field(init=False, default_factory=dict)
    """A cache of matches near another team, by row of the postcode table and limit in metres."""

    def __post_init__(self) -> None:
        team_ids = {gss_code: team.id for gss_code, team in self.team_of_ward.items()}
        object.__setattr__(self, "areas", TeamAreaIndex(self.wards, team_ids))

    @property
    def identity(self) -> tuple[int, datetime]:
        """Unique to this snapshot. Caches store it in place of the snapshot, which they would keep in memory."""
        return self.publication.number, self.built_at

    def series_of(self, team_id: str) -> tuple[Series, ...]:
        """A team's surgeries."""
        return self.series.get(team_id, ())

    def wards_of(self, team: NeighbourhoodTeam) -> list[Ward]:
        """The live wards that a team covers, by name."""
        found = [ward for code in sorted(set(team.ward_codes)) if (ward := self.wards.find(code)) is not None]
        return sorted(found, key=lambda ward: ward.name)


def has_same_coverage(before: Mapping[str, NeighbourhoodTeam], after: Mapping[str, NeighbourhoodTeam]) -> bool:
    """Whether every ward has the same team, so that its distances to other teams' wards are the same too."""
    return {code: team.id for code, team in before.items()} == {code: team.id for code, team in after.items()}
