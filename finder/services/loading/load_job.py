"""One load: the file with its options, the result, and the error if its checks failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

from finder.directory_files.reading_options import DEFAULT_OPTIONS, ReadingOptions
from finder.domain.next_dates import NextDates
from finder.domain.publication_difference import RowChanges
from finder.domain.release import Kind, Part, Release, Source
from finder.errors import LoadRefusedError
from geodata.check_report import Report
from geodata.errors import SourceError
from geodata.progress import Progress
from geodata.readers.boundaries.ward_file_options import NO_OPTIONS, WardFileOptions
from geodata.readers.source_limits import SourceLimits
from geodata.readers.supplied_files import fingerprint, stored_size
from geodata.unreadable_characters import unreadable_in, without_unreadable


@dataclass(frozen=True, slots=True)
class LoadJob:
    """One file to load, with its options. Without `today`, a date in London, checks that need a date are left out.

    `onto` names a staged release to build on; without it a load builds on what is live. `parts` are the files of a
    whole directory, each with its part; `path` is then their folder or workbook, and `part` the first of them.
    """

    part: Part
    path: Path
    loaded_by: str
    check_only: bool = False
    teams: frozenset[str] = frozenset()
    today: date | None = None
    ward_options: WardFileOptions = NO_OPTIONS
    reading: ReadingOptions = DEFAULT_OPTIONS
    onto: str = ""
    allow_empty: bool = False
    parts: tuple[tuple[Part, Path], ...] = ()

    @property
    def limits(self) -> SourceLimits:
        """What reading the file may cost."""
        return self.reading.limits

    @property
    def files(self) -> tuple[tuple[Part, Path], ...]:
        """Each file with its part, in the order in which they must be read."""
        return self.parts or ((self.part, self.path),)

    def name_of(self, part: Part, path: Path) -> str:
        """Returns the name by which findings and sources call a file, with its sheet if it holds several parts."""
        shares_file = sum(each == path for _, each in self.files) > 1
        return f"{path.name}, sheet {part}" if shares_file else path.name

    @property
    def what(self) -> str:
        """The word of the command: a part, or `directory` for all of them."""
        return Kind.DIRECTORY.value if self.parts else self.part.value

    @property
    def midnight(self) -> datetime | None:
        """When today began, as wall-clock time in London."""
        return datetime.combine(self.today, time()) if self.today else None

    @property
    def max_megabytes(self) -> int:
        """The size of the source, in million bytes, above which it is refused."""
        return self.limits.wards_mb if self.part is Part.WARDS else self.limits.postcodes_mb

    def size(self) -> int:
        """Returns the source's size in bytes. Raises SourceError if it cannot be read."""
        return sum(stored_size(path) for _, path in self.files)

    def fingerprint(self, progress: Progress) -> list[Source]:
        """Computes each file's hash and size.

        Raises SourceError if one cannot be read, is too large, or has a name that cannot go into the journal.
        """
        for path in (self.path, *(path for _, path in self.files)):
            _require_readable_name(path)
        step = progress.start_step(f"SHA-256 of {self.path.name}", self.size(), in_bytes=True)
        sources = []
        for part, path in self.files:
            sha256, size = fingerprint(path, self.max_megabytes, step)
            name = f"{self.name_of(part, path)} {self.ward_options}".strip()
            sources.append(Source(part, name, sha256, size, self.loaded_by, datetime.now(UTC)))
        return sources


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`release` is None if the file was only checked; `unchanged` is set if it has the rows of that release already.

    `changes` are the rows of each part of the directory that differ from the live ones, `recurrences` the recurring
    surgeries among them.
    """

    report: Report
    rows: int
    release: Release | None
    unchanged: bool = False
    changes: Mapping[Part, RowChanges] = field(default_factory=dict)
    recurrences: Sequence[NextDates] = ()


def _require_readable_name(path: Path) -> None:
    if not path.name.isprintable() and (unreadable_in(path.name) or len(path.name.splitlines()) > 1):
        message = f"The name of the file {without_unreadable(path.name)} has a control character. Rename it."
        raise SourceError(message)


class CheckFailedError(LoadRefusedError):
    """A file with faults, which are in `report`."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"{report.file} was refused with {report.errors_in_words}. Nothing was changed.")
