"""Reads a file of the directory: the rows that will replace those of its part."""

from pathlib import Path

from finder.directory_files.read_directory_file import Numbered, read_records
from finder.directory_files.refuse_wrong_file import refuse_another_part
from finder.directory_files.rows_seen import RowsSeen
from finder.directory_files.source_table import DirectoryFile
from finder.domain.directory import Directory
from finder.domain.release import Part
from finder.services.loading.merge_directory import Replacement
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import refuse_empty
from finder.services.loading.teams_by_name import replace_names_of_teams
from geodata.check_report import Report
from geodata.progress import Progress, run_in_thread
from geodata.readers.supplied_files import start_reading_step


async def read_directory_part(
    draft: ReleaseDraft, part: Part, path: Path, old: Directory, teams_seen: RowsSeen
) -> Replacement:
    """Returns the rows of a file, with ids in place of names of teams, and what of it could not be read.

    Raises SourceError if it cannot be read at all, or is clearly a file of another part.
    """
    refuse_another_part(part, path)
    report, seen = Report(draft.job.name_of(part, path)), RowsSeen()

    def read(progress: Progress) -> list[Numbered]:
        file = DirectoryFile(path, draft.job.reading, start_reading_step(part, path, progress))
        return list(read_records(part, file, report, seen))

    rows = await run_in_thread(read, draft.progress)
    if not draft.job.allow_empty:
        refuse_empty(part, len(rows), report)
    rows = replace_names_of_teams(rows, old.teams, report)
    draft.report.take(report.findings, report.counts)
    return Replacement(part, rows, draft.job.teams, draft.job.midnight, seen, teams_seen)
