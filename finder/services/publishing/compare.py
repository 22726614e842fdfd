"""Compares two snapshots: which answers to residents would change. Pure: no I/O."""

from finder.domain.publication_difference import Difference
from finder.services.publishing.compare_directories import compare_snapshot_directories
from finder.services.publishing.compare_postcodes import compare_postcodes
from finder.snapshot.model import Snapshot
from geodata.progress import NO_PROGRESS, Progress
from geodata.ward_changes import compare_wards


def compare(before: Snapshot | None, after: Snapshot, progress: Progress = NO_PROGRESS) -> Difference:
    """What `after` changes; `before` is None if nothing is live, and then everything is new."""
    old_wards = before.wards.wards if before else ()
    return Difference(
        wards=compare_wards(old_wards, after.wards.wards, progress),
        postcodes=compare_postcodes(before, after),
        directory=compare_snapshot_directories(before, after),
    )
