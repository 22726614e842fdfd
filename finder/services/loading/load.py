"""Loads a file: read, checked and staged as a release in one transaction, and recorded in the journal."""

from finder.domain.release import Action, AuditEvent, Kind, Part, Release, Source
from finder.services.loading.load_directory import load_directory
from finder.services.loading.load_job import CheckFailedError, LoadJob, LoadResult
from finder.services.loading.load_postcodes import load_postcodes
from finder.services.loading.load_wards import load_wards
from finder.services.loading.release_draft import ReleaseDraft
from finder.storage import journal_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait
from geodata.check_report import Report
from geodata.errors import GeodataError
from geodata.progress import Progress, run_in_thread


async def load(
    connection: Connection, job: LoadJob, progress: Progress, on_wait: OnWait = lambda _: None
) -> LoadResult:
    """Reads, checks and stages a file in one transaction; `on_wait` gets a sentence on the command it waits for.

    Raises CheckFailedError with every fault found, or SourceError if the file cannot be read at all. After an error, or
    if the process is killed, nothing has changed, except that the journal has the refusal.
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
            base = await release_store.find_base(connection, job.part.kind)
            if base is not None and _was_loaded_before(job, source, base):
                return LoadResult(report, base.rows, base, unchanged=True)
            number = await release_store.insert(connection, job.part.kind)
            return await _fill(ReleaseDraft(connection, number, base, job, report, progress), source)
    except (CheckFailedError, GeodataError) as refusal:
        if not job.check_only:
            await _record_refusal(connection, source, report, refusal)
        raise


def _was_loaded_before(job: LoadJob, source: Source, base: Release) -> bool:
    if job.check_only or job.teams:
        return False
    return any(each.part is job.part and each.sha256 == source.sha256 for each in base.sources)


async def _fill(draft: ReleaseDraft, source: Source) -> LoadResult:
    """Reads the file into the release and, unless it was to be checked only, finishes and records the release."""
    connection, job, report = draft.connection, draft.job, draft.report
    rows = await _read_into(draft)
    if report.errors:
        raise CheckFailedError(report)
    if job.check_only:
        return LoadResult(report, rows, None)
    sources = [*_sources_carried_over(draft), source]
    await release_store.finish(connection, draft.number, rows=rows, findings=report.findings, sources=sources)
    (release,) = await release_store.list_releases(connection, [draft.number])
    event = AuditEvent(
        job.loaded_by, Action.LOAD, f"load {job.part}", source, errors=0, warnings=report.warnings, release=release.id
    )
    await journal_store.insert(connection, event)
    return LoadResult(report, rows, release)


async def _read_into(draft: ReleaseDraft) -> int:
    """Returns how many rows the release has."""
    match draft.job.part:
        case Part.POSTCODES:
            return await load_postcodes(draft)
        case Part.WARDS:
            return await load_wards(draft)
        case _:
            return await load_directory(draft)


def _sources_carried_over(draft: ReleaseDraft) -> list[Source]:
    """Returns the sources of the parts of a directory that this file does not replace."""
    if draft.base is None or draft.base.kind is not Kind.DIRECTORY:
        return []
    return [source for source in draft.base.sources if source.part is not draft.job.part]


async def _record_refusal(connection: Connection, source: Source, report: Report, refusal: Exception) -> None:
    """Runs in a transaction of its own, since that of the load has been rolled back."""
    errors = max(report.errors, 1)  # a file that cannot be read at all has no row to report
    event = AuditEvent(source.loaded_by, Action.REFUSE, str(refusal), source, errors=errors, warnings=report.warnings)
    await journal_store.insert(connection, event)
