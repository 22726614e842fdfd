"""The parts of a worker that keep its live snapshot up to date."""

from typing import NamedTuple

from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.publication_watcher import SnapshotWatcher
from finder.snapshot.refresh_live_snapshot import SnapshotRefresher
from geodata.police_forces import PoliceForces


class Worker(NamedTuple):
    """A live snapshot, what refreshes it, and what watches PostgreSQL for it."""

    live: LiveSnapshot
    refresher: SnapshotRefresher
    watcher: SnapshotWatcher


def make_worker(dsn: str, poll_interval: float = 0.05) -> Worker:
    """A worker that has read nothing yet."""
    live = LiveSnapshot()
    refresher = SnapshotRefresher(live, SnapshotBuilder(PoliceForces.read()))
    return Worker(live, refresher, SnapshotWatcher(dsn, refresher, poll_interval))
