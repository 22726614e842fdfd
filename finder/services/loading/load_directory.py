"""Reads one part of the directory or several, merges them with the others, checks the whole, and stores it."""

from pathlib import Path

from finder.directory_files.read_directory_file import Numbered, read_part
from finder.directory_files.refuse_wrong_file import refuse_another_part
from finder.domain.directory import Directory
from finder.domain.directory_changes import compare_directories
from finder.domain.release import Part
from finder.services.loading.check_loaded_directory import check_loaded_directory, read_live_directory
from finder.services.loading.merge_directory import Replacement, merge
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import refuse_empty, warn_if_shrunk
from finder.storage import directory_store
from geodata.check_report import Report
from geodata.police_forces import PoliceForces
from geodata.progress import Progress, run_in_thread


async def load_directory(draft: ReleaseDraft) -> int:
    """Stores a whole directory, the parts of the files replaced; returns how many rows it has.

    If the files have the rows that are there already, nothing is stored and the draft stays without a number. Raises
    SourceError if a file cannot be read, or is clearly one of another part.
    """
    old = await directory_store.read(draft.connection, draft.base.number) if draft.base else Directory()
    new, loaded = old, {}
    for part, path in draft.job.files:
        rows = await _read_rows(draft, part, path)
        loaded[path.name, part] = rows
        new = _merge(draft, new, part, path, rows)
    draft.rows_of_file = sum(map(len, loaded.values()))
    if not draft.report.errors:
        live = await read_live_directory(draft.connection)
        await check_loaded_directory(draft, new, live, [(name, rows) for (name, _), rows in loaded.items()])
        draft.changes = compare_directories(live, new)
        if draft.base is None or new != old:
            await directory_store.insert(draft.connection, await draft.insert(), new)
    return new.rows


async def _read_rows(draft: ReleaseDraft, part: Part, path: Path) -> list[Numbered]:
    refuse_another_part(part, path)
    report = Report(path.name)

    def read(progress: Progress) -> list[Numbered]:
        return read_part(part, path, report, draft.job.reading, progress)

    rows = await run_in_thread(read, draft.progress)
    if not draft.job.allow_empty:
        refuse_empty(part, len(rows), report)
    draft.report.take(report.findings, report.counts)
    return rows


def _merge(draft: ReleaseDraft, old: Directory, part: Part, path: Path, rows: list[Numbered]) -> Directory:
    """Returns the directory with the part replaced by the rows of its file."""
    report = Report(path.name)
    new = merge(old, Replacement(part, rows, draft.job.teams, draft.job.midnight), PoliceForces.read(), report)
    before, after = (len(getattr(directory, part.value)) for directory in (old, new))
    if not draft.report.errors:
        warn_if_shrunk(part, before, after, report)
    draft.report.take(report.findings, report.counts)
    return new
