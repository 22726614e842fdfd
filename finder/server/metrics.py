"""Prometheus metrics of one process, labelled by route template and never by what was asked."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

from finder.server.app_keys import Connections
from finder.server.request_histogram import RequestSeconds
from finder.snapshot.live import LiveSnapshot
from finder.snapshot.watcher import SnapshotWatcher


class Metrics:
    """Every metric, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = RequestSeconds()
        self._registry.register(self._requests)
        self.observe = self._requests.observe
        ProcessCollector(registry=self._registry)
        self._publication = self._gauge("publication_number", "The publication served from; 0 before the first.")
        self._unusable = self._gauge(
            "publication_unusable", "1 while a publication that is live or due cannot be used, and an older one is."
        )
        self._age = self._gauge("snapshot_age_seconds", "Seconds since the snapshot was built.")
        self._swaps = self._gauge("snapshot_swaps", "Snapshots swapped in since start.")
        self._failures = self._gauge("snapshot_failures", "Failed looks for a publication since start.")
        self._asked = self._gauge("database_asked_seconds", "Seconds since PostgreSQL was last asked.")
        self._connects = self._gauge("database_connects", "Connections made to PostgreSQL since start.")
        self._open = self._gauge("connections_open", "Client connections that are open.")
        self._timed_out = self._gauge(
            "connections_timed_out",
            "Client connections closed since start because nothing moved for too long.",
        )
        self._unreadable = self._gauge(
            "connections_unreadable", "Client connections closed since start because what they sent was no request."
        )
        self._made_room = self._gauge(
            "connections_made_room", "Client connections closed since start because there were too many."
        )

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"finder_{name}", meaning, registry=self._registry)

    def follow(self, live: LiveSnapshot, watcher: SnapshotWatcher, connections: Connections) -> None:
        """Take over the figures of the snapshot and the connections, just before they are rendered."""
        now = datetime.now(UTC)
        self._publication.set(live.publication_number)
        self._unusable.set(watcher.publication_alarm is not None)
        self._swaps.set(live.swaps)
        self._failures.set(watcher.failures)
        self._connects.set(watcher.connects)
        if live.current_or_none is not None:
            self._age.set((now - live.current_or_none.built_at).total_seconds())
        if watcher.checked_at is not None:
            self._asked.set((now - watcher.checked_at).total_seconds())
        self._open.set(connections.open)
        self._timed_out.set(connections.timed_out)
        self._unreadable.set(connections.unreadable)
        self._made_room.set(connections.made_room)

    def render(self) -> bytes:
        """Prometheus's text format."""
        return generate_latest(self._registry)
