"""`finder surgery …`: changes of a single surgery, live within a second."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from finder.cli.database import on_database
from finder.cli.options import DataDir, clock_time
from finder.cli.publish_plan import announce
from finder.cli.read_live_snapshot import read_live_snapshot
from finder.cli.terminal import current_user, out, show_waiting
from finder.domain.surgery import Venue
from finder.domain.upcoming_surgeries import SOON, surgeries_between
from finder.reports.terminal.show_answer import show_surgeries
from finder.services.publishing.change_surgery import change_surgery
from finder.services.publishing.occurrence_actions import Action, Cancel, Move, Restore
from finder.snapshot.replaced_teams import get_team
from finder.storage.connections import Connection, Server
from geodata.postcode import Postcode

OccurrenceId = Annotated[str, typer.Argument(help="Id of one surgery: series and start.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why, for residents to read.")]

surgery = typer.Typer(help="Cancel, restore or move one surgery; it is live within a second.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(surgery, name="surgery")


@surgery.command(name="list", epilog="Example: finder surgery list ladywood")
def surgery_list_command(
    team: Annotated[str, typer.Argument(help="Id of a team.", show_default=False)], data_dir: DataDir = None
) -> None:
    """Show a team's surgeries of the next three months with their ids."""

    async def run(connection: Connection) -> None:
        snapshot = await read_live_snapshot(connection)
        now = datetime.now(UTC)
        show_surgeries(out, surgeries_between(snapshot.series_of(get_team(snapshot, team).id), now, now + SOON))

    on_database(data_dir, run, server=Server.PRIMARY_FIRST)


@surgery.command(name="cancel", epilog='Example: finder surgery cancel ladywood-library-20261212T1000 --reason "Snow."')
def surgery_cancel_command(occurrence: OccurrenceId, reason: Reason = "", data_dir: DataDir = None) -> None:
    """Cancel one surgery; it stays listed, marked as cancelled."""
    _change_surgery(data_dir, occurrence, Cancel(reason))


@surgery.command(name="restore", epilog="Example: finder surgery restore ladywood-library-20261212T1000")
def surgery_restore_command(occurrence: OccurrenceId, data_dir: DataDir = None) -> None:
    """Undo the cancelling or moving of one surgery."""
    _change_surgery(data_dir, occurrence, Restore())


@surgery.command(
    name="move", epilog='Example: finder surgery move ladywood-library-20261212T1000 --to "2026-12-14 18:00"'
)
def surgery_move_command(  # noqa: PLR0913 - a command has as many options as its users need
    occurrence: OccurrenceId,
    *,
    to: Annotated[
        datetime | None, typer.Option(help="New start, on the clocks of London.", parser=clock_time, metavar="TIME")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="New end; default: as long as planned.", parser=clock_time, metavar="TIME")
    ] = None,
    venue: Annotated[str, typer.Option(help="Name of the new venue.")] = "",
    address: Annotated[str, typer.Option(help="Its address.")] = "",
    postcode: Annotated[str, typer.Option(help="Its postcode.")] = "",
    access: Annotated[str, typer.Option(help="How to get in, for residents to read.")] = "",
    online: Annotated[str, typer.Option(help="Web address, if it is held online instead.")] = "",
    reason: Reason = "",
    data_dir: DataDir = None,
) -> None:
    """Move one surgery to another time or place; it keeps its id."""
    if (address or postcode or access) and not venue:
        message = "name the venue too."
        raise typer.BadParameter(message, param_hint="--venue")
    place = Venue(venue, address, str(Postcode.parse(postcode)) if postcode else "", access) if venue else None
    _change_surgery(data_dir, occurrence, Move(to, until, place, online, reason))


def _change_surgery(data_dir: Path | None, occurrence: str, action: Action) -> None:
    async def run(connection: Connection) -> None:
        made = await change_surgery(connection, occurrence, action, made_by=current_user(), on_wait=show_waiting)
        announce(made)

    on_database(data_dir, run)
