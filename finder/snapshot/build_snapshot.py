"""Builds the snapshot of a publication from the database, or refuses a publication that is damaged."""

import asyncio
from dataclasses import replace
from datetime import datetime

from finder.domain.release import Kind, Publication
from finder.snapshot.assemble_snapshot import Contents, join, replace_directory, replace_index
from finder.snapshot.damaged_publication import damage_refused, require_all_rows
from finder.snapshot.mapped_index_files import SharedIndexFiles
from finder.snapshot.matched_index_in_database import read_matched_index
from finder.snapshot.matched_index_layout import MatchedIndex
from finder.snapshot.model import Snapshot
from finder.snapshot.replaced_teams import has_same_replacements, read_directory_parts
from finder.storage import calendar_sequence_store, directory_store
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces
from geodata.progress import NO_PROGRESS, Progress


class SnapshotBuilder:
    """Builds snapshots for one process, which shares the files of matched indexes with others on its machine."""

    def __init__(
        self, forces: PoliceForces, files: SharedIndexFiles | None = None, progress: Progress = NO_PROGRESS
    ) -> None:
        self._forces = forces
        self._files = files or SharedIndexFiles()
        self._progress = progress

    async def build(
        self, connection: Connection, publication: Publication, now: datetime, previous: Snapshot | None = None
    ) -> Snapshot:
        """Read the three releases of a publication and join them.

        Releases that `previous` has too are taken from it: a cancelled surgery is live at once even with the postcodes
        of the whole country. Raises PublicationUnusableError if rows are missing or cannot be read, and
        DatabaseUnavailableError if the fault is not in the data.
        """
        with damage_refused(publication):
            await require_all_rows(connection, publication, previous.publication if previous else None)
            return await self._build(connection, publication, now, previous)

    async def _build(
        self, connection: Connection, publication: Publication, now: datetime, previous: Snapshot | None
    ) -> Snapshot:
        snapshot = await self._join(connection, publication, now, previous)
        if previous and has_same_replacements(previous, snapshot):
            return replace(snapshot, replacements=previous.replacements)
        return replace(snapshot, replacements=await read_directory_parts(connection, snapshot))

    async def _join(
        self, connection: Connection, publication: Publication, now: datetime, previous: Snapshot | None
    ) -> Snapshot:
        """Joining takes long enough to be done in a thread."""
        sequences = await calendar_sequence_store.read_sequences(connection, publication.number)
        changed = set(publication.changes(previous.publication) if previous else Kind)
        if previous and Kind.DIRECTORY not in changed:
            index = MatchedIndex(previous.postcodes, previous.wards)
            if changed:
                index = await self._read_index(connection, publication, previous)
            return await asyncio.to_thread(replace_index, previous, publication, index, sequences, now)
        directory = await directory_store.read(connection, publication.releases[Kind.DIRECTORY].number)
        if previous and changed == {Kind.DIRECTORY}:
            return await asyncio.to_thread(replace_directory, previous, publication, directory, sequences, now)
        index = await self._read_index(connection, publication, previous)
        return await asyncio.to_thread(join, publication, Contents(index, directory, sequences), self._forces, now)

    async def _read_index(
        self, connection: Connection, publication: Publication, previous: Snapshot | None
    ) -> MatchedIndex:
        return await read_matched_index(connection, publication, self._files, previous, self._progress)
