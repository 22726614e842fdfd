"""Streams a postcode file into the release that is being filled."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from finder.directory_files.refuse_wrong_file import refuse_another_part
from finder.domain.release import Part
from finder.services.loading.release_draft import ReleaseDraft
from finder.services.loading.shrink_check import warn_if_shrunk
from finder.storage import postcode_store
from geodata.postcode_location import PostcodeBatch
from geodata.readers.postcodes.read_postcodes import read_postcodes


async def load_postcodes(draft: ReleaseDraft) -> int:
    """Stores the postcodes of a file, zip or folder; returns how many there are.

    Raises SourceError if the file cannot be read, or is clearly one of another part.
    """
    refuse_another_part(Part.POSTCODES, draft.job.path)
    count = 0

    def counting(batches: Iterable[PostcodeBatch]) -> Iterator[PostcodeBatch]:
        nonlocal count
        for batch in batches:
            count += len(batch)
            yield batch

    with closing(read_postcodes(draft.job.path, draft.report, draft.job.limits, draft.progress)) as batches:
        await postcode_store.insert(draft.connection, await draft.insert(), counting(batches))
    warn_if_shrunk(Part.POSTCODES, draft.rows_before, count, draft.report)
    return count
