"""Officers in the shape of data.police.uk."""

import msgspec

from finder.domain.team import NeighbourhoodTeam


class PolicePerson(msgspec.Struct, frozen=True):
    """An officer."""

    name: str
    rank: str
    bio: str | None
    contact_details: dict[str, str]


def officers(team: NeighbourhoodTeam) -> list[PolicePerson]:
    """Returns the team's officers."""
    return [PolicePerson(each.name, each.rank, None, {}) for each in team.officers]
