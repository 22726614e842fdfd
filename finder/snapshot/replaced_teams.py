"""What becomes of replaced teams: which live teams replace one, and the refusal that names them (410)."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from finder.domain.release import Kind
from finder.domain.team import NeighbourhoodTeam
from finder.errors import TeamReplacedError, TeamUnknownError
from finder.snapshot.model import Snapshot, has_same_coverage
from finder.storage import replaced_team_store
from finder.storage.connections import Connection
from finder.storage.replaced_team_store import LostWard
from geodata.ward import Ward
from geodata.ward_changes import common_m2

_MIN_SHARE: Final = 0.1
"""Of the area of the wards that a team lost; less is an edge that was straightened, not a part that was handed over."""


def get_team(snapshot: Snapshot, team_id: str) -> NeighbourhoodTeam:
    """A live team by its id; raises TeamReplacedError for a replaced team, and TeamUnknownError for any other id."""
    team = snapshot.teams.get(team_id)
    if team is None and team_id in snapshot.replacements:
        raise TeamReplacedError(snapshot.replacements[team_id])
    if team is None:
        raise TeamUnknownError
    return team


class CoveredWard(NamedTuple):
    """A ward and the id of its team."""

    team_id: str
    ward: Ward


async def read_directory_parts(connection: Connection, snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """The ids of the teams that replace each replaced team, the one with most of its wards first.

    If no live coverage names any of a team's wards, the teams are found by the area of those wards.
    """
    which = snapshot.publication.number, snapshot.publication.releases[Kind.DIRECTORY].number
    replacements: dict[str, tuple[str, ...]] = {}
    for each in await replaced_team_store.read_replaced_teams(connection, *which):
        replacements[each.team_id] = (*replacements.get(each.team_id, ()), each.replacement_id)
    if lost := await replaced_team_store.read_lost_wards(connection, *which):
        replacements |= await asyncio.to_thread(_find_by_area, lost, snapshot)
    return replacements


def has_same_replacements(previous: Snapshot, snapshot: Snapshot) -> bool:
    """Whether two snapshots certainly have the same replacements, so that these need not be read again.

    They do if wards, teams and coverage are the same, and no publication lies between that may have had other teams.
    """
    return (
        snapshot.publication.number - previous.publication.number in {0, 1}
        and Kind.WARDS not in snapshot.publication.changes(previous.publication)
        and snapshot.teams.keys() == previous.teams.keys()
        and has_same_coverage(previous.team_of_ward, snapshot.team_of_ward)
    )


def _find_by_area(lost: Iterable[LostWard], snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Parses polygons, so it is run in a thread."""
    before = [CoveredWard(each.team_id, Ward.from_wkb(*each.ward)) for each in lost]
    teams = ((snapshot.team_of_ward.get(ward.gss_code), ward) for ward in snapshot.wards.wards)
    return find_replacements(before, [CoveredWard(team.id, ward) for team, ward in teams if team is not None])


def find_replacements(lost: Sequence[CoveredWard], live: Sequence[CoveredWard]) -> dict[str, tuple[str, ...]]:
    """The live teams that cover a tenth or more of the area of each replaced team's wards, the largest share first.

    Land that no live team covers counts towards that area too.
    """
    areas: defaultdict[str, float] = defaultdict(float)
    for each in lost:
        areas[each.team_id] += each.ward.polygon.area
    shares: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for before, now, square_metres in common_m2([each.ward for each in lost], [each.ward for each in live]):
        shares[lost[before].team_id][live[now].team_id] += square_metres
    found = {team_id: _largest_first(of_team, _MIN_SHARE * areas[team_id]) for team_id, of_team in shares.items()}
    return {team_id: replaced_by for team_id, replaced_by in found.items() if replaced_by}


def _largest_first(square_metres: Mapping[str, float], minimum: float) -> tuple[str, ...]:
    enough = [(team_id, area) for team_id, area in square_metres.items() if area >= minimum]
    return tuple(team_id for team_id, _ in sorted(enough, key=lambda each: (-each[1], each[0])))
