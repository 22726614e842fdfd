"""`finder journal` and `prune`: who did what, and the removal of old releases."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from finder.cli.database import on_database
from finder.cli.options import AsJson, DataDir
from finder.cli.terminal import current_user, out, show_waiting
from finder.domain.journal_chain import ChainedEntry, check_chain
from finder.errors import JournalBrokenError
from finder.reports import json_report
from finder.reports.terminal.show_releases import show_journal
from finder.services.publishing.prune import prune
from finder.storage import journal_store
from finder.storage.connections import Connection, Server
from geodata.plurals import count_of

commands = typer.Typer()


@commands.command(name="journal", epilog="Examples: finder journal --last 50    finder journal --verify")
def journal_command(
    *,
    last: Annotated[int | None, typer.Option(help="Only this many entries, the newest.", min=1)] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the chain of hashes instead, and say where it breaks.")
    ] = False,
    holds: Annotated[str, typer.Option(help="With --verify: a hash noted earlier, which an entry must have.")] = "",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show who did what, when, from which file, with which result."""
    if holds and not verify:
        message = "only --verify looks for a hash."
        raise typer.BadParameter(message, param_hint="--holds")
    if verify:
        chain = on_database(data_dir, journal_store.read_chain, server=Server.PRIMARY_FIRST)
        _show_chain(chain, holds)
        return
    entries = on_database(
        data_dir, lambda connection: journal_store.read(connection, last), server=Server.PRIMARY_FIRST
    )
    if as_json:
        sys.stdout.write(json.dumps(json_report.journal(entries), indent=2) + "\n")
    else:
        show_journal(out, entries)


def _show_chain(chain: Sequence[ChainedEntry], holds: str) -> None:
    """Prints that the chain holds. Raises JournalBrokenError if it breaks, or if no entry has the hash."""
    state = check_chain(chain)
    if state.fault:
        message = f"{state.fault} The {count_of(state.entries, 'entry')} before it hold."
        raise JournalBrokenError(message)
    if holds and holds not in {each.hash for each in chain}:
        message = f"No entry has the hash {holds}. The end of the journal was removed, or all of it written anew."
        raise JournalBrokenError(message)
    entries = count_of(state.entries, "entry")
    out.print(f"The journal holds: {entries}, the last with the hash {state.last_hash or 'none'}.", soft_wrap=True)
    out.print("Note it elsewhere. `finder journal --verify --holds HASH` shows later whether its end was removed.")


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
