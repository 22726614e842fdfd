"""Source file -> checked rows -> staged release, all or nothing."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final, NamedTuple

from finder.directory_files.read_part import Numbered, read_part
from finder.directory_files.wrong_part import refuse_another_part
from finder.domain.directory import Directory
from finder.domain.release import Action, AuditEvent, Kind, Part, Release, Source
from finder.domain.text import count_of
from finder.errors import LoadRefusedError
from finder.services.loading.directory_checks.context import read_check_context
from finder.services.loading.directory_checks.report import carry_warnings, check_directory
from finder.services.loading.directory_checks.row_locations import RowLocations
from finder.services.loading.merge_directory import Replacement, merge
from finder.storage import directory_store, journal_store, postcode_store, release_store, ward_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait
from geodata.errors import GeodataError
from geodata.findings import Report
from geodata.police_forces import Places
from geodata.postcode_location import PostcodeBatch
from geodata.progress import Progress, Step, counted, run_in_thread, share_reporter
from geodata.readers.boundaries.read_wards import read_wards
from geodata.readers.boundaries.ward_columns import FIND_THEM, Columns
from geodata.readers.postcodes.read_postcodes import read_batches_in_sandbox
from geodata.readers.supplied_files import STANDARD_LIMITS, Limits, fingerprint, size_of
from geodata.ward import District, Ward
from geodata.ward_checks.districts import complete_districts
from geodata.ward_checks.geometry import check_wards
from geodata.ward_checks.location import check_cover, check_place, districts_beneath, without_district

_SHRINKS: Final = 0.1
_ROWS_OF: Final = {
    Part.POSTCODES: "postcode",
    Part.WARDS: "ward",
    Part.TEAMS: "team",
    Part.COVERAGE: "coverage row",
    Part.OFFICERS: "officer",
    Part.PRIORITIES: "priority",
    Part.SURGERIES: "surgery",
}


class CheckFailedError(LoadRefusedError):
    """A file with faults; `report` has them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"{report.file} was refused with {count_of(report.errors, 'error')}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to. `release` is None after a mere check; `unchanged` if the file had been loaded before."""

    report: Report
    rows: int
    release: Release | None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """One file to be loaded, on whose behalf and on which day in London.

    Without `today` nothing is said about dates: not about old priorities, past surgeries or bank holidays.
    """

    part: Part
    path: Path
    loaded_by: str
    check_only: bool = False
    teams: frozenset[str] = frozenset()
    today: date | None = None
    columns: Columns = FIND_THEM
    limits: Limits = STANDARD_LIMITS

    @property
    def midnight(self) -> datetime | None:
        """When the day began, on the clocks of London."""
        return datetime.combine(self.today, time()) if self.today else None

    def size(self) -> int:
        """How many bytes there are to read. Raises SourceError where the source cannot be read."""
        return size_of(self.path)

    def fingerprint(self, progress: Progress) -> Source:
        """What tells the source from others. Raises SourceError as `size`."""
        step = progress.start_step(f"SHA-256 of {self.path.name}", self.size(), in_bytes=True)
        sha256, size = fingerprint(self.path, self.largest_mb, step)
        return Source(self.part, self.path.name, sha256, size, self.loaded_by, datetime.now(UTC))

    @property
    def largest_mb(self) -> int:
        """Above how many million bytes the source is refused."""
        return self.limits.wards_mb if self.part is Part.WARDS else self.limits.postcodes_mb


async def load(connection: Connection, job: Load, progress: Progress, on_wait: OnWait = lambda _: None) -> Loaded:
    """Read, check and stage a file in one transaction; `waiting` is told in a sentence who holds it up.

    `begin` is told of each step: how much there is to read, to check and to store.

    Raises CheckFailedError with every fault found, or SourceError where the file cannot be read at all; either way,
    and when killed, nothing has changed but the journal, which tells of a refusal.
    """
    source = await run_in_thread(job.fingerprint, progress)
    report = Report(job.path.name)
    try:
        async with exclusive_transaction(
            connection,
            job.part.kind,
            commit=not job.check_only,
            lock_owner=f"load {job.part} by {job.loaded_by}",
            on_wait=on_wait,
        ):
            return await _stage(_Opened(connection, job, source, report), progress)
    except (CheckFailedError, GeodataError) as refusal:
        if not job.check_only:
            await _journal_refusal(connection, source, report, refusal)
        raise


class _Opened(NamedTuple):
    """A load under way."""

    connection: Connection
    job: Load
    source: Source
    report: Report


async def _stage(opened: _Opened, progress: Progress) -> Loaded:
    connection, job, source, report = opened
    base = await release_store.find_base(connection, job.part.kind)
    if base is not None and source.sha256 == _sha256_of(base, job.part) and not job.check_only and not job.teams:
        return Loaded(report, base.rows, base, unchanged=True)
    number = await release_store.insert(connection, job.part.kind)
    rows = await _Filling(connection, number, job, base, report, progress).fill()
    if report.errors:
        raise CheckFailedError(report)
    if job.check_only:
        return Loaded(report, rows, None)
    sources = [*_carried(base, job.part), source]
    await release_store.finish(connection, number, rows=rows, findings=report.findings, sources=sources)
    (release,) = await release_store.list_releases(connection, [number])
    event = AuditEvent(
        job.loaded_by, Action.LOAD, f"load {job.part}", source, errors=0, warnings=report.warnings, release=release.id
    )
    await journal_store.insert(connection, event)
    return Loaded(report, rows, release)


async def _journal_refusal(connection: Connection, source: Source, report: Report, refusal: Exception) -> None:
    """In a transaction of its own: that of the load has been rolled back."""
    errors = max(report.errors, 1)  # a file that cannot be read at all has no row to report
    event = AuditEvent(source.loaded_by, Action.REFUSE, str(refusal), source, errors=errors, warnings=report.warnings)
    await journal_store.insert(connection, event)


@dataclass(frozen=True, slots=True)
class _Filling:
    """A release that has been opened, and the file that goes into it."""

    connection: Connection
    number: int
    job: Load
    base: Release | None
    report: Report
    progress: Progress

    async def fill(self) -> int:
        """Read the file into the release and say how many rows it came to. Raises SourceError for another part's."""
        refuse_another_part(self.job.part, self.job.path)
        match self.job.part:
            case Part.POSTCODES:
                rows = await self._fill_postcodes()
            case Part.WARDS:
                rows = await self._fill_wards()
            case _:
                return await self._fill_directory()
        _warn_if_shrunk(self.job.part, self.base.rows if self.base else 0, rows, self.report)
        return rows

    def _reading(self, progress: Progress) -> Step:
        return progress.start_step(f"{self.job.part} from {self.job.path.name}", self.job.size(), in_bytes=True)

    async def _fill_postcodes(self) -> int:
        count, tell = 0, share_reporter(self._reading(self.progress), self.job.size())

        def watched(batches: Iterable[PostcodeBatch]) -> Iterator[PostcodeBatch]:
            nonlocal count
            for batch in batches:
                count += len(batch)
                yield batch

        with closing(read_batches_in_sandbox(self.job.path, self.report, tell, self.job.limits)) as batches:
            await postcode_store.insert(self.connection, self.number, watched(batches))
        return count

    async def _fill_wards(self) -> int:
        found = await run_in_thread(self._read_wards, self.progress)
        if not self.report.errors:
            found = await self._held_against_record(found)
        stored = counted(found, self.progress.start_step("wards stored", len(found)))
        await ward_store.insert(self.connection, self.number, stored)
        return len(found)

    async def _held_against_record(self, given: Sequence[Ward]) -> list[Ward]:
        """The wards, their districts completed; compared with the postcodes that are held and what is live."""
        live = await release_store.find_live(self.connection, Kind.WARDS)
        districts = await ward_store.read_districts(self.connection, live.number) if live else []
        found = complete_districts(given, [*districts, *Places.read().districts], self.report)
        if base := await release_store.find_base(self.connection, Kind.POSTCODES):
            check_place(found, await postcode_store.read_extents(self.connection, base.number), self.report)
        if live:
            check_cover(found, districts, self.report, await self._beneath(without_district(found), live))
        return found

    async def _beneath(self, homeless: Sequence[Ward], live: Release) -> set[District]:
        """The live districts on whose ground wards lie for which the file gives none."""
        if not homeless:
            return set()
        step = self.progress.start_step("live wards read", live.rows)
        return districts_beneath(homeless, await ward_store.read(self.connection, live.number, step))

    def _read_wards(self, progress: Progress) -> list[Ward]:
        tell = share_reporter(self._reading(progress), self.job.size())
        found = read_wards(self.job.path, self.report, self.job.columns, self.job.limits, tell, progress)
        check_wards(found, self.report, progress)
        return found

    async def _fill_directory(self) -> int:
        job = self.job
        old = await directory_store.read(self.connection, self.base.number) if self.base else Directory()
        rows = await run_in_thread(self._read_part, self.progress)
        new = merge(old, Replacement(job.part, rows, job.teams, job.midnight), Places.read(), self.report)
        before, after = (len(getattr(directory, job.part.value)) for directory in (old, new))
        _warn_if_shrunk(job.part, before, after, self.report)
        if not self.report.errors:
            origins = RowLocations(self.report.file, rows, self.base.sources if self.base else ())
            await self._check_whole(new, origins)
            await directory_store.insert(self.connection, self.number, new)
        return new.rows

    def _read_part(self, progress: Progress) -> list[Numbered]:
        tell = share_reporter(self._reading(progress), self.job.size())
        return read_part(self.job.part, self.job.path, self.report, self.job.limits, tell)

    async def _check_whole(self, new: Directory, origins: RowLocations) -> None:
        """Compare the directory as it will be with all that it would go live with."""
        published = await release_store.find_live(self.connection, Kind.DIRECTORY)
        live = await directory_store.read(self.connection, published.number) if published else Directory()
        around = await read_check_context(self.connection, (live, new), self.job.today)
        check_directory(new, live, around, origins, self.report)
        if self.base and self.base.published_at is None:
            earlier = await release_store.read_findings(self.connection, self.base.number)
            replaced = {source.name for source in self.base.sources if source.part is self.job.part}
            carry_warnings(earlier, replaced, self.report)


def _warn_if_shrunk(part: Part, before: int, after: int, report: Report) -> None:
    if after < before * (1 - _SHRINKS) and not report.errors:  # else rows are missing because they were refused
        rows = count_of(after, _ROWS_OF[part])
        report.warning(
            f"the file has {rows}, the release before it {before:,}: more than a tenth are gone.",
            "If that is not meant, the file is cut short or covers less than it should.",
        )


def _sha256_of(release: Release, part: Part) -> str | None:
    return next((source.sha256 for source in release.sources if source.part is part), None)


def _carried(base: Release | None, part: Part) -> list[Source]:
    """The sources of what a new release keeps from the one it is based on."""
    if base is None or base.kind is not Kind.DIRECTORY:
        return []
    return [source for source in base.sources if source.part is not part]
