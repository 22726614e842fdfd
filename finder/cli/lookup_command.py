"""Asking what is live: `finder lookup` answers as website and API would."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from finder.cli.application import DataDir, app, on_database, out, settings_for
from finder.errors import PublishRefusedError
from finder.reports.terminal.show_answer import show_answer
from finder.services.find_team import FindTeam
from finder.snapshot.build import SnapshotBuilder
from finder.snapshot.model import Snapshot
from finder.storage import publication_store
from finder.storage.connections import Connection, Server
from geodata.police_forces import Places
from geodata.postcode import Postcode


@app.command(name="lookup", epilog='Example: finder lookup "B2 4QA"')
def lookup_command(
    postcode: Annotated[str, typer.Argument(help="A full postcode, in any spelling.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Show who polices a postcode, as website and API would answer."""
    settings = settings_for(data_dir)
    wanted = Postcode.parse(postcode)
    resolver = FindTeam(settings.near_boundary_m, settings.near_boundary_poor_m)

    async def run(connection: Connection) -> None:
        snapshot = await live_snapshot(connection)
        show_answer(out, resolver.by_postcode(snapshot, wanted), snapshot, datetime.now(UTC))

    on_database(data_dir, run, server=Server.PRIMARY_FIRST)


async def live_snapshot(connection: Connection) -> Snapshot:
    """The snapshot of what is live. Raises PublishRefusedError where nothing is."""
    live = await publication_store.find_live(connection)
    if live is None:
        message = "Nothing is live yet. Load data and run `finder publish`."
        raise PublishRefusedError(message)
    return await SnapshotBuilder(Places.read()).build(connection, live, datetime.now(UTC))
