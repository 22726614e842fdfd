"""Every path of the API and the website in one table."""

from pathlib import Path

from aiohttp import web

from finder.api.handlers import Api
from finder.health import Health
from finder.website.pages import Website

_STATIC = Path(__file__).parent / "website" / "static"


def routes(api: Api, website: Website, health: Health) -> list[web.AbstractRouteDef]:
    """The table."""
    return [
        web.get("/", website.start),
        web.post("/find", website.find),
        web.get("/choose", website.choose),
        web.get("/teams/{id}", website.team),
        web.get("/problems/{code}", website.problem),
        web.static("/static", _STATIC),
        # Anything after the slash, so that text which is no postcode is told so and not that the path is unknown;
        # line breaks too, which a dot alone leaves out.
        web.get("/api/v1/postcodes/{postcode:(?s:.*)}", api.postcode),
        web.get("/api/v1/points", api.point),
        web.get("/healthz", health.healthz),
        web.get("/readyz", health.readyz),
        web.get("/metrics", health.metrics),
    ]
