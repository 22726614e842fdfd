"""The immutable in-memory copy of a publication: everything that a lookup needs, joined once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from finder.domain.answer import Match
from finder.domain.release import Publication
from finder.domain.surgery import Occurrence, Series
from finder.domain.team import NeighbourhoodTeam
from finder.snapshot.postcode_table import PostcodeTable
from geodata.police_forces import Places
from geodata.team_area_index import AreaIndex
from geodata.ward import Ward
from geodata.ward_index import WardIndex

NEXT_SURGERIES: Final = 5
SOON: Final = timedelta(days=90)
"""How far ahead an answer looks for a team's next surgeries."""
_YEAR: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A team's surgeries as they stand from one change to the next; nothing in them has ended before `until`."""

    occurrences: tuple[Occurrence, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A publication, joined; swapped whole, never altered."""

    publication: Publication
    postcodes: PostcodeTable
    wards: WardIndex
    teams: Mapping[str, NeighbourhoodTeam]
    team_of_ward: Mapping[str, NeighbourhoodTeam]
    series: Mapping[str, tuple[Series, ...]]
    places: Places
    sequences: Mapping[str, int]  # of occurrences whose published content ever changed, by id
    built_at: datetime
    replacements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The ids of the teams that replace each replaced team, the one with most of its wards first."""

    areas: AreaIndex = field(init=False)
    """The wards by team, for points."""

    near: dict[tuple[int, float], Match] = field(init=False, default_factory=dict)
    """Matches of postcodes near another team, by row and limit in metres, of those last asked for."""

    def __post_init__(self) -> None:
        team_ids = {gss_code: team.id for gss_code, team in self.team_of_ward.items()}
        object.__setattr__(self, "areas", AreaIndex(self.wards, team_ids))

    @property
    def identity(self) -> tuple[int, datetime]:
        """What tells it from others; who keeps something made from it keeps this, for a past snapshot is to go."""
        return self.publication.number, self.built_at

    def next_surgeries(self, team_id: str, now: datetime) -> Upcoming:
        """The next five surgeries within 90 days, and until when that is so.

        The list changes when one of them ends, or when time brings another within 90 days; it is looked at again
        after about 90 days even if neither is known to happen.
        """
        # Days are counted in UTC: 90 of London's are an hour more or less where the clocks change between.
        now = now.astimezone(UTC)
        ahead = self.surgeries(team_id, now, now + 2 * SOON)
        listed = [each for each in ahead if each.starts_at <= now + SOON][:NEXT_SURGERIES]
        moments = [each.ends_at for each in listed]
        if len(listed) < NEXT_SURGERIES:
            moments += [each.starts_at.astimezone(UTC) - SOON for each in ahead if each.starts_at > now + SOON]
        # Later than this, one could be within 90 days that is not in `ahead`.
        midnight = (now + SOON).replace(hour=0, minute=0, second=0, microsecond=0)
        return Upcoming(tuple(listed), min([*moments, midnight]))

    def year_of_surgeries(self, team_id: str, now: datetime) -> Upcoming:
        """Every surgery of the twelve months from today, and until when that is so: one ends, or the day (UTC) does."""
        today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        found = self.surgeries(team_id, now, today + _YEAR)
        return Upcoming(tuple(found), min([*(each.ends_at for each in found), today + timedelta(days=1)]))

    def surgeries(self, team_id: str, start: datetime, end: datetime) -> list[Occurrence]:
        """A team's surgeries that end after `start` and begin before `end`, cancelled ones included, by start."""
        found = [each for series in self.series.get(team_id, ()) for each in series.between(start, end)]
        return sorted(found, key=lambda each: (each.starts_at, each.id))

    def wards_of(self, team: NeighbourhoodTeam) -> list[Ward]:
        """The live wards that a team covers, by name."""
        found = [ward for code in sorted(set(team.ward_codes)) if (ward := self.wards.find(code)) is not None]
        return sorted(found, key=lambda ward: ward.name)


def has_same_coverage(before: Mapping[str, NeighbourhoodTeam], after: Mapping[str, NeighbourhoodTeam]) -> bool:
    """Whether every ward has the same team, so that its distances to other teams' wards are the same too."""
    return {code: team.id for code, team in before.items()} == {code: team.id for code, team in after.items()}
