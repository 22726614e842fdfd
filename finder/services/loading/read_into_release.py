"""Reads a file into the release that is being filled, by the part that the file holds."""

from finder.domain.release import Part
from finder.services.loading.load_directory import load_directory
from finder.services.loading.load_postcodes import load_postcodes
from finder.services.loading.load_wards import load_wards
from finder.services.loading.release_draft import ReleaseDraft


async def read_into(draft: ReleaseDraft) -> int:
    """Returns how many rows the release has."""
    match draft.job.part:
        case Part.POSTCODES:
            return await load_postcodes(draft)
        case Part.WARDS:
            return await load_wards(draft)
        case _:
            return await load_directory(draft)
