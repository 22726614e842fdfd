"""The routes of the whole application: website, API, and what load balancers ask."""

from aiohttp import web

from finder.api.assemble_api import Api
from finder.api.operation_table import HEALTHZ
from finder.server.health import Health
from finder.website.website_routes import Website


def routes(api: Api, website: Website, health: Health) -> list[web.RouteDef]:
    """Returns all routes; the first that matches a request answers it."""
    return [
        *website.routes(),
        *api.routes(),
        web.get(HEALTHZ.path, health.healthz),
        web.get("/readyz", health.readyz),
        *website.closed_routes(),
    ]
