"""Loads a file: read, checked and staged as a release in one transaction, and recorded in the journal."""

from collections.abc import Sequence

from finder.domain.release import Action, AuditEvent, Kind, Source
from finder.errors import LoadRefusedError
from finder.services.loading.find_base import find_base, find_same_rows
from finder.services.loading.load_job import CheckFailedError, LoadJob, LoadResult
from finder.services.loading.read_into_release import read_into
from finder.services.loading.release_draft import ReleaseDraft
from finder.storage import journal_store, release_store
from finder.storage.connections import Connection
from finder.storage.exclusive_transaction import exclusive_transaction
from finder.storage.locks import OnWait
from geodata.errors import GeodataError
from geodata.progress import Progress, run_in_thread


async def load(
    connection: Connection, job: LoadJob, progress: Progress, on_wait: OnWait = lambda _: None
) -> LoadResult:
    """Reads, checks and stages a file in one transaction; `on_wait` gets a sentence on the command it waits for.

    Raises CheckFailedError with every fault found, SourceError if the file cannot be read at all, or LoadRefusedError
    if the release to build on is not staged. After an error, or if the process is killed, nothing has changed, except
    that the journal has the refusal.
    """
    sources = await run_in_thread(job.fingerprint, progress)
    draft = ReleaseDraft(connection, job, progress)
    try:
        async with exclusive_transaction(
            connection,
            job.part.kind,
            commit=not job.check_only,
            lock_owner=f"load {job.what} by {job.loaded_by}",
            on_wait=on_wait,
        ):
            draft.base = await find_base(connection, job)
            await _note_other_staged(draft)
            if earlier := await find_same_rows(connection, job, sources[0]):
                return LoadResult(draft.report, earlier.rows, earlier, unchanged=True)
            result = await _fill(draft, sources)
    except (LoadRefusedError, GeodataError) as refusal:
        await _give_number_back(draft)
        if not job.check_only:
            await _record_refusal(draft, sources, refusal)
        raise
    if job.check_only:
        await _give_number_back(draft)
    return result


async def _fill(draft: ReleaseDraft, sources: Sequence[Source]) -> LoadResult:
    """Reads the file into the release and, unless it is to be checked only, finishes and records the release."""
    connection, job, report = draft.connection, draft.job, draft.report
    rows = await read_into(draft)
    if report.errors:
        raise CheckFailedError(report)
    if job.check_only:
        return draft.result(draft.rows_of_file if draft.rows_of_file is not None else rows, None)
    if draft.number is None:
        return LoadResult(report, rows, draft.base, unchanged=True)
    all_sources = [*_sources_carried_over(draft), *sources]
    await release_store.finish(connection, draft.number, rows=rows, findings=report.findings, sources=all_sources)
    (release,) = await release_store.list_releases(connection, [draft.number])
    for source in sources:
        note, warnings = f"load {job.what}", report.warnings
        event = AuditEvent(job.loaded_by, Action.LOAD, note, source, errors=0, warnings=warnings, release=release.id)
        await journal_store.insert(connection, event)
    return draft.result(rows, release)


async def _note_other_staged(draft: ReleaseDraft) -> None:
    """Notes a staged directory that this load does not build on; staff may have meant to continue it."""
    job = draft.job
    if job.part.kind is Kind.DIRECTORY and draft.base is not None and not job.onto:
        staged = await release_store.find_newest_staged(draft.connection, Kind.DIRECTORY)
        if staged is not None:
            draft.report.note(
                f"{staged.id} is staged and not part of this load, which builds on what is live. To continue it, add "
                f"--onto {staged.id}."
            )


async def _give_number_back(draft: ReleaseDraft) -> None:
    if draft.number is not None:
        await release_store.give_number_back(draft.connection, draft.number)


def _sources_carried_over(draft: ReleaseDraft) -> list[Source]:
    """Returns the sources of the parts of a directory that this file does not replace."""
    if draft.base is None or draft.base.kind is not Kind.DIRECTORY:
        return []
    loaded = {part for part, _ in draft.job.files}
    return [source for source in draft.base.sources if source.part not in loaded]


async def _record_refusal(draft: ReleaseDraft, sources: Sequence[Source], refusal: Exception) -> None:
    """Runs in a transaction of its own, since that of the load has been rolled back."""
    report = draft.report
    errors = max(report.errors, 1)  # a file that cannot be read at all has no row to report
    for source in sources:
        event = AuditEvent(
            source.loaded_by, Action.REFUSE, str(refusal), source, errors=errors, warnings=report.warnings
        )
        await journal_store.insert(draft.connection, event)
