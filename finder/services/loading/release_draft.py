"""A release that is being filled from a file, within the transaction of its load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finder.domain.next_dates import NextDates
from finder.domain.publication_difference import RowChanges
from finder.domain.release import Part, Release
from finder.services.loading.load_job import LoadJob, LoadResult
from finder.storage import release_store
from finder.storage.connections import Connection
from geodata.check_report import Report
from geodata.progress import Progress


@dataclass(slots=True)
class ReleaseDraft:
    """The release that this one builds on, the job that fills it, and where both report.

    It has a number as soon as rows are stored; it stays without one if the file changes nothing.
    """

    connection: Connection
    job: LoadJob
    progress: Progress
    report: Report = field(init=False)
    base: Release | None = None
    number: int | None = None
    changes: Mapping[Part, RowChanges] = field(default_factory=dict)
    rows_of_file: int | None = None
    recurrences: Sequence[NextDates] = ()

    def __post_init__(self) -> None:
        self.report = Report(self.job.path.name)

    async def insert(self) -> int:
        """Inserts the release; returns its number."""
        base = self.base.number if self.base else None
        self.number = await release_store.insert(self.connection, self.job.part.kind, base)
        return self.number

    def result(self, rows: int, release: Release | None) -> LoadResult:
        """Returns the result of the load, with what it would change; `release` is None if the file was only checked."""
        return LoadResult(self.report, rows, release, changes=self.changes, recurrences=self.recurrences)

    @property
    def rows_before(self) -> int:
        """How many rows the release has that this one builds on."""
        return self.base.rows if self.base else 0
