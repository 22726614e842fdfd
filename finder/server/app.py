"""Builds the service: makes the parts of the application and connects them."""

from typing import Final

from aiohttp import web

from finder.api.assemble_api import Api
from finder.http import response_headers
from finder.server.app_keys import (
    CONNECTION_COUNTS,
    HEALTH,
    LIVE,
    MAKE_CONNECTION,
    PUBLIC_PATH,
    REQUEST_MIDDLEWARE,
    RESPONSE_HEADERS,
    WATCHER,
    WORKER_METRICS,
    WRAP_HANDLER,
)
from finder.server.connection_counts import ConnectionCounts
from finder.server.fast_path import FastPath
from finder.server.health import Health
from finder.server.metrics_of_all_workers import WorkerGroup, WorkerMetrics
from finder.server.process_metrics import Metrics
from finder.server.request_middleware import RequestMiddleware
from finder.server.routes import routes
from finder.server.snapshot_setup import follow_publications
from finder.services.find_team import FindTeam
from finder.settings import Settings
from finder.website.website_routes import Website

_MAX_BODY_BYTES: Final = 64 * 1024


def build_app(settings: Settings, dsn: str, group: WorkerGroup | None = None) -> web.Application:
    """Returns the service as an aiohttp application; starting it reads the live snapshot.

    Starting raises an OperatorError if the database refuses to be read. If PostgreSQL does not answer, the application
    runs without a publication until it does; app[WATCHER].wait_for_first_read() waits for that. `group` names the other
    workers, if there are any.
    """
    app = web.Application(client_max_size=_MAX_BODY_BYTES)
    follow_publications(app, settings, dsn)
    app[PUBLIC_PATH] = settings.public_path
    app[RESPONSE_HEADERS] = response_headers.set_up(app, settings)
    app[CONNECTION_COUNTS] = ConnectionCounts()
    metrics = Metrics()
    app[WORKER_METRICS] = WorkerMetrics(metrics, app[LIVE], app[WATCHER], app[CONNECTION_COUNTS], group)
    resolver = FindTeam(settings.near_boundary_m, settings.near_boundary_poor_m)
    website = Website(app[LIVE], resolver, settings)
    api = Api(app[LIVE], resolver, website.renderer.stored_template, settings)
    health = app[HEALTH] = Health(app[LIVE], app[WATCHER], app[WORKER_METRICS])
    app.add_routes(routes(api, website, health))
    middleware = app[REQUEST_MIDDLEWARE] = RequestMiddleware(settings, metrics, website.errors.refusal)
    app[WRAP_HANDLER] = middleware.wrap
    app.on_response_prepare.append(middleware.say_that_it_closes)
    # A middleware, such as the rate limit, must see every request.
    if settings.fast_path and not app.middlewares and FastPath.is_available():
        app[MAKE_CONNECTION] = FastPath(api, website, app.router, middleware).make_connection
    website.set_up(app)
    return app
