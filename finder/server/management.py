"""The management listener: health, readiness in full and metrics, at an address that the public does not reach.

A proxy's rules cannot keep them from the public: `/%6Detrics` is `/metrics` to the service and another path to a rule.
"""

from typing import Final

from aiohttp import web

from finder.http.security_headers import SECURITY_HEADERS, add_headers
from finder.server.app_keys import CONNECTION_COUNTS, HEALTH
from finder.server.connection_and_time_limits import Limits
from finder.server.connection_counts import ConnectionCounts

MANAGEMENT_LIMITS: Final = Limits(connections=256)
"""Far more than load balancers and Prometheus need."""


def management_app(app: web.Application) -> web.Application:
    """Returns the application of the management listener, which tells how another application is."""
    health = app[HEALTH]
    management = web.Application()
    management[CONNECTION_COUNTS] = ConnectionCounts()
    management.on_response_prepare.append(add_headers(SECURITY_HEADERS))
    management.add_routes(
        [
            web.get("/healthz", health.healthz),
            web.get("/readyz", health.readyz_with_alarms),
            web.get("/metrics", health.metrics),
        ]
    )
    return management
