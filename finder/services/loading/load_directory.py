"""Reads one part of the directory, merges it with the others, checks the whole, and stores it."""

from finder.directory_files.read_directory_file import Numbered, read_part
from finder.directory_files.refuse_wrong_file import refuse_another_part
from finder.domain.directory import Directory
from finder.domain.directory_changes import compare_directories
from finder.services.loading.check_loaded_directory import check_loaded_directory, read_live_directory
from finder.services.loading.merge_directory import Replacement, merge
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import refuse_empty, warn_if_shrunk
from finder.storage import directory_store
from geodata.police_forces import PoliceForces
from geodata.progress import Progress, run_in_thread


async def load_directory(draft: ReleaseDraft) -> int:
    """Stores a whole directory, the file's part replaced; returns how many rows it has.

    If the file has the rows that are there already, nothing is stored and the draft stays without a number. Raises
    SourceError if the file cannot be read, or is clearly one of another part.
    """
    job, report = draft.job, draft.report
    refuse_another_part(job.part, job.path)

    def read(progress: Progress) -> list[Numbered]:
        return read_part(job.part, job.path, report, job.limits, progress)

    old = await directory_store.read(draft.connection, draft.base.number) if draft.base else Directory()
    rows = await run_in_thread(read, draft.progress)
    draft.rows_of_file = len(rows)
    if not job.allow_empty:
        refuse_empty(job.part, len(rows), report)
    new = merge(old, Replacement(job.part, rows, job.teams, job.midnight), PoliceForces.read(), report)
    before, after = (len(getattr(directory, job.part.value)) for directory in (old, new))
    warn_if_shrunk(job.part, before, after, report)
    if not report.errors:
        live = await read_live_directory(draft.connection)
        await check_loaded_directory(draft, new, live, rows)
        draft.changes = compare_directories(live, new)
        if draft.base is None or new != old:
            await directory_store.insert(draft.connection, await draft.insert(), new)
    return new.rows
