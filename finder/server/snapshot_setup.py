"""The live snapshot of a worker, and the watcher that replaces it after each publication."""

from collections.abc import AsyncIterator

from aiohttp import web

from finder.server.app_keys import LIVE, WATCHER
from finder.settings import Settings
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.mapped_index_files import SharedIndexFiles
from finder.snapshot.publication_watcher import SnapshotWatcher
from finder.snapshot.refresh_live_snapshot import SnapshotRefresher
from geodata.police_forces import PoliceForces


def follow_publications(app: web.Application, settings: Settings, dsn: str) -> None:
    """Gives the application a live snapshot. It follows the publications while the application runs."""
    live = app[LIVE] = LiveSnapshot()
    builder = SnapshotBuilder(PoliceForces.read(), SharedIndexFiles(settings.cache_dir))
    app[WATCHER] = SnapshotWatcher(dsn, SnapshotRefresher(live, builder), settings.poll_interval)
    app.cleanup_ctx.append(_watch)


async def _watch(app: web.Application) -> AsyncIterator[None]:
    async with app[WATCHER].watching():
        yield
