"""`finder journal` and `prune`: who did what, and the removal of old releases."""

import json
import sys
from typing import Annotated

import typer

from finder.cli.database import on_database
from finder.cli.options import AsJson, DataDir
from finder.cli.terminal import current_user, out, show_waiting
from finder.reports import json_report
from finder.reports.terminal.show_releases import show_journal
from finder.services.publishing.prune import prune
from finder.storage import journal_store
from finder.storage.connections import Connection, Server

commands = typer.Typer()


@commands.command(name="journal", epilog="Example: finder journal --last 50")
def journal_command(
    *,
    last: Annotated[int | None, typer.Option(help="Only this many entries, the newest.", min=1)] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show who did what, when, from which file, with which result."""
    entries = on_database(
        data_dir, lambda connection: journal_store.read(connection, last), server=Server.PRIMARY_FIRST
    )
    if as_json:
        sys.stdout.write(json.dumps(json_report.journal(entries), indent=2) + "\n")
    else:
        show_journal(out, entries)


@commands.command(name="prune", epilog="Example: finder prune --keep 20")
def prune_command(
    *,
    keep: Annotated[int, typer.Option(help="How many of the last publications stay complete.", min=2)] = 20,
    data_dir: DataDir = None,
) -> None:
    """Remove the rows of releases that are not staged, scheduled or named by one of the last publications."""

    async def run(connection: Connection) -> None:
        gone = await prune(connection, keep, pruned_by=current_user(), on_wait=show_waiting)
        names = ", ".join(release.id for release in gone)
        out.print(f"Pruned {names}." if gone else "There is nothing to prune.")

    on_database(data_dir, run)
