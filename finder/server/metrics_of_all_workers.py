"""The metrics of the management listener: those of this process, or of every worker, each with its number.

Each worker listens on a socket of the loopback interface. The worker that Prometheus asks reads the metrics of the
others there, so one scrape shows all of them. They are not added up: Prometheus does that better, because it notices
when a worker restarts.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec
from prometheus_client import Metric, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from finder.server.connection_counts import ConnectionCounts
from finder.server.process_metrics import Metrics
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.snapshot.publication_watcher import SnapshotWatcher

_ANSWER_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class WorkerGroup:
    """The number of this worker, and the sockets where the workers, itself included, send their metrics."""

    number: int
    listeners: Sequence[socket.socket]


class SentSample(msgspec.Struct, array_like=True):
    """One sample of a metric."""

    name: str
    labels: dict[str, str]
    value: float


class SentMetric(msgspec.Struct, array_like=True):
    """A metric as one worker sends it to another."""

    name: str
    documentation: str
    type: str
    samples: list[SentSample]


class WorkerMetrics:
    """The metrics of a process and of the other workers, if there are any."""

    def __init__(
        self,
        metrics: Metrics,
        live: LiveSnapshot,
        watcher: SnapshotWatcher,
        connections: ConnectionCounts,
        group: WorkerGroup | None,
    ) -> None:
        self._metrics = metrics
        self._live = live
        self._watcher = watcher
        self._connections = connections
        self._group = group
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Start answering the other workers."""
        if self._group:
            self._server = await asyncio.start_server(self._send, sock=self._group.listeners[self._group.number])

    def close(self) -> None:
        """Stop answering the other workers; the successor does it."""
        if self._server:
            self._server.close()

    async def text(self) -> bytes:
        """Returns Prometheus's text format."""
        if self._group is None:
            return await asyncio.to_thread(generate_latest, _Collected(self._own()))
        asked = [self._ask(number) for number in range(len(self._group.listeners))]
        return await asyncio.to_thread(join, dict(enumerate(await asyncio.gather(*asked))))

    def _own(self) -> Iterable[Metric]:
        self._metrics.follow(self._live, self._watcher, self._connections)
        return self._metrics.collect()

    async def _ask(self, number: int) -> list[SentMetric]:
        """Returns the metrics of a worker; none if it does not answer."""
        if self._group is None or number == self._group.number:
            return await asyncio.to_thread(to_send, self._own())
        address = self._group.listeners[number].getsockname()
        with suppress(OSError, msgspec.DecodeError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                reader, writer = await asyncio.open_connection(*address)
                try:
                    return msgspec.msgpack.decode(await reader.read(), type=list[SentMetric])
                finally:
                    writer.close()
        return []

    async def _send(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(msgspec.msgpack.encode(await asyncio.to_thread(to_send, self._own())))
        writer.close()


class _Collected(Collector):
    """Metrics that have been collected already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._collected = metrics

    def collect(self) -> Iterable[Metric]:
        return self._collected


def to_send(metrics: Iterable[Metric]) -> list[SentMetric]:
    """Returns metrics in the form in which workers send them."""
    return [
        SentMetric(
            each.name,
            each.documentation,
            each.type,
            [SentSample(sample.name, dict(sample.labels), sample.value) for sample in each.samples],
        )
        for each in metrics
    ]


def join(sent: Mapping[int, Sequence[SentMetric]]) -> bytes:
    """Returns one text. Each sample has the number of its worker. A worker without metrics did not answer."""
    up = GaugeMetricFamily("finder_worker_up", "Whether the worker sent its metrics.", labels=("worker",))
    joined: dict[str, Metric] = {up.name: up}
    for number, metrics in sent.items():
        up.add_metric((str(number),), bool(metrics))
        for each in metrics:
            metric = joined.setdefault(each.name, Metric(each.name, each.documentation, each.type))
            for sample in each.samples:
                metric.add_sample(sample.name, {"worker": str(number), **sample.labels}, sample.value)
    return generate_latest(_Collected(joined.values()))
