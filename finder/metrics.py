"""Prometheus metrics of one process, labelled by route template and never by what was asked."""

from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

from finder.services.live import LiveSnapshot

_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """Every metric, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "finder_request_seconds",
            "Time from request to response, by route template and status.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._cells: dict[tuple[str, str, int], Histogram] = {}
        self._publication = Gauge(
            "finder_publication_number", "The publication served from; 0 before the first.", registry=self._registry
        )
        self._asked = Gauge(
            "finder_database_asked_seconds", "Seconds since PostgreSQL was last asked.", registry=self._registry
        )
        self._swaps = Gauge("finder_snapshot_swaps", "Snapshots swapped in since start.", registry=self._registry)
        self._failures = Gauge(
            "finder_snapshot_failures", "Failed looks for a publication since start.", registry=self._registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = (method, route, status)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = self._seconds.labels(method, route, str(status))
        cell.observe(seconds)

    def follow(self, live: LiveSnapshot) -> None:
        """Take over the figures of the snapshot, just before they are rendered."""
        self._publication.set(live.publication_number)
        self._swaps.set(live.swaps)
        self._failures.set(live.failures)
        if live.checked_at is not None:
            self._asked.set((datetime.now(UTC) - live.checked_at).total_seconds())

    def render(self) -> bytes:
        """Prometheus's text format."""
        return generate_latest(self._registry)
