"""The production server: one listening socket, one or more worker processes, a shutdown that loses no request."""

import asyncio
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
import uvloop
from aiohttp import web

from finder import logs
from finder.errors import FinderError, OperatorError
from finder.server.app import build_app
from finder.server.app_keys import REQUEST_MIDDLEWARE, WATCHER, WORKER_METRICS
from finder.server.application_runner import ServiceRunner
from finder.server.connection_limits import Limits
from finder.server.memory_allocator import return_large_blocks
from finder.server.supervisor import Supervisor, WorkerSlot
from finder.server.worker_metrics import WorkerGroup
from finder.settings import Settings
from finder.snapshot.cache_folder import cache_folder
from geodata.police_forces import PoliceForces

_BACKLOG: Final = 1024
_OTHER_FILES: Final = 128  # besides connections: the listening socket, PostgreSQL, libraries, answers from disk
_THREADS: Final = 2
_IDLE_SECONDS: Final = 1.0  # time for idle connections to send one more request before they are closed
_EXTRA_SECONDS: Final = 30.0  # added to the time in which a worker must end: it first finishes building a snapshot
_LAST_SECONDS: Final = 0.2  # time for requests that are still open after the shutdown time
_POLL_SECONDS: Final = 0.02
_SWITCH_SECONDS: Final = 0.0005  # so that a thread that builds a snapshot gives way to requests; the default is 0.005

_log = structlog.get_logger(__name__)
Announce = Callable[[str], None]


def serve(settings: Settings, dsn: str, announce: Announce = lambda _: None) -> None:
    """Serve until SIGINT or SIGTERM. With one process, calls `announce` with the address once requests are answered.

    Raises OperatorError if it cannot listen on the address, and any error from reading the database.
    """
    return_large_blocks()
    logs.open_standard_files()
    logs.set_up(settings)
    settings = settings.model_copy(update={"connections": _allowed_connections(settings.connections)})
    with _listen(settings.host, settings.port) as listener, cache_folder(settings.cache_dir) as folder:
        settings = settings.model_copy(update={"cache_dir": folder})
        if settings.workers == 1:
            uvloop.run(_Process(settings, dsn, listener, announce).run())
        else:
            PoliceForces.read()
            inside = [_listen("127.0.0.1", 0) for _ in range(settings.workers)]
            work = partial(_run_worker, settings, dsn, listener, inside)
            Supervisor(work, settings.workers, settings.shutdown_seconds + _EXTRA_SECONDS).run()


def _allowed_connections(wanted: int) -> int:
    """Raise this process's limit on open files for its connections. Return how many connections the limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else max(min(wanted, hard - _OTHER_FILES), 1)
    if most < wanted:
        _log.warning("connections_limited", wanted=wanted, allowed=most, remedy="raise the limit on open files")
    if soft != resource.RLIM_INFINITY and soft < most + _OTHER_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most + _OTHER_FILES, hard))
    return most


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]  # Python repeats the address there
        message = f"Cannot listen on {host} port {port}: {reason}. Choose another with --port or FINDER_PORT."
        raise OperatorError(message) from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@dataclass(frozen=True, slots=True)
class _Process:
    """One process that serves."""

    settings: Settings
    dsn: str
    listener: socket.socket
    announce: Announce
    slot: WorkerSlot | None = None  # None if there is no supervisor and no other worker
    group: WorkerGroup | None = None

    async def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises any error from reading the database at the start."""
        # Two threads, because the allocator gives each thread memory that it keeps. One may build a snapshot while the
        # other compresses a long answer.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        sys.setswitchinterval(_SWITCH_SECONDS)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if self.slot:
            asyncio.get_running_loop().add_reader(self.slot.lifeline, _end_orphaned, self.slot.lifeline, stop)
        app = build_app(self.settings, self.dsn, self.group)
        runner = ServiceRunner(app, Limits.from_settings(self.settings), shutdown_timeout=_LAST_SECONDS)
        try:
            await runner.setup()
            site = web.SockSite(runner, self.listener, backlog=_BACKLOG)
            if await self._start(app, site, stop):
                await stop.wait()
                _log.info("stopping", pid=os.getpid())
                app[WORKER_METRICS].close()
                await site.stop()
                await _drain(app, runner, self.settings.shutdown_seconds)
        finally:
            await runner.cleanup()

    async def _start(self, app: web.Application, site: web.SockSite, stop: asyncio.Event) -> bool:
        """Accept connections and read the live publication.

        A process without other workers accepts first, so that `/readyz` answers meanwhile. Any other reads first.
        Returns False if it was stopped before it was ready.
        """
        watcher, address = app[WATCHER], _address(self.listener)
        alone = self.slot is None or self.slot.alone
        if alone:
            await site.start()
        if not watcher.has_read:
            _log.info("listening", address=address, pid=os.getpid(), ready=False)
            if not await _ends_before(watcher.wait_for_first_read(), stop):
                return False
        if not alone:
            await site.start()
        await app[WORKER_METRICS].open()
        _log.info("serving", address=address, pid=os.getpid())
        self.announce(address)
        return True


def _end_orphaned(lifeline: int, stop: asyncio.Event) -> None:
    """Stop this worker after its supervisor was killed: nobody would replace it, and it would keep the port in use."""
    asyncio.get_running_loop().remove_reader(lifeline)
    _log.error("supervisor_gone", pid=os.getpid())
    stop.set()


async def _ends_before(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    """Whether the work ends before `stop` is set. Raises the error of the work, and cancels it after `stop`."""
    waiting, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not waiting.done():
        waiting.cancel()
        return False
    waiting.result()
    return True


async def _drain(app: web.Application, runner: ServiceRunner, patience: float) -> None:
    """Wait for open requests, and for a last request on idle connections.

    Each connection is closed after its next response. This must happen before the runner's own cleanup, which stops
    reading request bodies.
    """
    app[REQUEST_MIDDLEWARE].closes_connections = True
    began = asyncio.get_running_loop().time()
    # aiohttp has no event for the end of the last connection.
    while runner.server and runner.server.connections:
        passed = asyncio.get_running_loop().time() - began
        if passed >= _IDLE_SECONDS and (passed >= patience or not runner.limited_server.is_busy):
            return
        await asyncio.sleep(_POLL_SECONDS)


def _run_worker(  # noqa: PLR0913, PLR0917 - half of it stays the same for all workers
    settings: Settings,
    dsn: str,
    listener: socket.socket,
    inside: Sequence[socket.socket],
    slot: WorkerSlot,
    ready: Callable[[], None],
) -> int:
    """Run a worker process. Returns its exit code."""
    try:
        group = WorkerGroup(slot.number, inside)
        uvloop.run(_Process(settings, dsn, listener, lambda _: ready(), slot, group).run())
    except FinderError as refusal:
        print(refusal, file=sys.stderr, flush=True)  # noqa: T201 - the process ends here
        return 1
    except Exception as error:  # noqa: BLE001 - logged without its text, which may quote a request
        _log.error("worker_failed", error=type(error).__name__, frames=logs.frames(error))
        return 1
    return 0
