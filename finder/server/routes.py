"""Every path of the API and the website in one table."""

import re
from typing import Final

from aiohttp import web

from finder.api.police_uk import PoliceUkApi
from finder.api.postcodes_and_points import Api
from finder.server.fast_path_requests import DirectRoute
from finder.server.health import Health
from finder.website.website_routes import Website

_POSTCODE: Final = "postcode"
_POINT: Final = "point"


def routes(api: Api, website: Website, health: Health) -> list[web.AbstractRouteDef]:
    """The table."""
    return [
        *([] if website.is_closed else _pages(website)),
        web.get("/static/{name}", website.assets.serve),
        web.get("/api/v1/teams/{id}/surgeries.ics", api.feeds.team),
        web.get("/api/v1/teams/{id}/surgeries/{occurrence}.ics", api.feeds.surgery),
        # Anything after the slash, so that text which is no postcode is told so and not that the path is unknown;
        # line breaks too, which a dot alone leaves out.
        web.get("/api/v1/postcodes/{postcode:(?s:.*)}", api.postcode, name=_POSTCODE),
        web.get("/api/v1/points", api.point, name=_POINT),
        web.post("/api/v1/lookups", api.lookups.lookups),
        # Whatever follows, as for postcodes: a sector typed with a slash is told that it is none.
        web.get("/api/v1/sectors/{sector:(?s:.*)}", api.sectors.sector),
        web.get("/api/v1/teams", api.teams.teams),
        web.get("/api/v1/teams/{id}", api.teams.team),
        web.get("/api/v1/teams/{id}/surgeries", api.teams.surgeries),
        web.get("/api/v1/teams/{id}/boundary", api.teams.boundary),
        web.get("/api/v1/wards", api.wards.wards),
        web.get("/api/v1/wards/{gss_code}", api.wards.ward),
        web.get("/api/v1/wards/{gss_code}/boundary", api.wards.boundary),
        *_police_uk(api.police_uk),
        web.get("/openapi.json", api.docs.openapi),
        web.get("/docs", api.docs.page),
        web.get("/problems/{code}", website.notices.problem),
        web.get("/healthz", health.healthz),
        web.get("/readyz", health.readyz),
        web.get("/metrics", health.metrics),
        # Last, so that a closed website leaves the API and what monitors it as they are.
        *([web.route("*", "/{path:.*}", website.notices.maintenance)] if website.is_closed else []),
    ]


def direct_routes(router: web.UrlDispatcher, api: Api) -> list[DirectRoute]:
    """Those of them that may be answered as they arrive, in the spelling that programs write."""
    return [
        DirectRoute("/api/v1/postcodes/", re.compile("[A-Z0-9]+"), router[_POSTCODE], api.answer_postcode),
        DirectRoute("/api/v1/points?", re.compile("[a-z0-9.=&-]+"), router[_POINT], api.answer_point),
    ]


def _police_uk(api: PoliceUkApi) -> list[web.AbstractRouteDef]:
    """The first that fits answers, so fixed words stand before names."""
    return [
        web.get("/police-uk/api/forces", api.forces),
        web.get("/police-uk/api/forces/{force}", api.force),
        web.get("/police-uk/api/forces/{force}/people", api.senior_officers),
        web.get("/police-uk/api/locate-neighbourhood", api.locate),
        web.get("/police-uk/api/{force}/neighbourhoods", api.neighbourhoods),
        web.get("/police-uk/api/{force}/{id}", api.neighbourhood),
        web.get("/police-uk/api/{force}/{id}/boundary", api.boundary),
        web.get("/police-uk/api/{force}/{id}/people", api.people),
        web.get("/police-uk/api/{force}/{id}/events", api.events),
        web.get("/police-uk/api/{force}/{id}/priorities", api.priorities),
    ]


def _pages(website: Website) -> list[web.AbstractRouteDef]:
    return [
        web.get("/", website.find.start),
        web.post("/find", website.find.find),
        web.post("/find/location", website.find.find_location),
        web.get("/choose", website.find.choose),
        web.get("/teams/{id}", website.teams.team),
        web.get("/teams/{id}/surgeries", website.teams.surgeries),
        web.get("/areas", website.areas.areas),
        web.post("/areas", website.areas.search),
        web.get("/areas/{district}", website.areas.area),
        web.get("/cookies", website.notices.cookies),
        web.get("/privacy", website.notices.privacy),
        web.get("/accessibility", website.notices.accessibility),
        web.get("/data", website.notices.data),
    ]
