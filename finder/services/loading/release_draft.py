"""A release that is being filled from a file, within the transaction of its load."""

from dataclasses import dataclass

from finder.domain.release import Release
from finder.services.loading.load_job import LoadJob
from finder.storage.connections import Connection
from geodata.check_report import Report
from geodata.progress import Progress


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """A release by its number, the one that it builds on, the job that fills it, and where both report."""

    connection: Connection
    number: int
    base: Release | None
    job: LoadJob
    report: Report
    progress: Progress

    @property
    def rows_before(self) -> int:
        """How many rows the release has that this one builds on."""
        return self.base.rows if self.base else 0
