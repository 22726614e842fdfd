"""The routes of the whole application: website, API and monitoring."""

import re

from aiohttp import web

from finder.api.api_routes import Api
from finder.api.operations import HEALTHZ
from finder.api.postcodes_and_points import POINTS, POSTCODES
from finder.server.fast_path_requests import DirectRoute
from finder.server.health import Health
from finder.website.website_routes import Website


def routes(api: Api, website: Website, health: Health) -> list[web.RouteDef]:
    """Returns all routes; the first that matches a request answers it."""
    return [
        *website.routes(),
        *api.routes(),
        web.get(HEALTHZ.path, health.healthz),
        web.get("/readyz", health.readyz),
        web.get("/metrics", health.metrics),
        *website.closed_routes(),
    ]


def direct_routes(router: web.UrlDispatcher, api: Api) -> list[DirectRoute]:
    """Returns the routes that the fast path may answer, with the spellings that programs write."""
    return [
        DirectRoute(POSTCODES, re.compile("[A-Z0-9]+"), router["getPostcode"], api.answer_postcode),
        DirectRoute(f"{POINTS}?", re.compile("[a-z0-9.=&-]+"), router["getPoint"], api.answer_point),
    ]
