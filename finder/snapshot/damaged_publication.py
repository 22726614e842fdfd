"""Recognises a damaged publication: rows are missing from it, or cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from finder.domain.release import Kind, Publication
from finder.errors import FinderError, PublicationUnusableError
from finder.logs import frames
from finder.snapshot.matched_index_in_database import is_index_stored
from finder.storage import release_store
from finder.storage.connections import Connection, database_faults
from geodata.errors import GeodataError


@contextmanager
def damage_refused(publication: Publication) -> Iterator[None]:
    """Raise PublicationUnusableError if the data is at fault, and DatabaseUnavailableError if the database is."""
    try:
        with database_faults():
            yield
    except FinderError:
        raise
    except GeodataError as error:
        raise PublicationUnusableError(publication.number, str(error)) from error
    except Exception as error:
        raise PublicationUnusableError(publication.number, _describe(error)) from error


async def require_all_rows(connection: Connection, publication: Publication, previous: Publication | None) -> None:
    """Refuse a release that has fewer rows than it was staged with.

    Releases that `previous` has too are not counted again. Postcodes and wards whose matched index is stored are not
    counted either: lookups are answered from the index, and that has a checksum.
    """
    new = publication.changes(previous) if previous else tuple(publication.releases)
    is_stored = await is_index_stored(connection, publication)
    for kind in (each for each in new if each is Kind.DIRECTORY or not is_stored):
        release = publication.releases[kind]
        found = await release_store.count_rows(connection, release.number)
        if found != release.rows:
            why = f"{release.id} has {found:,} rows and was staged with {release.rows:,}"
            raise PublicationUnusableError(publication.number, why)


def _describe(error: Exception) -> str:
    """The kind of error and where it was raised, without its text, which may quote a postcode."""
    where = PurePath(frames(error)[-1].rpartition(" ")[0]).name
    return f"its rows cannot be read ({type(error).__name__} at {where})"
