"""Health of the process for load balancers and monitoring: `/healthz`, `/readyz` and `/metrics`."""

from datetime import UTC, datetime

import msgspec
from aiohttp import web

from finder.errors import NoLivePublicationError
from finder.server.worker_metrics import WorkerMetrics
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.publication_watcher import SnapshotWatcher

_NEVER_CACHED = {"Cache-Control": "no-store"}


class Health:
    """Handlers of the three addresses. None of them queries PostgreSQL."""

    def __init__(self, live: LiveSnapshot, watcher: SnapshotWatcher, metrics: WorkerMetrics) -> None:
        self._live = live
        self._watcher = watcher
        self._metrics = metrics

    async def healthz(self, _: web.Request) -> web.Response:
        """Returns 200 while the process runs."""
        return web.Response(text="ok\n", headers=_NEVER_CACHED)

    async def readyz(self, _: web.Request) -> web.Response:
        """Returns 200 with the publication and its age once there is a snapshot, else 503. Both list the alarms."""
        alarms = [alarm for alarm in (self._watcher.database_alarm, self._watcher.publication_alarm) if alarm]
        try:
            snapshot = self._live.current
        except NoLivePublicationError as refusal:
            return _json({"ready": False, "reason": str(refusal), "alarms": alarms}, status=503)
        return _json(
            {
                "ready": True,
                "publication": snapshot.publication.number,
                "postcodes": len(snapshot.postcodes),
                "wards": len(snapshot.wards.wards),
                "teams": len(snapshot.teams),
                "snapshot_age_seconds": _seconds_since(snapshot.built_at),
                "alarms": alarms,
                "database_asked_seconds_ago": _seconds_since(self._watcher.checked_at),
            }
        )

    async def metrics(self, _: web.Request) -> web.Response:
        """Returns the metrics of all workers in Prometheus's text format."""
        return web.Response(body=await self._metrics.text(), content_type="text/plain", headers=_NEVER_CACHED)


def _json(body: dict[str, object], status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json", headers=_NEVER_CACHED
    )


def _seconds_since(moment: datetime | None) -> float | None:
    return None if moment is None else round((datetime.now(UTC) - moment).total_seconds(), 1)
