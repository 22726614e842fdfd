"""The production server: one listening socket, one or more worker processes, a quiet end."""

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
_GRACE: Final = 1.0  # seconds that kept connections have to send one more request before they are closed
_AND_THE_REST: Final = 30.0  # seconds more in which a worker must have ended: what it is building is built first
_LAST_MOMENT: Final = 0.2  # seconds for requests that were still open after all the time that they had
_LOOK_AGAIN: Final = 0.02
_SWITCH_SECONDS: Final = 0.0005  # after which a thread that builds a snapshot gives way to requests; usual are 0.005

_log = structlog.get_logger(__name__)
Announce = Callable[[str], None]


def serve(settings: Settings, dsn: str, announce: Announce = lambda _: None) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is told the address once requests are answered (by one process only).

    Raises OperatorError where the address cannot be listened on, and what reading the database raises.
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
            work = partial(_work, settings, dsn, listener, inside)
            Supervisor(work, settings.workers, settings.shutdown_seconds + _AND_THE_REST).run()


def _allowed_connections(wanted: int) -> int:
    """Raise this process's limit on open files as far as its connections need; how many of them it then allows."""
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
    """One process that serves, from its start to its end."""

    settings: Settings
    dsn: str
    listener: socket.socket
    announce: Announce
    slot: WorkerSlot | None = None  # None: no supervisor, nobody beside it
    group: WorkerGroup | None = None

    async def run(self) -> None:
        """Until told to stop; raises what keeps the record from being read at the start."""
        # Each thread gets a share of memory of its own from the allocator and keeps it: few threads, few shares. One
        # may build a snapshot while another compresses a long answer.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        sys.setswitchinterval(_SWITCH_SECONDS)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if self.slot:
            asyncio.get_running_loop().add_reader(self.slot.lifeline, _end_orphaned, self.slot.lifeline, stop)
        app = build_app(self.settings, self.dsn, self.group)
        runner = ServiceRunner(app, Limits.from_settings(self.settings), shutdown_timeout=_LAST_MOMENT)
        try:
            await runner.setup()
            site = web.SockSite(runner, self.listener, backlog=_BACKLOG)
            if await self._begin(app, site, stop):
                await stop.wait()
                _log.info("stopping", pid=os.getpid())
                app[WORKER_METRICS].close()
                await site.stop()
                await _drain(app, runner, self.settings.shutdown_seconds)
        finally:
            await runner.cleanup()

    async def _begin(self, app: web.Application, site: web.SockSite, stop: asyncio.Event) -> bool:
        """Accept and get ready: alone in that order, so that somebody says how things stand; else the other way round.

        False where there was no more to be done but to stop.
        """
        watcher, address = app[WATCHER], _address(self.listener)
        alone = self.slot is None or self.slot.alone
        if alone:
            await site.start()
        if not watcher.has_read:
            _log.info("listening", address=address, pid=os.getpid(), ready=False)
            if not await _first_of(watcher.wait_for_first_read(), stop):
                return False
        if not alone:
            await site.start()
        await app[WORKER_METRICS].open()
        _log.info("serving", address=address, pid=os.getpid())
        self.announce(address)
        return True


def _end_orphaned(lifeline: int, stop: asyncio.Event) -> None:
    """The supervisor was killed: nobody would renew or replace this worker, which keeps the port from the next."""
    asyncio.get_running_loop().remove_reader(lifeline)
    _log.error("supervisor_gone", pid=os.getpid())
    stop.set()


async def _first_of(begun: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    """Whether the one came before the other; raises what it raises."""
    waiting, stopping = asyncio.create_task(begun), asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not waiting.done():
        waiting.cancel()
        return False
    waiting.result()
    return True


async def _drain(app: web.Application, runner: ServiceRunner, patience: float) -> None:
    """Let open requests end, and clients that keep their connections send what they are about to.

    Each connection is closed with its next answer. All of it before the runner's own end: that takes in no more of a
    body that is on its way.
    """
    app[REQUEST_MIDDLEWARE].closes_connections = True
    began = asyncio.get_running_loop().time()
    # aiohttp has no event for the end of the last connection.
    while runner.server and runner.server.connections:
        passed = asyncio.get_running_loop().time() - began
        if passed >= _GRACE and (passed >= patience or not runner.limited_server.is_busy):
            return
        await asyncio.sleep(_LOOK_AGAIN)


def _work(  # noqa: PLR0913, PLR0917 - half of it stays the same for all workers
    settings: Settings,
    dsn: str,
    listener: socket.socket,
    inside: Sequence[socket.socket],
    slot: WorkerSlot,
    ready: Callable[[], None],
) -> int:
    """What a worker process does; gives its exit code."""
    try:
        group = WorkerGroup(slot.number, inside)
        uvloop.run(_Process(settings, dsn, listener, lambda _: ready(), slot, group).run())
    except FinderError as refusal:
        print(refusal, file=sys.stderr, flush=True)  # noqa: T201 - the last words of a process
        return 1
    except Exception as error:  # noqa: BLE001 - told without its text, which may quote what was asked
        _log.error("worker_failed", error=type(error).__name__, frames=logs.frames(error))
        return 1
    return 0
