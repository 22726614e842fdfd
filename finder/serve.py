"""The production server: one listening socket, one or more worker processes, a quiet end."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog
import uvloop
from aiohttp import web

from finder import logs
from finder.app import build_app
from finder.errors import FinderError, OperatorError
from finder.keys import DRAIN
from finder.runner import Runner
from finder.settings import Settings
from finder.supervisor import Supervisor

# aiohttp's own limit on the request line is 8,190 bytes and answers beyond it in plain text; ours is high enough for
# any text that a person can paste to be told that it is no postcode.
LONGEST_LINE: Final = 32 * 1024
_BACKLOG: Final = 1024
_GRACE: Final = 1.0  # seconds that kept connections have to send one more request before they are closed
_LOOK_AGAIN: Final = 0.02

_log = structlog.get_logger(__name__)
Ready = Callable[[str], None]


def serve(settings: Settings, dsn: str, ready: Ready = lambda _: None) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is told the address once requests are answered (by one process only).

    Raises OperatorError where the address cannot be listened on, and what reading the database raises.
    """
    logs.set_up(settings)
    with _listen(settings.host, settings.port) as listener:
        if settings.workers == 1:
            uvloop.run(_serve(settings, dsn, listener, ready))
        else:
            Supervisor(partial(_work, settings, dsn, listener), settings.workers).run()


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
    app = build_app(settings, dsn)
    runner = Runner(app, access_log=None, max_line_size=LONGEST_LINE, shutdown_timeout=settings.shutdown_seconds)
    try:
        await runner.setup()
        site = web.SockSite(runner, listener, backlog=_BACKLOG)
        await site.start()
        _log.info("serving", address=_address(listener), pid=os.getpid())
        ready(_address(listener))
        await stop.wait()
        _log.info("stopping", pid=os.getpid())
        await site.stop()
        await _drain(app, runner)
    finally:
        await runner.cleanup()


async def _drain(app: web.Application, runner: web.AppRunner) -> None:
    """Let clients that keep their connections send what they are about to, and close each with its next answer."""
    app[DRAIN].begun = True
    deadline = asyncio.get_running_loop().time() + _GRACE
    # aiohttp has no event for the end of the last connection.
    while runner.server and runner.server.connections and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_AGAIN)


def _work(settings: Settings, dsn: str, listener: socket.socket, ready: Callable[[], None]) -> int:
    """What a worker process does; gives its exit code."""
    try:
        uvloop.run(_serve(settings, dsn, listener, lambda _: ready()))
    except FinderError as refusal:
        print(refusal, file=sys.stderr, flush=True)  # noqa: T201 - the last words of a process
        return 1
    except Exception as error:  # noqa: BLE001 - told without its text, which may quote what was asked
        _log.error("worker_failed", error=type(error).__name__, frames=logs.frames(error))
        return 1
    return 0
