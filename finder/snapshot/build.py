"""Builds the snapshot of a publication from the record."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

from finder.domain.directory import Directory
from finder.domain.release import Kind, Publication
from finder.domain.surgery import Series
from finder.domain.team import NeighbourhoodTeam
from finder.snapshot.matched_index import MatchedIndex
from finder.snapshot.model import Snapshot, has_same_coverage
from finder.snapshot.replaced_teams import has_same_replacements, read_replacements
from finder.snapshot.shared_index_file import SharedIndexFiles
from finder.snapshot.stored_index import read_matched_index
from finder.storage import calendar_sequence_store, directory_store
from finder.storage.connections import Connection
from geodata.police_forces import Places
from geodata.progress import NO_PROGRESS, Progress


class Contents(NamedTuple):
    """What a publication holds; calendar sequences by id."""

    ground: MatchedIndex
    directory: Directory
    sequences: Mapping[str, int] = MappingProxyType({})


async def build_unvalidated_snapshot(  # noqa: PLR0913, PLR0917 - what is needed, and where else some of it may be found
    connection: Connection,
    publication: Publication,
    places: Places,
    now: datetime,
    previous: Snapshot | None = None,
    files: SharedIndexFiles | None = None,
    progress: Progress = NO_PROGRESS,
) -> Snapshot:
    """Read a publication's three releases and join them; the joining is done in a thread.

    Where `beside`, another snapshot, is of the same postcodes and wards, these are taken from it: a cancelled surgery
    is live at once even with the postcodes of the whole country. Else they come from the record by way of `files`,
    which workers share. Teams and their people are likewise taken from `beside` where it has the same directory,
    and who has what teams that are no more had, where nothing of that can differ.
    """
    snapshot = await _assemble(connection, publication, places, now, previous, files or SharedIndexFiles(), progress)
    if previous and has_same_replacements(previous, snapshot):
        return replace(snapshot, replacements=previous.replacements)
    return replace(snapshot, replacements=await read_replacements(connection, snapshot))


async def _assemble(  # noqa: PLR0913, PLR0917 - as build_snapshot
    connection: Connection,
    publication: Publication,
    places: Places,
    now: datetime,
    previous: Snapshot | None,
    files: SharedIndexFiles,
    progress: Progress,
) -> Snapshot:
    sequences = await calendar_sequence_store.read_sequences(connection, publication.number)
    changed = set(publication.changes(previous.publication) if previous else Kind)
    if previous and Kind.DIRECTORY not in changed:
        ground = MatchedIndex(previous.postcodes, previous.wards)
        if changed:
            ground = await read_matched_index(connection, publication, files, previous, progress)
        return await asyncio.to_thread(reground, previous, publication, ground, sequences, now)
    directory = await directory_store.read(connection, publication.releases[Kind.DIRECTORY].number)
    if previous and changed == {Kind.DIRECTORY}:
        return await asyncio.to_thread(rejoin, previous, publication, directory, sequences, now)
    contents = Contents(
        await read_matched_index(connection, publication, files, previous, progress), directory, sequences
    )
    return await asyncio.to_thread(join, publication, contents, places, now)


def join(publication: Publication, contents: Contents, places: Places, now: datetime) -> Snapshot:
    """Join each ward to its team and each team to its people and surgeries."""
    directory = contents.directory
    teams = _teams(directory, places)
    return Snapshot(
        publication=publication,
        postcodes=contents.ground.postcodes,
        wards=contents.ground.wards,
        teams=teams,
        team_of_ward={each.gss_code: teams[each.team_id] for each in directory.coverage},
        series=_series(directory),
        places=places,
        sequences=contents.sequences,
        built_at=now,
    )


def rejoin(
    previous: Snapshot, publication: Publication, directory: Directory, sequences: Mapping[str, int], now: datetime
) -> Snapshot:
    """A snapshot of the same postcodes and wards, joined to another directory."""
    teams = _teams(directory, previous.places)
    team_of_ward = {each.gss_code: teams[each.team_id] for each in directory.coverage}
    return replace(
        previous,
        publication=publication,
        postcodes=previous.postcodes
        if has_same_coverage(previous.team_of_ward, team_of_ward)
        else previous.postcodes.unmeasured(),
        teams=teams,
        team_of_ward=team_of_ward,
        series=_series(directory),
        sequences=sequences,
        built_at=now,
    )


def reground(
    previous: Snapshot, publication: Publication, ground: MatchedIndex, sequences: Mapping[str, int], now: datetime
) -> Snapshot:
    """A snapshot of the same directory on other postcodes or wards."""
    return replace(
        previous,
        publication=publication,
        postcodes=ground.postcodes,
        wards=ground.wards,
        sequences=sequences,
        built_at=now,
    )


def _teams(directory: Directory, places: Places) -> dict[str, NeighbourhoodTeam]:
    codes = by_team(directory.coverage)
    officers = by_team(directory.officers)
    priorities = by_team(directory.priorities)
    return {
        team.id: NeighbourhoodTeam(
            record=team,
            force=places.forces[team.force_id],
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
    """Rows under the id of their team, in their order."""
    ordered = sorted(rows, key=attrgetter("team_id"))
    found: defaultdict[str, list[Row]] = defaultdict(list)
    found.update((team_id, list(group)) for team_id, group in groupby(ordered, key=attrgetter("team_id")))
    return found
