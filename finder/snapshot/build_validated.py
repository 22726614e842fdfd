"""Builds the snapshot of a publication, or says why what the record holds of it cannot be answered from."""

from datetime import datetime
from pathlib import PurePath

from finder.domain.release import Kind, Publication
from finder.errors import FinderError, PublicationUnusableError
from finder.logs import frames
from finder.snapshot.build import build_unvalidated_snapshot
from finder.snapshot.model import Snapshot
from finder.snapshot.shared_index_file import SharedIndexFiles
from finder.snapshot.stored_index import is_index_stored
from finder.storage import release_store
from finder.storage.connections import Connection, database_faults
from geodata.errors import GeodataError
from geodata.police_forces import Places
from geodata.progress import NO_PROGRESS, Progress


async def build_validated_snapshot(  # noqa: PLR0913, PLR0917 - as build_snapshot
    connection: Connection,
    publication: Publication,
    places: Places,
    now: datetime,
    previous: Snapshot | None = None,
    files: SharedIndexFiles | None = None,
    progress: Progress = NO_PROGRESS,
) -> Snapshot:
    """The snapshot, as `build_snapshot` makes it.

    Raises PublicationUnusableError where rows are missing or cannot be read, and DatabaseUnavailableError where the
    fault is not in the data.
    """
    try:
        with database_faults():
            await _require_whole(connection, publication, previous)
            return await build_unvalidated_snapshot(connection, publication, places, now, previous, files, progress)
    except FinderError:
        raise
    except GeodataError as error:
        raise PublicationUnusableError(publication.number, str(error)) from error
    except Exception as error:
        raise PublicationUnusableError(publication.number, _describe(error)) from error


async def _require_whole(connection: Connection, publication: Publication, previous: Snapshot | None) -> None:
    """Every release has as many rows as it was staged with; those that are in use already are not counted again.

    Nor are postcodes and wards whose ground is kept: that is answered from, and has a checksum.
    """
    known = publication.changes(previous.publication) if previous else tuple(publication.releases)
    kept = await is_index_stored(connection, publication)
    for kind in (each for each in known if each is Kind.DIRECTORY or not kept):
        release = publication.releases[kind]
        found = await release_store.count_rows(connection, release.number)
        if found != release.rows:
            why = f"{release.id} has {found:,} rows and was staged with {release.rows:,}"
            raise PublicationUnusableError(publication.number, why)


def _describe(error: Exception) -> str:
    """What kind of fault, and where; its text may quote a postcode."""
    where = PurePath(frames(error)[-1].rpartition(" ")[0]).name
    return f"its rows cannot be read ({type(error).__name__} at {where})"
