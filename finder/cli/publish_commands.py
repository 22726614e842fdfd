"""`finder publish`, `withdraw` and `rollback`: the commands that change what is live."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from finder.cli.database import on_database
from finder.cli.options import CLOCK_TIMES, AcceptWarnings, DataDir, Releases
from finder.cli.publish_plan import plan_with_progress, publish_plan
from finder.cli.terminal import WRONG_USAGE, current_user, err, out, show_waiting
from finder.domain.london_time import london_moment
from finder.domain.release import Kind
from finder.reports import progress_bars
from finder.reports.terminal.show_plan import show_plan
from finder.services.publishing.plan import plan_rollback
from finder.services.publishing.schedule import withdraw
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces

commands = typer.Typer()


@commands.command(
    name="publish",
    epilog='Examples: finder publish    finder publish wards-12 directory-15 --yes --at "2027-05-06 00:00"',
)
def publish_command(
    releases: Releases = None,
    *,
    at: Annotated[
        datetime | None, typer.Option(help="Go live then, on the clocks of London.", formats=CLOCK_TIMES)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    accept_warnings: AcceptWarnings = False,
    data_dir: DataDir = None,
) -> None:
    """Make staged releases live, all at once."""
    forces = PoliceForces.read()
    moment = london_moment(at) if at else None

    async def run(connection: Connection) -> None:
        plan = await plan_with_progress(connection, releases or [], forces)
        show_plan(out, plan)
        if not yes:
            _ask()
        await publish_plan(connection, plan, accept_warnings=accept_warnings, note="publish", at=moment)

    on_database(data_dir, run)


@commands.command(name="withdraw", epilog="Example: finder withdraw 12")
def withdraw_command(
    number: Annotated[int, typer.Argument(help="Number of a scheduled publication.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Take back a scheduled publication before its moment; what it names is staged again."""

    async def run(connection: Connection) -> None:
        withdrawn = await withdraw(connection, number, withdrawn_by=current_user(), on_wait=show_waiting)
        out.print(f"Publication {withdrawn.number} will not go live.", style="bold green", highlight=False)

    on_database(data_dir, run)


@commands.command(name="rollback", epilog="Examples: finder rollback    finder rollback --kind wards")
def rollback_command(
    *,
    kind: Annotated[Kind | None, typer.Option(help="Roll back only this kind.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Publish again what the last publication replaced; other kinds stay as they are."""
    forces = PoliceForces.read()

    async def run(connection: Connection) -> None:
        with progress_bars.show_progress(err) as progress:
            plan = await plan_rollback(connection, kind, forces, progress)
        show_plan(out, plan)
        await publish_plan(connection, plan, accept_warnings=True, note="rollback")

    on_database(data_dir, run)


def _ask() -> None:
    if not sys.stdin.isatty():
        err.print("publish asks before it changes what is live; without a terminal, say --yes.", highlight=False)
        raise typer.Exit(WRONG_USAGE)
    typer.confirm("Make this live?", abort=True)
