"""`finder releases`: what was loaded, and what is live."""

import typer

from finder.cli.database import on_database
from finder.cli.options import DataDir
from finder.cli.terminal import out
from finder.reports.terminal.show_releases import show_releases
from finder.storage import publication_store, release_store
from finder.storage.connections import Connection, Server

commands = typer.Typer()


@commands.command(name="releases", epilog="Example: finder releases")
def releases_command(data_dir: DataDir = None) -> None:
    """List what was loaded and what is live."""

    async def run(connection: Connection) -> None:
        show_releases(
            out,
            await release_store.list_releases(connection),
            await publication_store.list_publications(connection),
            await publication_store.find_live_number(connection),
        )

    on_database(data_dir, run, server=Server.PRIMARY_FIRST)
