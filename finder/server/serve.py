"""The production server: one listening socket, and one process or several workers that answer on it."""

import resource
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
import uvloop

from finder import logs
from finder.errors import FinderError, OperatorError
from finder.server.memory_allocator import return_large_blocks
from finder.server.metrics_of_all_workers import WorkerGroup
from finder.server.supervisor import Supervisor, WorkerSlot
from finder.server.worker_process import BACKLOG, Announce, Listeners, WorkerProcess
from finder.settings import Settings
from finder.snapshot.cache_folder import cache_folder
from finder.website.page_renderer import compile_templates
from geodata.police_forces import PoliceForces
from geodata.unreadable_characters import without_unreadable

_OTHER_FILES: Final = 128  # open files that are not connections: listening socket, PostgreSQL, libraries, disk
_EXTRA_SECONDS: Final = 30.0  # for a worker to end after shutdown_seconds: it completes a snapshot that it is building
_RECEIVE_BYTES: Final = 8 * 1024
"""What the system holds of a client's bytes, doubled. uvloop reads all of it at once, by default 256 KB, and so many
chunks of one byte hold the event loop for a twentieth of a second."""

_log = structlog.get_logger(__name__)


def serve(settings: Settings, dsn: str, announce: Announce = lambda _: None) -> None:
    """Serves until SIGINT or SIGTERM; `announce` is called if there is one process only.

    Raises OperatorError if the address is not available, and what reading the database raises.
    """
    return_large_blocks()
    logs.open_standard_files()
    logs.set_up(settings)
    settings = settings.model_copy(update={"connections": _allowed_connections(settings.connections)})
    with (
        _listen(settings.host, settings.port, "--port or FINDER_PORT") as public,
        _listen_for_management(settings) as management,
        cache_folder(settings.cache_dir) as folder,
    ):
        listeners = Listeners(public, management)
        settings = settings.model_copy(update={"cache_dir": folder})
        if settings.workers == 1:
            uvloop.run(WorkerProcess(settings, dsn, listeners, announce).run())
        else:
            PoliceForces.read()
            compile_templates()
            metrics_listeners = [_listen("127.0.0.1", 0, "") for _ in range(settings.workers)]
            work = _Work(settings, dsn, listeners, metrics_listeners)
            Supervisor(work, settings.workers, settings.shutdown_seconds + _EXTRA_SECONDS).run()


def _allowed_connections(wanted: int) -> int:
    """Raises this process's limit on open files for its connections; returns how many of them it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else max(min(wanted, hard - _OTHER_FILES), 1)
    if allowed < wanted:
        _log.warning("connections_limited", wanted=wanted, allowed=allowed, remedy="raise the limit on open files")
    if soft != resource.RLIM_INFINITY and soft < allowed + _OTHER_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed + _OTHER_FILES, hard))
    return allowed


def _listen_for_management(settings: Settings) -> socket.socket:
    """Returns the socket for management; on any free port if the default one is taken, as by a second instance."""
    try:
        return _listen(settings.management_host, settings.management_port, "FINDER_MANAGEMENT_PORT")
    except OperatorError:
        if "management_port" in settings.model_fields_set:
            raise
    listener = _listen(settings.management_host, 0, "FINDER_MANAGEMENT_HOST")
    port = listener.getsockname()[1]
    _log.warning("management_port_taken", wanted=settings.management_port, port=port, remedy="FINDER_MANAGEMENT_PORT")
    return listener


def _listen(host: str, port: int, remedy: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]  # Python repeats the address there
        message = f"Cannot listen on {host} port {port}: {reason}. Choose another with {remedy}."
        raise OperatorError(message) from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
    return listener


@dataclass(frozen=True, slots=True)
class _Work:
    """What the supervisor has each worker do."""

    settings: Settings
    dsn: str
    listeners: Listeners
    metrics_listeners: Sequence[socket.socket]

    def __call__(self, slot: WorkerSlot, report_ready: Callable[[], None]) -> int:
        """Serves until the worker is stopped; returns its exit code."""
        group = WorkerGroup(slot.number, self.metrics_listeners)
        process = WorkerProcess(self.settings, self.dsn, self.listeners, lambda _: report_ready(), slot, group)
        try:
            uvloop.run(process.run())
        except FinderError as refusal:
            print(without_unreadable(str(refusal)), file=sys.stderr, flush=True)  # noqa: T201 - the process ends with it
            return 1
        except Exception as error:  # noqa: BLE001 - logged without its text, which may quote a request
            _log.error("worker_failed", error=type(error).__name__, frames=logs.frames(error))
            return 1
        return 0
