"""Checks a directory that a load has merged, against the live one and the rest of the database."""

from collections.abc import Sequence

from finder.directory_files.read_directory_file import Numbered
from finder.domain.directory import Directory
from finder.domain.release import Kind
from finder.services.loading.directory_checks.check_context import read_check_context
from finder.services.loading.directory_checks.check_directory import carry_warnings, check_directory
from finder.services.loading.directory_checks.row_locations import RowLocations
from finder.services.loading.release_draft import ReleaseDraft
from finder.storage import directory_store, release_store
from finder.storage.connections import Connection


async def read_live_directory(connection: Connection) -> Directory:
    """Returns the live directory, an empty one before the first publication."""
    published = await release_store.find_live(connection, Kind.DIRECTORY)
    return await directory_store.read(connection, published.number) if published else Directory()


async def check_loaded_directory(
    draft: ReleaseDraft, new: Directory, live: Directory, loaded: Sequence[tuple[str, Sequence[Numbered]]]
) -> None:
    """Reports what is new about the directory, and repeats the warnings of the staged release that it builds on.

    `loaded` are the files with their rows.
    """
    connection, job, report = draft.connection, draft.job, draft.report
    context = await read_check_context(connection, (live, new), job.today)
    locations = RowLocations(loaded, draft.base.sources if draft.base else ())
    check_directory(new, live, context, locations, report)
    if draft.base and draft.base.published_at is None:
        earlier = await release_store.read_findings(connection, draft.base.number)
        parts = {part for part, _ in job.files}
        replaced = {source.name for source in draft.base.sources if source.part in parts}
        carry_warnings(earlier, replaced, report)
