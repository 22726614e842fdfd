"""Joins postcodes, wards and a directory to a snapshot: wards to teams, teams to their people. Pure: no I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

from finder.domain.directory import Directory
from finder.domain.release import Publication
from finder.domain.surgery import Series
from finder.domain.team import NeighbourhoodTeam
from finder.snapshot.matched_index_layout import MatchedIndex
from finder.snapshot.model import Snapshot, has_same_coverage
from geodata.police_forces import PoliceForces


class Contents(NamedTuple):
    """What a publication contains; calendar sequences by id."""

    matched_index: MatchedIndex
    directory: Directory
    sequences: Mapping[str, int] = MappingProxyType({})


def join(publication: Publication, contents: Contents, forces: PoliceForces, now: datetime) -> Snapshot:
    """The snapshot of a publication."""
    directory = contents.directory
    teams = _teams(directory, forces)
    return Snapshot(
        publication=publication,
        postcodes=contents.matched_index.postcodes,
        wards=contents.matched_index.wards,
        teams=teams,
        team_of_ward={each.gss_code: teams[each.team_id] for each in directory.coverage},
        series=_series(directory),
        forces=forces,
        sequences=contents.sequences,
        built_at=now,
    )


def replace_directory(
    previous: Snapshot, publication: Publication, directory: Directory, sequences: Mapping[str, int], now: datetime
) -> Snapshot:
    """The snapshot of a publication that has the postcodes and wards of a previous one."""
    teams = _teams(directory, previous.forces)
    team_of_ward = {each.gss_code: teams[each.team_id] for each in directory.coverage}
    same_distances = has_same_coverage(previous.team_of_ward, team_of_ward)
    return replace(
        previous,
        publication=publication,
        postcodes=previous.postcodes if same_distances else previous.postcodes.without_distances(),
        teams=teams,
        team_of_ward=team_of_ward,
        series=_series(directory),
        sequences=sequences,
        built_at=now,
    )


def replace_index(
    previous: Snapshot, publication: Publication, index: MatchedIndex, sequences: Mapping[str, int], now: datetime
) -> Snapshot:
    """The snapshot of a publication that has the directory of a previous one."""
    return replace(
        previous,
        publication=publication,
        postcodes=index.postcodes,
        wards=index.wards,
        sequences=sequences,
        built_at=now,
    )


def _teams(directory: Directory, forces: PoliceForces) -> dict[str, NeighbourhoodTeam]:
    codes = by_team(directory.coverage)
    officers = by_team(directory.officers)
    priorities = by_team(directory.priorities)
    return {
        team.id: NeighbourhoodTeam(
            record=team,
            force=forces.by_id[team.force_id],
            ward_codes=tuple(each.gss_code for each in codes[team.id]),
            officers=tuple(officers[team.id]),
            priorities=tuple(priorities[team.id]),
        )
        for team in directory.teams
    }


def _series(directory: Directory) -> Mapping[str, tuple[Series, ...]]:
    changes = defaultdict(list)
    for change in directory.changes:
        changes[change.surgery_id].append(change)
    return {
        team_id: tuple(Series(surgery, tuple(changes[surgery.id])) for surgery in surgeries)
        for team_id, surgeries in by_team(directory.surgeries).items()
    }


class _OfTeam(Protocol):
    @property
    def team_id(self) -> str: ...


Row = TypeVar("Row", bound=_OfTeam)


def by_team(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    """Rows by the id of their team, in their order."""
    ordered = sorted(rows, key=attrgetter("team_id"))
    found: defaultdict[str, list[Row]] = defaultdict(list)
    found.update((team_id, list(group)) for team_id, group in groupby(ordered, key=attrgetter("team_id")))
    return found
