"""Counts every request in the metrics. Logs failed and slow requests and a sample of the rest."""

import time
from typing import Final

import structlog
from aiohttp import web

from finder.http.request_context import OUTWARD_CODE, REQUEST_ID
from finder.server.process_metrics import Metrics
from finder.server.request_histogram import known_method, route_template
from finder.settings import Settings

_log = structlog.get_logger(__name__)
_SERVER_ERROR: Final = 500


class RequestLog:
    """Counts and logs requests. Log lines have the route template and the outward code, never a path or a query."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._observe = metrics.observe
        self._sample = settings.log_sample
        self._slow = settings.log_slow_ms / 1000
        self._count = 0

    def record(
        self, request: web.Request, resource: web.AbstractResource | None, status: int, outcome: str, started: float
    ) -> None:
        """Count an answered request. `started` is the `time.perf_counter()` of its start."""
        seconds = time.perf_counter() - started
        self._observe(request.method, resource, status, seconds)
        self._count += 1
        sampled = self._sample and self._count % self._sample == 0
        if sampled or status >= _SERVER_ERROR or seconds >= self._slow:
            _log.info(
                "request",
                request_id=request.get(REQUEST_ID),
                method=known_method(request.method),
                route=route_template(resource),
                outward_code=request.get(OUTWARD_CODE),
                status=status,
                outcome=outcome,
                ms=round(seconds * 1000, 2),
            )
