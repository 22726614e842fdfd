"""What `/metrics` tells: the figures of this process, or of every worker, each under its number.

The supervisor gives each worker a listening socket on the loopback interface. Whichever worker is asked asks the others
there, so that one scrape shows all of them; nothing is added up, since Prometheus does that, and better: it sees when
one worker begins anew.
"""

import asyncio
import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from finder.server.app_keys import Connections
from finder.server.metrics import Metrics
from finder.snapshot.live import LiveSnapshot
from finder.snapshot.watcher import SnapshotWatcher

_PATIENCE: Final = 1.0  # seconds
_NAME: Final = re.compile(r"^(\w+)(?:\{| )")
_UP: Final = "# HELP finder_worker_up Whether the worker told its figures.\n# TYPE finder_worker_up gauge"


@dataclass(frozen=True, slots=True)
class WorkerGroup:
    """The number of this worker, and where each of them, itself included, tells its figures."""

    number: int
    listeners: Sequence[socket.socket]


class WorkerMetrics:
    """The figures of a process and, where there are, of those that work beside it."""

    def __init__(
        self,
        metrics: Metrics,
        live: LiveSnapshot,
        watcher: SnapshotWatcher,
        connections: Connections,
        crew: WorkerGroup | None,
    ) -> None:
        self._metrics = metrics
        self._live = live
        self._watcher = watcher
        self._connections = connections
        self._crew = crew
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Tell the others from now on."""
        if self._crew:
            self._server = await asyncio.start_server(self._tell, sock=self._crew.listeners[self._crew.number])

    def close(self) -> None:
        """Tell the others no more: a successor does."""
        if self._server:
            self._server.close()

    async def text(self) -> bytes:
        """Prometheus's text format."""
        if self._crew is None:
            return self._own()
        asked = [self._ask(number) for number in range(len(self._crew.listeners))]
        told = dict(enumerate(await asyncio.gather(*asked)))
        return join({number: text.decode() for number, text in told.items()}).encode()

    def _own(self) -> bytes:
        self._metrics.follow(self._live, self._watcher, self._connections)
        return self._metrics.render()

    async def _ask(self, number: int) -> bytes:
        """What a worker tells; nothing where it does not answer."""
        if self._crew is None or number == self._crew.number:
            return self._own()
        address = self._crew.listeners[number].getsockname()
        with suppress(OSError):
            async with asyncio.timeout(_PATIENCE):
                reader, writer = await asyncio.open_connection(*address)
                try:
                    return await reader.read()
                finally:
                    writer.close()
        return b""

    async def _tell(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._own())
        writer.close()


WORKER_METRICS: Final = web.AppKey("figures", WorkerMetrics)


def join(told: Mapping[int, str]) -> str:
    """One text of several, each sample with the number of its worker; an empty one means that it did not answer."""
    families: dict[str, list[str]] = {_UP: [f'finder_worker_up{{worker="{n}"}} {int(bool(told[n]))}' for n in told]}
    for number, text in told.items():
        head = ""
        for line in text.splitlines():
            if line.startswith("# HELP"):
                head = line
            elif line.startswith("# TYPE"):
                head = f"{head}\n{line}"
            else:
                families.setdefault(head, []).append(_labelled(line, number))
    return "".join(f"{line}\n" for head, lines in families.items() for line in (head, *lines))


def _labelled(sample: str, number: int) -> str:
    found = _NAME.match(sample)
    if found is None:
        return sample
    name, rest = found[1], sample[len(found[1]) :]
    more = f",{rest[1:]}" if rest.startswith("{") else f"}}{rest}"
    return f'{name}{{worker="{number}"{more}'
