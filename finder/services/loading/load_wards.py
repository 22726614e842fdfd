"""Reads a boundary file, checks its wards, and stores them in the release that is being filled."""

from collections.abc import Sequence

from finder.directory_files.refuse_wrong_file import refuse_another_part
from finder.domain.release import Kind, Part
from finder.services.loading.read_ward_file import read_ward_file
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import warn_if_shrunk
from finder.storage import postcode_store, release_store, ward_store
from geodata.police_forces import PoliceForces
from geodata.progress import Progress, counted, run_in_thread
from geodata.ward import Ward
from geodata.ward_checks.districts import (
    check_district_names,
    check_missing_districts,
    complete_districts,
    find_underlying_districts,
    wards_without_district,
)
from geodata.ward_checks.location import check_location
from geodata.ward_checks.overlaps_and_gaps import check_geometry


async def load_wards(draft: ReleaseDraft) -> int:
    """Stores the wards of a file, zip or folder; returns how many there are.

    Raises SourceError if the file cannot be read, or is clearly one of another part.
    """
    refuse_another_part(Part.WARDS, draft.job.path)

    def read_and_check(progress: Progress) -> list[Ward]:
        report = draft.report
        wards = read_ward_file(draft.job, report, progress)
        check_geometry(wards, report, progress)
        check_district_names(wards, report)
        return wards

    wards = await run_in_thread(read_and_check, draft.progress)
    if not draft.report.errors:
        wards = await _compare_with_database(draft, wards)
    warn_if_shrunk(Part.WARDS, draft.rows_before, len(wards), draft.report)
    if not draft.report.errors:
        stored = counted(wards, draft.progress.start_step("wards stored", len(wards)))
        await ward_store.insert(draft.connection, await draft.insert(), stored)
    return len(wards)


async def _compare_with_database(draft: ReleaseDraft, wards: Sequence[Ward]) -> list[Ward]:
    """Checks wards against the newest postcodes and the live wards; returns them with their districts completed."""
    connection, report = draft.connection, draft.report
    live = await release_store.find_live(connection, Kind.WARDS)
    live_districts = await ward_store.read_districts(connection, live.number) if live else []
    completed = complete_districts(wards, [*live_districts, *PoliceForces.read().districts], report)
    if postcodes := await release_store.find_newest(connection, Kind.POSTCODES):
        check_location(completed, await postcode_store.read_extents(connection, postcodes.number), report)
    if live:
        without = wards_without_district(completed)
        underlying = set()
        if without:
            step = draft.progress.start_step("live wards read", live.rows)
            underlying = find_underlying_districts(without, await ward_store.read(connection, live.number, step))
        check_missing_districts(completed, live_districts, report, underlying)
    return completed
