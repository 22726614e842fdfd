"""Reads a boundary file, checks its wards, and stores them in the release that is being filled."""

from collections.abc import Sequence

from finder.directory_files.wrong_part import refuse_another_part
from finder.domain.release import Kind, Part, Release
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import warn_if_shrunk
from finder.storage import postcode_store, release_store, ward_store
from geodata.police_forces import Places
from geodata.progress import Progress, counted, run_in_thread
from geodata.readers.boundaries.read_wards import read_wards
from geodata.ward import District, Ward
from geodata.ward_checks.districts import complete_districts
from geodata.ward_checks.geometry import check_wards
from geodata.ward_checks.location import check_cover, check_place, districts_beneath, without_district


async def load_wards(draft: ReleaseDraft) -> int:
    """Stores the wards of a file, zip or folder; returns how many there are.

    Raises SourceError if the file cannot be read, or is clearly one of another part.
    """
    refuse_another_part(Part.WARDS, draft.job.path)

    def read_and_check(progress: Progress) -> list[Ward]:
        job, report = draft.job, draft.report
        wards = read_wards(job.path, report, job.columns, job.limits, draft.start_reading(progress), progress)
        check_wards(wards, report, progress)
        return wards

    wards = await run_in_thread(read_and_check, draft.progress)
    if not draft.report.errors:
        wards = await _compare_with_database(draft, wards)
    stored = counted(wards, draft.progress.start_step("wards stored", len(wards)))
    await ward_store.insert(draft.connection, draft.number, stored)
    warn_if_shrunk(Part.WARDS, draft.rows_before, len(wards), draft.report)
    return len(wards)


async def _compare_with_database(draft: ReleaseDraft, wards: Sequence[Ward]) -> list[Ward]:
    """Checks wards against the newest postcodes and the live wards; returns them with their districts completed."""
    connection, report = draft.connection, draft.report
    live = await release_store.find_live(connection, Kind.WARDS)
    live_districts = await ward_store.read_districts(connection, live.number) if live else []
    completed = complete_districts(wards, [*live_districts, *Places.read().districts], report)
    if postcodes := await release_store.find_base(connection, Kind.POSTCODES):
        check_place(completed, await postcode_store.read_extents(connection, postcodes.number), report)
    if live:
        beneath = await _live_districts_beneath(draft, without_district(completed), live)
        check_cover(completed, live_districts, report, beneath)
    return completed


async def _live_districts_beneath(draft: ReleaseDraft, wards: Sequence[Ward], live: Release) -> set[District]:
    """Returns the live districts in which these wards lie; the file names no district for them."""
    if not wards:
        return set()
    step = draft.progress.start_step("live wards read", live.rows)
    return districts_beneath(wards, await ward_store.read(draft.connection, live.number, step))
