"""Reads one part of the directory, merges it with the others, checks the whole, and stores it."""

from finder.directory_files.read_directory_file import Numbered, read_part
from finder.directory_files.refuse_wrong_file import refuse_another_part
from finder.domain.directory import Directory
from finder.domain.release import Kind
from finder.services.loading.directory_checks.check_context import read_check_context
from finder.services.loading.directory_checks.check_directory import carry_warnings, check_directory
from finder.services.loading.directory_checks.row_locations import RowLocations
from finder.services.loading.merge_directory import Replacement, merge
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import warn_if_shrunk
from finder.storage import directory_store, release_store
from geodata.police_forces import PoliceForces
from geodata.progress import Progress, run_in_thread


async def load_directory(draft: ReleaseDraft) -> int:
    """Stores a whole directory, the file's part replaced; returns how many rows it has.

    Raises SourceError if the file cannot be read, or is clearly one of another part.
    """
    job, report = draft.job, draft.report
    refuse_another_part(job.part, job.path)

    def read(progress: Progress) -> list[Numbered]:
        return read_part(job.part, job.path, report, job.limits, progress)

    old = await directory_store.read(draft.connection, draft.base.number) if draft.base else Directory()
    rows = await run_in_thread(read, draft.progress)
    new = merge(old, Replacement(job.part, rows, job.teams, job.midnight), PoliceForces.read(), report)
    before, after = (len(getattr(directory, job.part.value)) for directory in (old, new))
    warn_if_shrunk(job.part, before, after, report)
    if not report.errors:
        await _check(draft, new, RowLocations(report.file, rows, draft.base.sources if draft.base else ()))
        await directory_store.insert(draft.connection, draft.number, new)
    return new.rows


async def _check(draft: ReleaseDraft, new: Directory, locations: RowLocations) -> None:
    """Reports what is new about the directory, and repeats the warnings of the staged release that it builds on."""
    connection, job, report = draft.connection, draft.job, draft.report
    published = await release_store.find_live(connection, Kind.DIRECTORY)
    live = await directory_store.read(connection, published.number) if published else Directory()
    context = await read_check_context(connection, (live, new), job.today)
    check_directory(new, live, context, locations, report)
    if draft.base and draft.base.published_at is None:
        earlier = await release_store.read_findings(connection, draft.base.number)
        replaced = {source.name for source in draft.base.sources if source.part is job.part}
        carry_warnings(earlier, replaced, report)
