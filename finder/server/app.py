"""The composition root: the one place that builds the service's parts and joins them."""

from collections.abc import AsyncIterator, Callable

from aiohttp import web

from finder.api.api_routes import Api
from finder.http.cors import allow_any_origin
from finder.http.rate_limit import RateLimit, tell_limits
from finder.server.app_keys import AROUND, COMMON_HEADERS, CONNECTIONS, DIRECT, DRAIN, LIVE, WATCHER, Connections, Drain
from finder.server.fast_path_requests import Direct
from finder.server.health import Health
from finder.server.metrics import Metrics
from finder.server.request_middleware import RequestMiddleware, add_headers, common_headers
from finder.server.routes import direct_routes, routes
from finder.server.worker_metrics import WORKER_METRICS, WorkerGroup, WorkerMetrics
from finder.services.find_team import FindTeam
from finder.settings import Settings
from finder.snapshot.build import SnapshotBuilder
from finder.snapshot.live import LiveSnapshot
from finder.snapshot.refresh import SnapshotRefresher
from finder.snapshot.shared_index_file import SharedIndexFiles
from finder.snapshot.watcher import SnapshotWatcher
from finder.website.website_routes import Website
from geodata.police_forces import PoliceForces

_LARGEST_BODY = 64 * 1024


def build_app(settings: Settings, dsn: str, crew: WorkerGroup | None = None) -> web.Application:
    """The service as an aiohttp application; starting it reads the live snapshot.

    Starting raises an OperatorError where the record refuses to be read. A PostgreSQL that does not answer is waited
    for: meanwhile the application runs, has no publication to answer from, and
    app[WATCHER].wait_for_first_read() waits for the first.
    `crew` is who works beside this process.
    """
    live = LiveSnapshot()
    builder = SnapshotBuilder(PoliceForces.read(), SharedIndexFiles(settings.cache_dir))
    watcher = SnapshotWatcher(dsn, SnapshotRefresher(live, builder), settings.poll_interval)
    metrics = Metrics()
    resolver = FindTeam(settings.near_boundary_m, settings.near_boundary_poor_m)
    drain = Drain()
    website = Website(live, resolver, settings)
    around = RequestMiddleware(settings, metrics, drain, website.errors.refusal)
    app = web.Application(client_max_size=_LARGEST_BODY)
    app[AROUND] = around.wrap
    if settings.rate_limit:
        app.middlewares.append(RateLimit(settings).middleware())
        app.on_response_prepare.append(tell_limits)
    app[DRAIN] = drain
    common = app[COMMON_HEADERS] = common_headers(settings)
    app.on_response_prepare.append(add_headers(common))
    app.on_response_prepare.append(allow_any_origin)
    app[LIVE] = live
    app[WATCHER] = watcher
    app[CONNECTIONS] = Connections()
    app[WORKER_METRICS] = WorkerMetrics(metrics, live, watcher, app[CONNECTIONS], crew)
    app.cleanup_ctx.append(_watch(watcher))
    api = Api(live, resolver, website.renderer.stored_template)
    app.add_routes(routes(api, website, Health(live, watcher, app[WORKER_METRICS])))
    app[DIRECT] = Direct(direct_routes(app.router, api), drain, around.finish_direct)
    website.set_up(app)
    return app


def _watch(watcher: SnapshotWatcher) -> Callable[[web.Application], AsyncIterator[None]]:
    async def watch(_: web.Application) -> AsyncIterator[None]:
        async with watcher.watching():
            yield

    return watch
