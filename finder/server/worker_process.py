"""One process that answers requests: from its start, through the signal to stop, to its last response."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import structlog
from aiohttp import web

from finder.server.app import build_app
from finder.server.app_keys import REQUEST_MIDDLEWARE, WATCHER, WORKER_METRICS
from finder.server.application_runner import ApplicationRunner
from finder.server.connection_and_time_limits import Limits
from finder.server.management import MANAGEMENT_LIMITS, management_app
from finder.server.metrics_of_all_workers import WorkerGroup
from finder.server.supervisor import WorkerSlot
from finder.settings import Settings

BACKLOG: Final = 1024
Announce = Callable[[str], None]
"""Receives the address once requests are answered there."""

_THREADS: Final = 2
_SWITCH_SECONDS: Final = 0.0005  # a thread that builds a snapshot then lets requests in; Python's default is 0.005
_GRACE_SECONDS: Final = 1.0  # in which a client may send one more request on an open connection
_LAST_SECONDS: Final = 0.2  # for requests that are still open after shutdown_seconds
_POLL_SECONDS: Final = 0.02

_log = structlog.get_logger(__name__)


class Listeners(NamedTuple):
    """The listening sockets, which all workers share."""

    public: socket.socket
    management: socket.socket

    def for_log(self) -> dict[str, str]:
        """Returns both addresses as the log has them."""
        host, port = self.management.getsockname()[:2]
        return {"address": listening_address(self.public), "management": f"{host}:{port}"}


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """The service in this process; `slot` and `group` are None if it is the only one."""

    settings: Settings
    dsn: str
    listeners: Listeners
    announce: Announce
    slot: WorkerSlot | None = None
    group: WorkerGroup | None = None

    async def run(self) -> None:
        """Serves until SIGINT or SIGTERM; raises what reading the database raises at the start."""
        # The allocator keeps memory for each thread, so there are few. One may build a snapshot while another
        # compresses a long response.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        sys.setswitchinterval(_SWITCH_SECONDS)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if self.slot:
            asyncio.get_running_loop().add_reader(self.slot.lifeline, _stop_orphan, self.slot.lifeline, stop)
        app = build_app(self.settings, self.dsn, self.group)
        runner = ApplicationRunner(app, Limits.from_settings(self.settings), shutdown_timeout=_LAST_SECONDS)
        management = ApplicationRunner(management_app(app), MANAGEMENT_LIMITS, shutdown_timeout=_LAST_SECONDS)
        try:
            await runner.setup()
            await management.setup()
            sites = [
                web.SockSite(runner, self.listeners.public, backlog=BACKLOG),
                web.SockSite(management, self.listeners.management, backlog=BACKLOG),
            ]
            if await self._start(app, sites, stop):
                await stop.wait()
                _log.info("stopping", pid=os.getpid())
                app[WORKER_METRICS].close()
                for site in sites:
                    await site.stop()
                await _drain(app, runner, self.settings.shutdown_seconds)
        finally:
            await management.cleanup()
            await runner.cleanup()

    async def _start(self, app: web.Application, sites: Sequence[web.SockSite], stop: asyncio.Event) -> bool:
        """Accepts connections and waits for the first snapshot. Returns False if it was stopped before that.

        The only process accepts at once, so that clients get a 503 meanwhile. One of several waits first.
        """
        watcher, addresses = app[WATCHER], self.listeners.for_log()
        is_only = self.slot is None or self.slot.alone
        if is_only:
            await _start_all(sites)
        if not watcher.has_read:
            _log.info("listening", **addresses, pid=os.getpid(), ready=False)
            if not await _completes_before(watcher.wait_for_first_read(), stop):
                return False
        # Else a full collection would go through all that was imported, and hold the event loop for 50 ms.
        gc.collect()
        gc.freeze()
        if not is_only:
            await _start_all(sites)
        await app[WORKER_METRICS].open()
        _log.info("serving", **addresses, pid=os.getpid())
        self.announce(addresses["address"])
        return True


async def _start_all(sites: Sequence[web.SockSite]) -> None:
    for site in sites:
        await site.start()


def listening_address(listener: socket.socket) -> str:
    """Returns the URL at which a socket listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _stop_orphan(lifeline: int, stop: asyncio.Event) -> None:
    """Stop because the supervisor was killed: this worker would keep the port from the next supervisor."""
    asyncio.get_running_loop().remove_reader(lifeline)
    _log.error("supervisor_gone", pid=os.getpid())
    stop.set()


async def _completes_before(coroutine: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    """Whether a coroutine ends before the process is stopped; raises what it raises."""
    waiting, stopping = asyncio.create_task(coroutine), asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not waiting.done():
        waiting.cancel()
        return False
    waiting.result()
    return True


async def _drain(app: web.Application, runner: ApplicationRunner, max_seconds: float) -> None:
    """Waits for open requests to end, and for clients to send one more request on open connections.

    Each connection is closed with its next response. One whose response had been begun already stays open for one
    more. This comes before the runner's cleanup, which would not read the rest of a request body.
    """
    app[REQUEST_MIDDLEWARE].closes_connections = True
    clock = asyncio.get_running_loop().time
    last_busy, deadline = clock(), clock() + max(max_seconds, _GRACE_SECONDS)
    # aiohttp has no event for the end of the last connection.
    while runner.server and runner.server.connections and clock() < deadline:
        if runner.limited_server.is_busy:
            last_busy = clock()
        elif clock() - last_busy >= _GRACE_SECONDS:
            return
        await asyncio.sleep(_POLL_SECONDS)
