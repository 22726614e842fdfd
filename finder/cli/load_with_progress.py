"""Loading a file with a progress bar and its report on the terminal, as several commands do it."""

from finder.cli.terminal import err, out, show_waiting
from finder.reports import progress_bars
from finder.reports.terminal.show_load import show_loaded, show_report
from finder.services.loading.load import load
from finder.services.loading.load_job import LoadJob, LoadResult
from finder.storage.connections import Connection


async def load_with_progress(
    connection: Connection, job: LoadJob, *, quiet: bool = False, notes: bool = True
) -> LoadResult:
    """Load a file with a progress bar, and say what came of it unless it is to be quiet. Raises as `load` does.

    Without `notes`, a report that holds nothing else is not shown.
    """
    with progress_bars.show_progress(err) as progress:
        loaded = await load(connection, job, progress, show_waiting)
    if not quiet:
        if notes or loaded.report.warnings:
            show_report(err, loaded.report)
        show_loaded(out, job, loaded)
    return loaded
