"""`finder lookup`: the same answer as on the website and in the API, on the terminal."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from finder.cli.database import on_database, settings_for
from finder.cli.options import DataDir
from finder.cli.read_live_snapshot import read_live_snapshot
from finder.cli.terminal import out
from finder.reports.terminal.show_answer import show_answer
from finder.services.find_team import FindTeam
from finder.storage.connections import Connection, Server
from geodata.postcode import Postcode

commands = typer.Typer()


@commands.command(name="lookup", epilog='Example: finder lookup "B2 4QA"')
def lookup_command(
    postcode: Annotated[str, typer.Argument(help="A full postcode, in any spelling.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Show who polices a postcode: the same answer as on the website and in the API."""
    settings = settings_for(data_dir)
    wanted = Postcode.parse(postcode)
    resolver = FindTeam(settings.near_boundary_m, settings.near_boundary_poor_m)

    async def run(connection: Connection) -> None:
        snapshot = await read_live_snapshot(connection)
        show_answer(out, resolver.by_postcode(snapshot, wanted), snapshot, datetime.now(UTC))

    on_database(data_dir, run, server=Server.PRIMARY_FIRST)
