"""Prometheus metrics of one process, labelled by route template and never by what was asked."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from finder.request_seconds import RequestSeconds
from finder.services.live import LiveSnapshot


class Metrics:
    """Every metric, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = RequestSeconds()
        self._registry.register(self._requests)
        self.observe = self._requests.observe
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
