"""Loading a file with a progress bar and a report on the terminal, for several commands."""

from typing import Final

from finder.cli.terminal import err, out, show_waiting
from finder.domain.release import Part
from finder.errors import PublishRefusedError
from finder.reports import difference_wording, progress_bars
from finder.reports.terminal.show_load import show_changes, show_loaded, show_recurrences, show_report
from finder.services.loading.load import load
from finder.services.loading.load_job import LoadJob, LoadResult
from finder.storage import publication_store
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces

_WITHOUT_POSTCODES: Final = frozenset({Part.OFFICERS, Part.PRIORITIES, Part.SURGERIES})


async def load_with_progress(
    connection: Connection, job: LoadJob, *, quiet: bool = False, brief: bool = False
) -> LoadResult:
    """Loads a file with a progress bar, and prints the result unless it is quiet. Raises what `load` raises.

    A `brief` result has neither a report that has notes only nor what would change.
    """
    with progress_bars.show_progress(err) as progress:
        loaded = await load(connection, job, progress, show_waiting)
    if not quiet:
        if loaded.report.warnings or not brief:
            show_report(err, loaded.report)
        show_loaded(out, job, loaded)
        if not brief:
            show_changes(out, loaded)
            show_recurrences(out, loaded)
        if loaded.release and not loaded.unchanged and not {part for part, _ in job.files} <= _WITHOUT_POSTCODES:
            await _show_postcodes(connection, loaded.release.id)
    return loaded


async def _show_postcodes(connection: Connection, release: str) -> None:
    """Prints how many wards and postcodes publishing the release would change, if it can be published."""
    # Imported here, because loads of other parts start faster without.
    from finder.cli.publish_plan import plan_with_progress  # noqa: PLC0415

    if await publication_store.find_live_number(connection) is None:
        return
    try:
        plan = await plan_with_progress(connection, [release], PoliceForces.read())
    except PublishRefusedError:
        return
    for sentence in difference_wording.summary(plan.difference)[:2]:
        out.print(sentence)
