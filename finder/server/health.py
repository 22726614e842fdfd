"""Health of the process for load balancers and monitoring: `/healthz`, `/readyz` and `/metrics`.

The public may know whether the service is ready and from what it answers. Alarms name the database, and metrics tell
what others ask: only the management listener has them.
"""

from datetime import UTC, datetime

import msgspec
from aiohttp import web

from finder.errors import NoLivePublicationError
from finder.server.metrics_of_all_workers import WorkerMetrics
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.publication_watcher import SnapshotWatcher

_NEVER_CACHED = {"Cache-Control": "no-store"}


class Health:
    """Handlers of these addresses. None of them queries PostgreSQL."""

    def __init__(self, live: LiveSnapshot, watcher: SnapshotWatcher, metrics: WorkerMetrics) -> None:
        self._live = live
        self._watcher = watcher
        self._metrics = metrics

    async def healthz(self, _: web.Request) -> web.Response:
        """Returns 200 while the process runs."""
        return web.Response(text="ok\n", headers=_NEVER_CACHED)

    async def readyz(self, _: web.Request) -> web.Response:
        """Returns 200 with the publication and its age once there is a snapshot, else 503."""
        return _json(self._readiness())

    async def readyz_with_alarms(self, _: web.Request) -> web.Response:
        """Returns the same with the alarms, and how long ago PostgreSQL was asked."""
        alarms = [alarm for alarm in (self._watcher.database_alarm, self._watcher.publication_alarm) if alarm]
        asked = _seconds_since(self._watcher.checked_at)
        return _json({**self._readiness(), "alarms": alarms, "database_asked_seconds_ago": asked})

    async def metrics(self, _: web.Request) -> web.Response:
        """Returns the metrics of all workers in Prometheus's text format."""
        return web.Response(body=await self._metrics.text(), content_type="text/plain", headers=_NEVER_CACHED)

    def _readiness(self) -> dict[str, object]:
        try:
            snapshot = self._live.current
        except NoLivePublicationError as refusal:
            return {"ready": False, "reason": str(refusal)}
        return {
            "ready": True,
            "publication": snapshot.publication.number,
            "postcodes": len(snapshot.postcodes),
            "wards": len(snapshot.wards.wards),
            "teams": len(snapshot.teams),
            "snapshot_age_seconds": _seconds_since(snapshot.built_at),
        }


def _json(state: dict[str, object]) -> web.Response:
    status = 200 if state["ready"] else 503
    return web.Response(
        body=msgspec.json.encode(state), status=status, content_type="application/json", headers=_NEVER_CACHED
    )


def _seconds_since(moment: datetime | None) -> float | None:
    return None if moment is None else round((datetime.now(UTC) - moment).total_seconds(), 1)
