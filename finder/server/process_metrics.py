"""Prometheus metrics of one process. Labels have the route template, never the path or the query."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge, Metric, ProcessCollector
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector

from finder.server.connection_counts import ConnectionCounts
from finder.server.request_histogram import RequestSeconds
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.publication_watcher import SnapshotWatcher


@dataclass(slots=True, eq=False)
class RequestPaths(Collector):
    """How many requests the fast path answered, and how many aiohttp handled as usual."""

    fast: int = 0
    usual: int = 0

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Returns the counters for Prometheus."""
        family = CounterMetricFamily(
            "finder_requests_by_path", "Requests by the way they went: fast path or usual.", labels=("path",)
        )
        family.add_metric(("fast",), self.fast)
        family.add_metric(("usual",), self.usual)
        yield family


class Metrics:
    """Every metric, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = RequestSeconds()
        self._registry.register(self._requests)
        self.observe = self._requests.observe
        self.paths = RequestPaths()
        self._registry.register(self.paths)
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

    def follow(self, live: LiveSnapshot, watcher: SnapshotWatcher, connections: ConnectionCounts) -> None:
        """Copies the numbers of the snapshot and the connections into the metrics."""
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

    def collect(self) -> Iterable[Metric]:
        """Returns every metric with its samples."""
        return self._registry.collect()
