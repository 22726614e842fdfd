"""Planning and publishing with progress bars, for several commands."""

from collections.abc import Sequence
from datetime import UTC, datetime

from finder.cli.terminal import current_user, err, out, show_waiting
from finder.domain.london_time import show_moment
from finder.domain.release import Publication
from finder.errors import PublishRefusedError
from finder.reports import progress_bars
from finder.reports.terminal.show_load import show_findings
from finder.services.publishing.plan import Plan, plan_publication
from finder.services.publishing.publish import publish
from finder.storage.connections import Connection
from geodata.police_forces import PoliceForces


async def plan_with_progress(connection: Connection, names: Sequence[str], forces: PoliceForces) -> Plan:
    """Plans a publication, with a progress bar for each long step. Raises what `plan_publication` raises."""
    with progress_bars.show_progress(err) as progress:
        return await plan_publication(connection, names, forces, progress)


async def publish_plan(
    connection: Connection, plan: Plan, *, accept_warnings: bool, note: str, at: datetime | None = None
) -> None:
    """Publishes a plan, at once or at a moment, and prints the result.

    Raises PublishRefusedError if the plan has warnings that are not accepted.
    """
    if plan.warnings and not accept_warnings:
        show_findings(err, plan.warnings)
        message = (
            "There are warnings: nothing was published, what was loaded stays staged. Go on with --accept-warnings."
        )
        raise PublishRefusedError(message)
    with progress_bars.show_progress(err) as progress:
        made = await publish(
            connection, plan, made_by=current_user(), note=note, at=at, on_wait=show_waiting, progress=progress
        )
    announce(made)


def announce(made: Publication) -> None:
    """Prints that a publication is live, or when it will be."""
    if made.live_from > datetime.now(UTC):
        line = f"Publication {made.number} goes live at {show_moment(made.live_from)}; until then: finder withdraw."
    else:
        line = f"Publication {made.number} is live."
    out.print(line, style="bold green")
