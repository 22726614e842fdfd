"""Loading a file with a progress bar and a report on the terminal, for several commands."""

from finder.cli.terminal import err, out, show_waiting
from finder.reports import progress_bars
from finder.reports.terminal.show_load import show_loaded, show_report
from finder.services.loading.load import load
from finder.services.loading.load_job import LoadJob, LoadResult
from finder.storage.connections import Connection


async def load_with_progress(
    connection: Connection, job: LoadJob, *, quiet: bool = False, notes: bool = True
) -> LoadResult:
    """Loads a file with a progress bar, and prints the result unless it is quiet. Raises what `load` raises.

    Without `notes`, a report that has notes only is not shown.
    """
    with progress_bars.show_progress(err) as progress:
        loaded = await load(connection, job, progress, show_waiting)
    if not quiet:
        if notes or loaded.report.warnings:
            show_report(err, loaded.report)
        show_loaded(out, job, loaded)
    return loaded
