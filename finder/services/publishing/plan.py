"""Plans a publication or a rollback: builds its snapshot and compares that with the live one. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from finder.domain.publication_difference import Difference
from finder.domain.publication_history import Returns
from finder.domain.release import Action, Kind, Publication
from finder.errors import PublicationUnusableError
from finder.services.publishing.choose_releases import (
    Releases,
    choose_releases,
    require_publishable,
)
from finder.services.publishing.compare import compare
from finder.services.publishing.plan_warnings import collect_warnings
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.model import Snapshot
from finder.storage import publication_store
from finder.storage.connections import Connection
from geodata.check_report import Finding
from geodata.police_forces import PoliceForces
from geodata.progress import NO_PROGRESS, Progress, run_in_thread


@dataclass(frozen=True, slots=True)
class Plan:
    """A publication that could be made, compared with the live one.

    `live` and `before` are None before the first publication; `before` also if the live publication is damaged.
    `returns` says which publications a rollback returns to.
    """

    live: Publication | None
    releases: Releases
    before: Snapshot | None
    snapshot: Snapshot
    warnings: tuple[Finding, ...]
    difference: Difference
    action: Action = Action.PUBLISH
    returns: Returns | None = None

    @property
    def changed(self) -> tuple[Kind, ...]:
        """The kinds whose release would change."""
        return tuple(
            kind for kind in Kind if self.live is None or self.live.releases[kind].number != self.releases[kind].number
        )


async def plan_publication(
    connection: Connection, names: Sequence[str], forces: PoliceForces, progress: Progress = NO_PROGRESS
) -> Plan:
    """Plan to publish the named releases, or without names the newest staged release of each kind.

    Raises PublishRefusedError if there is nothing to publish or a kind has no release yet.
    """
    live = await publication_store.find_live(connection)
    releases = await choose_releases(connection, live, names)
    return await plan_releases(connection, live, releases, forces, progress)


async def plan_releases(
    connection: Connection, live: Publication | None, releases: Releases, forces: PoliceForces, progress: Progress
) -> Plan:
    """Plan to publish these releases.

    It builds the same snapshot as workers would, so that data which cannot be served is never published. Raises
    PublishRefusedError if all are live already, or rows of one are gone.
    """
    require_publishable(live, releases)
    builder = SnapshotBuilder(forces, progress=progress)
    now = datetime.now(UTC)
    candidate = Publication(live.number + 1 if live else 1, now, "", "", releases)
    before = await _build_live(builder, connection, live) if live else None
    snapshot = await builder.build(connection, candidate, now, before)
    warnings = await collect_warnings(connection, live, snapshot, progress)
    difference = await run_in_thread(lambda step: compare(before, snapshot, step), progress)
    return Plan(live, releases, before, snapshot, tuple(warnings), difference)


async def _build_live(builder: SnapshotBuilder, connection: Connection, live: Publication) -> Snapshot | None:
    """The live snapshot; None if it is damaged, because then staff must be able to publish another one."""
    try:
        return await builder.build(connection, live, datetime.now(UTC))
    except PublicationUnusableError:
        return None
