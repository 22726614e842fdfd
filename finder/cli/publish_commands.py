"""`finder publish`, `withdraw` and `rollback`: the commands that change what is live."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from finder.cli.database import on_database
from finder.cli.options import AcceptWarnings, DataDir, Releases, clock_time
from finder.cli.publish_plan import plan_with_progress, publish_plan
from finder.cli.terminal import WRONG_USAGE, current_user, err, out, show_waiting
from finder.domain.london_time import london_moment
from finder.domain.release import Kind
from finder.reports import progress_bars
from finder.reports.terminal.show_plan import show_plan
from finder.services.publishing.discard import discard
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
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
        datetime | None, typer.Option(help="Go live then, on the clocks of London.", parser=clock_time, metavar="TIME")
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
            _ask("publish")
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
        out.print(f"Publication {withdrawn.number} will not go live.", style="bold green")

    on_database(data_dir, run)


@commands.command(
    name="rollback",
    epilog="Examples: finder rollback    finder rollback --kind wards --yes    finder rollback --to 12 --team ladywood",
)
def rollback_command(  # noqa: PLR0913 - a command has as many options as its users need
    *,
    kind: Annotated[Kind | None, typer.Option(help="Roll back only this kind.")] = None,
    team: Annotated[str, typer.Option(help="Roll back only this team's rows of the directory.")] = "",
    to: Annotated[int | None, typer.Option(help="Go back to what this publication had.")] = None,
    exactly: Annotated[
        bool, typer.Option("--exactly", help="With --to: take back cancelled and moved dates too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Undo the last publication that is not undone yet, or go back to an earlier one. Again goes further back."""
    if exactly and to is None:
        message = "only --to keeps the dates that were cancelled or moved since."
        raise typer.BadParameter(message, param_hint="--exactly")
    forces = PoliceForces.read()
    wanted = Rollback(kind, team, to, exactly)

    async def run(connection: Connection) -> None:
        with progress_bars.show_progress(err) as progress:
            plan = await plan_rollback(connection, wanted, forces, progress)
        show_plan(out, plan)
        if not yes:
            _ask("rollback")
        await publish_plan(connection, plan, accept_warnings=True, note="rollback")

    on_database(data_dir, run)


@commands.command(name="discard", epilog="Example: finder discard directory-15")
def discard_command(
    release: Annotated[str, typer.Argument(help="A staged release, like directory-15.", show_default=False)],
    data_dir: DataDir = None,
) -> None:
    """Give up a staged release: its rows are deleted, its entry in the journal stays."""

    async def run(connection: Connection) -> None:
        discarded = await discard(connection, release, discarded_by=current_user(), on_wait=show_waiting)
        out.print(f"{discarded.id} is discarded.", style="bold green")

    on_database(data_dir, run)


def _ask(command: str) -> None:
    if not sys.stdin.isatty():
        err.print(f"{command} asks before it changes what is live; without a terminal, say --yes.")
        raise typer.Exit(WRONG_USAGE)
    typer.confirm("Make this live?", abort=True)
