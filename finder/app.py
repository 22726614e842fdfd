"""The composition root: the one place that builds the service's parts and joins them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import date, datetime

import aiohttp_jinja2
import jinja2
from aiohttp import web

from finder.api.handlers import Api
from finder.domain.surgery import LONDON
from finder.health import Health
from finder.keys import DRAIN, Drain
from finder.metrics import Metrics
from finder.middleware import Around, add_security_headers
from finder.routes import routes
from finder.services.find_team import FindTeam
from finder.services.live import LiveSnapshot
from finder.settings import Settings
from finder.storage.connect import connected
from finder.storage.migrate import require_current_schema
from finder.website.pages import Website
from geodata.places import Places

_LARGEST_BODY = 64 * 1024


def build_app(settings: Settings, dsn: str) -> web.Application:
    """The service as an aiohttp application; it reads the live snapshot before it takes its first request.

    Starting it raises DatabaseUnavailableError or SchemaError where there is no database to read from.
    """
    live = LiveSnapshot(dsn, Places.read(), settings.poll_interval)
    metrics = Metrics()
    resolver = FindTeam(settings.near_boundary_m, settings.near_boundary_poor_m)
    drain = Drain()
    website = Website(live, resolver)
    around = Around(settings, metrics, drain, website.render_refusal)
    app = web.Application(middlewares=[around.middleware()], client_max_size=_LARGEST_BODY)
    app[DRAIN] = drain
    app.on_response_prepare.append(add_security_headers)
    app.cleanup_ctx.append(_keep_snapshot(live, dsn))
    app.add_routes(routes(Api(live, resolver), website, Health(live, metrics)))
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.PackageLoader("finder.website"),
        filters={"day": _day, "clock": _clock},
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return app


def _keep_snapshot(live: LiveSnapshot, dsn: str) -> Callable[[web.Application], AsyncIterator[None]]:
    async def keep(_: web.Application) -> AsyncIterator[None]:
        async with connected(dsn) as connection:
            await require_current_schema(connection)
            await live.refresh(connection)
        watching = asyncio.create_task(live.watch())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    return keep


def _day(moment: date) -> str:
    """A date in words; a moment's date is that of Europe/London."""
    return f"{_local(moment) if isinstance(moment, datetime) else moment:%A %-d %B %Y}"


def _clock(moment: datetime) -> str:
    """Time of day as GOV.UK writes it: 6pm, 6:30pm."""
    return f"{_local(moment):%-I:%M%p}".replace(":00", "").lower()


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)
