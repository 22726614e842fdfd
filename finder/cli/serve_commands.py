"""`finder migrate`, `serve` and `version`: the commands that run the service."""

from collections.abc import Sequence
from typing import Annotated

import typer

from finder import __version__
from finder.cli.database import database, on_database, settings_for
from finder.cli.options import DataDir
from finder.cli.terminal import current_user, err, out, show_waiting
from finder.snapshot.matched_index_in_database import store_live_indexes
from finder.storage.connections import Connection
from finder.storage.create_roles import set_up_roles
from finder.storage.migrate import migrate, migrations

commands = typer.Typer()


@commands.command(
    name="migrate", epilog="Example: FINDER_DATABASE_URL=postgresql://finder@localhost/finder finder migrate"
)
def migrate_command(data_dir: DataDir = None) -> None:
    """Bring the database up to date; a second run changes nothing.

    Also matches the live postcodes with wards again if the stored match is missing, damaged or of another version, and
    creates the roles finder_owner, finder_loader and finder_reader if the user may, with the rights that each needs.
    """
    steps = migrations()

    async def run(connection: Connection) -> int:
        applied = await migrate(
            connection,
            steps,
            lambda step: out.print(f"applied {step.name}"),
            f"migrate by {current_user()}",
            show_waiting,
        )
        if missing := await set_up_roles(connection, show_waiting):
            _show_missing_roles(missing)
        return applied + await store_live_indexes(connection)

    done = on_database(data_dir, run, any_schema=True)
    out.print(f"The database is at schema {steps[-1].number}" + ("." if done else "; nothing to do."))


@commands.command(
    name="serve", epilog="Example: FINDER_DATABASE_URL=postgresql://finder@db/finder finder serve --workers 4"
)
def serve_command(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.", min=1, max=64)] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve website and API from the live publication."""
    from finder.server.serve import serve  # noqa: PLC0415 - aiohttp is not needed by the other commands

    settings = settings_for(data_dir, host=host, port=port, workers=workers)
    with database(settings) as dsn:
        serve(settings, dsn)


def _show_missing_roles(missing: Sequence[str]) -> None:
    statements = " ".join(f"CREATE ROLE {role};" for role in missing)
    err.print(
        f"This user may not create roles, so these are missing: {', '.join(missing)}. Run this as an administrator of "
        f"PostgreSQL, then `finder migrate` again: {statements} Until then only the owner of the tables can use them.",
        style="yellow",
        soft_wrap=True,
    )


@commands.command(name="version")
def version_command() -> None:
    """Print the version."""
    out.print(__version__)
