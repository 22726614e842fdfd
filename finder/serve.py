"""The production server: one listening socket, one or more worker processes, a quiet end."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final

import structlog
import uvloop
from aiohttp import web

from finder import logs
from finder.app import build_app
from finder.errors import FinderError, OperatorError
from finder.runner import Runner
from finder.settings import Settings

# aiohttp's own limit on the request line is 8,190 bytes and answers beyond it in plain text; ours is high enough for
# any text that a person can paste to be told that it is no postcode.
LONGEST_LINE: Final = 32 * 1024
_BACKLOG: Final = 1024

_log = structlog.get_logger(__name__)
Ready = Callable[[str], None]


def serve(settings: Settings, dsn: str, ready: Ready = lambda _: None) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is told the address once requests are answered.

    Raises OperatorError where the address cannot be listened on, and what reading the database raises.
    """
    logs.set_up(settings)
    with _listen(settings.host, settings.port) as listener:
        if settings.workers == 1:
            uvloop.run(_serve(settings, dsn, listener, ready))
        else:
            _supervise(settings, dsn, listener, ready)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        message = f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with --port or FINDER_PORT."
        raise OperatorError(message) from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


async def _serve(settings: Settings, dsn: str, listener: socket.socket, ready: Ready) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = Runner(
        build_app(settings, dsn),
        access_log=None,
        max_line_size=LONGEST_LINE,
        shutdown_timeout=settings.shutdown_seconds,
    )
    try:
        await runner.setup()
        await web.SockSite(runner, listener, backlog=_BACKLOG).start()
        _log.info("serving", address=_address(listener), pid=os.getpid())
        ready(_address(listener))
        await stop.wait()
        _log.info("stopping", pid=os.getpid())
    finally:
        await runner.cleanup()


def _supervise(settings: Settings, dsn: str, listener: socket.socket, ready: Ready) -> None:
    """Keep so many workers; one that dies is replaced, and all end when this process is told to."""
    stopping = False
    workers: set[int] = set()

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in workers:
            os.kill(pid, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    listener.set_inheritable(True)
    failures = 0
    while not stopping or workers:
        while len(workers) < settings.workers and not stopping:
            workers.add(_fork(settings, dsn, listener, ready if not failures else lambda _: None))
        pid, status = os.wait()
        workers.discard(pid)
        if not stopping:
            failures += 1
            _log.error("worker_died", pid=pid, status=status)


def _fork(settings: Settings, dsn: str, listener: socket.socket, ready: Ready) -> int:
    """Start a worker and give its process id."""
    pid = os.fork()
    if pid:
        return pid
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    code = 0
    try:
        uvloop.run(_serve(settings, dsn, listener, ready))
    except FinderError as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - the last words of a process
        code = 1
    except BaseException as error:  # noqa: BLE001 - a worker must end here and not run on as a second supervisor
        _log.exception("worker_failed", error=type(error).__name__, frames=logs.frames(error))
        code = 1
    finally:
        sys.stderr.flush()
        os._exit(code)
