"""Reads one part of the directory or several, merges them with the others, checks the whole, and stores it."""

from collections.abc import Sequence

from finder.directory_files.read_directory_file import Numbered
from finder.directory_files.rows_seen import RowsSeen
from finder.domain.directory import Directory
from finder.domain.release import Part
from finder.services.loading.check_loaded_directory import check_loaded_directory, read_live_directory
from finder.services.loading.describe_changes import describe_changes
from finder.services.loading.merge_directory import Replacement, merge
from finder.services.loading.read_directory_part import read_directory_part
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import warn_if_shrunk
from finder.storage import directory_store
from geodata.check_report import Report
from geodata.police_forces import PoliceForces


async def load_directory(draft: ReleaseDraft) -> int:
    """Stores a whole directory, the parts of the files replaced; returns how many rows it has.

    If the files have the rows that are there already, nothing is stored and the draft stays without a number. Raises
    SourceError if a file cannot be read, or is clearly one of another part.
    """
    old = await directory_store.read(draft.connection, draft.base.number) if draft.base else Directory()
    new = old
    loaded: dict[tuple[str, Part], Sequence[Numbered]] = {}
    teams_seen = RowsSeen()
    for part, path in draft.job.files:
        replacement = await read_directory_part(draft, part, path, new, teams_seen)
        name = draft.job.name_of(part, path)
        loaded[name, part] = replacement.rows
        draft.rows_of_file = (draft.rows_of_file or 0) + replacement.seen.rows
        teams_seen = replacement.seen if part is Part.TEAMS else teams_seen
        new = _merge(draft, new, replacement, name)
    if not draft.report.errors:
        live = await read_live_directory(draft.connection)
        await check_loaded_directory(draft, new, live, [(name, rows) for (name, _), rows in loaded.items()])
        describe_changes(draft, live, new)
        if draft.base is None or new != old:
            await directory_store.insert(draft.connection, await draft.insert(), new)
    return new.rows


def _merge(draft: ReleaseDraft, old: Directory, replacement: Replacement, file: str) -> Directory:
    """Returns the directory with a part replaced by the rows of its file."""
    report, part = Report(file), replacement.part
    new = merge(old, replacement, PoliceForces.read(), report)
    before, after = (len(getattr(directory, part.value)) for directory in (old, new))
    if not draft.report.errors:
        warn_if_shrunk(part, before, after, report)
    draft.report.take(report.findings, report.counts)
    return new
