"""A release that is being filled from a file, within the transaction of its load."""

from collections.abc import Callable
from dataclasses import dataclass

from finder.domain.release import Release
from finder.services.loading.load_job import LoadJob
from finder.storage.connections import Connection
from geodata.findings import Report
from geodata.progress import Progress, share_reporter


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

    def start_reading(self, progress: Progress) -> Callable[[float], None]:
        """Starts the step of reading the file; returns a function that takes the share read, from 0 to 1."""
        size = self.job.size()
        return share_reporter(
            progress.start_step(f"{self.job.part} from {self.job.path.name}", size, in_bytes=True), size
        )
