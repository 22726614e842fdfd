"""Runs worker processes: replaces one that dies, renews all of them one by one, and ends all of them."""

import gc
import math
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NoReturn

import structlog

from finder.errors import OperatorError

_ENDING: Final = frozenset({signal.SIGTERM, signal.SIGINT})
_SIGNALS: Final = _ENDING | {signal.SIGHUP, signal.SIGCHLD}
_READY: Final = b"r"
_READY_SECONDS: Final = 60.0
_RETRY_SECONDS: Final = 2.0  # between attempts to replace a worker
_POLL_SECONDS: Final = 0.1

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSlot:
    """The place of a worker among the others."""

    number: int  # from 0; a successor has the number of the worker that it replaces
    alone: bool  # no other worker serves, so it should accept connections before it is ready
    lifeline: int  # a file descriptor that reaches its end when the supervisor ends, even if it is killed


Work = Callable[[WorkerSlot, Callable[[], None]], int]


class Supervisor:
    """Runs `work` in `count` forked processes. `work` calls the function it gets when ready, and returns an exit code.

    The first worker may take any time to become ready. A later one has a minute, and is killed then.

    SIGTERM and SIGINT end all workers. SIGHUP renews them one by one: an old worker ends only when its successor is
    ready, so there is always one that accepts connections. If the supervisor is killed, its workers end themselves:
    only the supervisor holds the other end of the pipe `lifeline`. A worker that has not ended `patience` seconds after
    SIGTERM is killed.
    """

    def __init__(self, work: Work, count: int, patience: float) -> None:
        self._work = work
        self._count = count
        self._patience = patience
        self._workers: dict[int, int] = {}  # process id -> number of its slot
        self._retry_at = 0.0
        self._lifeline, self._held = os.pipe()

    def run(self) -> None:
        """Run until SIGTERM or SIGINT. Raises OperatorError if the first worker does not start."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        # The collector would write to every imported object, and so copy its memory into each worker.
        gc.collect()
        gc.freeze()
        try:
            for number in range(self._count):
                # If another than the first does not start, the first keeps serving and the start is tried again.
                if not self._start(number) and number == 0 and not _is_ending():
                    message = "A worker did not start; what it said stands above."
                    raise OperatorError(message)
            self._watch()
        finally:
            self._stop(*self._workers)
            os.close(self._held)
            os.close(self._lifeline)
            _forget(_ENDING)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _watch(self) -> None:
        while not _is_ending():
            self._replace_dead()
            received = signal.sigtimedwait(_SIGNALS - _ENDING, _POLL_SECONDS)
            if received and received.si_signo == signal.SIGHUP:
                self._renew()

    def _renew(self) -> None:
        _log.info("workers_renewing", workers=len(self._workers))
        for old, number in list(self._workers.items()):
            if not self._start(number):
                _log.error("renewal_abandoned", reason="a new worker did not start; the old ones go on")
                return
            self._stop(old)
        _log.info("workers_renewed")

    def _replace_dead(self) -> None:
        for worker in list(self._workers):
            if status := self._ended(worker):
                _log.error("worker_died", pid=worker, status=status)
        missing = sorted(set(range(self._count)) - set(self._workers.values()))
        if missing and time.monotonic() >= self._retry_at and not self._start(missing[0]):
            self._retry_at = time.monotonic() + _RETRY_SECONDS

    def _start(self, number: int) -> bool:
        """Fork a worker and wait until it is ready.

        Returns False if the worker dies or takes too long (it is killed then), or if this process is to end.
        """
        slot = WorkerSlot(number, not self._workers, self._lifeline)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(self._held)
            os.close(reading)
            self._become_worker(slot, writing)
        os.close(writing)
        self._workers[pid] = number
        try:
            is_ready = self._is_ready(reading, math.inf if slot.alone else _READY_SECONDS)
        finally:
            os.close(reading)
        if not is_ready and self._ended(pid) is None and not _is_ending():
            self._kill(pid)  # it accepts no connections yet, so no request is lost
        return is_ready

    def _become_worker(self, slot: WorkerSlot, writing: int) -> NoReturn:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        code = 1
        try:
            code = self._work(slot, lambda: _report_ready(writing))
        finally:
            os._exit(code)

    @staticmethod
    def _is_ready(reading: int, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and not _is_ending():
            if select.select([reading], [], [], _POLL_SECONDS)[0]:
                return os.read(reading, 1) == _READY
        return False

    def _ended(self, worker: int) -> int | None:
        """Return the wait status of a worker if it has ended, else None. Removes an ended worker from the workers."""
        pid, status = os.waitpid(worker, os.WNOHANG)
        if not pid:
            return None
        del self._workers[worker]
        return status or -1

    def _stop(self, *workers: int) -> None:
        """Send SIGTERM to workers, and wait until they have ended."""
        for worker in workers:
            os.kill(worker, signal.SIGTERM)
        deadline = time.monotonic() + self._patience
        for worker in workers:
            while self._ended(worker) is None:
                if time.monotonic() >= deadline:
                    _log.error("worker_hangs", pid=worker)
                    self._kill(worker)
                    break
                signal.sigtimedwait({signal.SIGCHLD}, _POLL_SECONDS)

    def _kill(self, worker: int) -> None:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
        del self._workers[worker]


def _report_ready(writing: int) -> None:
    with suppress(BrokenPipeError):  # the supervisor is gone; the worker sees that by its lifeline
        os.write(writing, _READY)
    os.close(writing)


def _is_ending() -> bool:
    return not _ENDING.isdisjoint(signal.sigpending())


def _forget(numbers: frozenset[signal.Signals]) -> None:
    """Discard pending signals that have been handled, so that they do not kill this process when unblocked."""
    while not numbers.isdisjoint(signal.sigpending()):
        signal.sigtimedwait(numbers, 0)
