"""Keeps a number of worker processes: replaces one that dies, renews all of them in turn, ends them together."""

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
_PATIENCE: Final = 60.0  # seconds for a worker to become ready
_PAUSE: Final = 2.0  # seconds between attempts to replace a worker, so that a fault does not spin
_POLL: Final = 0.1

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSlot:
    """Where a worker stands among the others."""

    number: int  # from 0; a successor gets that of the one it replaces
    alone: bool  # nobody else serves, so that it had better accept before it is ready
    lifeline: int  # a file descriptor that reads as ended once the supervisor is gone, killed or not


Work = Callable[[WorkerSlot, Callable[[], None]], int]


class Supervisor:
    """Runs `work` in so many forked processes; it is given what to call once it is ready, and gives an exit code.

    The first worker may take as long as it likes to become ready; one that is to stand beside others or replace them
    gets a minute, and is given up then.

    SIGTERM and SIGINT end all workers, SIGHUP renews them one by one: each old one is told to end only when its
    successor is ready, so that somebody always accepts. Workers are to end themselves where the supervisor cannot tell
    them to any more: each has its `lifeline`, a pipe of which only the supervisor holds the other end. One that has not
    ended after `patience`, in seconds, hangs and is killed.
    """

    def __init__(self, work: Work, count: int, patience: float) -> None:
        self._work = work
        self._count = count
        self._patience = patience
        self._workers: dict[int, int] = {}  # process ids, and the number of the slot of each
        self._retry_at = 0.0
        self._lifeline, self._held = os.pipe()

    def run(self) -> None:
        """Until told to end. Raises OperatorError where the first worker does not start."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        # What was imported stays as it is: the collector would write to all of it, and so copy it in every worker.
        gc.collect()
        gc.freeze()
        try:
            for number in range(self._count):
                # One that answers is not ended because another cannot follow it yet: that is tried again and again.
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
            received = signal.sigtimedwait(_SIGNALS - _ENDING, _POLL)
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
            self._retry_at = time.monotonic() + _PAUSE

    def _start(self, number: int) -> bool:
        """Fork a worker and wait until it is ready.

        False where it dies before, takes too long and so is ended, or this process is told to end.
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
            is_ready = self._is_ready(reading, math.inf if slot.alone else _PATIENCE)
        finally:
            os.close(reading)
        if not is_ready and self._ended(pid) is None and not _is_ending():
            self._kill(pid)  # it accepts nothing yet, so nobody loses a request
        return is_ready

    def _become_worker(self, slot: WorkerSlot, writing: int) -> NoReturn:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        code = 1
        try:
            code = self._work(slot, lambda: _tell(writing))
        finally:
            os._exit(code)

    @staticmethod
    def _is_ready(reading: int, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and not _is_ending():
            if select.select([reading], [], [], _POLL)[0]:
                return os.read(reading, 1) == _READY
        return False

    def _ended(self, worker: int) -> int | None:
        """The wait status of a worker that has ended, once; it is then no longer among the workers."""
        pid, status = os.waitpid(worker, os.WNOHANG)
        if not pid:
            return None
        del self._workers[worker]
        return status or -1

    def _stop(self, *workers: int) -> None:
        """Tell them to end, and wait until they have."""
        for worker in workers:
            os.kill(worker, signal.SIGTERM)
        deadline = time.monotonic() + self._patience
        for worker in workers:
            while self._ended(worker) is None:
                if time.monotonic() >= deadline:
                    _log.error("worker_hangs", pid=worker)
                    self._kill(worker)
                    break
                signal.sigtimedwait({signal.SIGCHLD}, _POLL)

    def _kill(self, worker: int) -> None:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
        del self._workers[worker]


def _tell(writing: int) -> None:
    with suppress(BrokenPipeError):  # the supervisor is gone, which the lifeline tells
        os.write(writing, _READY)
    os.close(writing)


def _is_ending() -> bool:
    return not _ENDING.isdisjoint(signal.sigpending())


def _forget(numbers: frozenset[signal.Signals]) -> None:
    """Take pending signals off the queue: they have been obeyed, and must not kill this process when unblocked."""
    while not numbers.isdisjoint(signal.sigpending()):
        signal.sigtimedwait(numbers, 0)
