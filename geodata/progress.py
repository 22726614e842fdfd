"""Progress of long work: the steps it takes, and how much of each is done."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

OnProgress = Callable[[float], None]
"""Receives the share of a file that has been read, from 0 to 1. What it raises ends the reading."""


class Step(Protocol):
    """One step of long work."""

    def update(self, done: int, /) -> None:
        """Report how much more is done, in the unit of the step's total. What this raises ends the work."""


class Progress(Protocol):
    """What long work reports its steps to."""

    def start_step(self, what: str, total: int | None, *, in_bytes: bool = False) -> Step:
        """Start a step. `total` is a number of things or of bytes, None where it is not known."""


class _SilentStep:
    def update(self, done: int, /) -> None:
        pass


class _SilentProgress:
    def start_step(self, what: str, total: int | None, *, in_bytes: bool = False) -> Step:  # noqa: ARG002
        return NO_STEP


NO_STEP: Step = _SilentStep()
NO_PROGRESS: Progress = _SilentProgress()


def ignore_progress(_: float, /) -> None:
    """An OnProgress that does nothing."""


def counted(items: Iterable[Item], step: Step) -> Iterator[Item]:
    """Yields the same items and reports each once it has been dealt with."""
    for item in items:
        yield item
        step.update(1)


def share_reporter(step: Step, total: int) -> OnProgress:
    """Returns an OnProgress that updates a step by the share of `total` that was done since its last call."""
    reported = 0

    def report(share: float) -> None:
        nonlocal reported
        step.update(int(share * total) - reported)
        reported = int(share * total)

    return report


async def run_in_thread(work: Callable[[Progress], Result], progress: Progress = NO_PROGRESS) -> Result:
    """Runs blocking work in a thread, so that the event loop keeps running.

    A cancelled caller stops the work at its next progress report.
    """
    import asyncio  # noqa: PLC0415 - 25 ms, which no process of the sandbox needs

    stopped = threading.Event()
    try:
        return await asyncio.to_thread(work, _StoppableProgress(progress, stopped))
    except asyncio.CancelledError:
        stopped.set()
        raise


class _StoppableStep:
    def __init__(self, step: Step, stopped: threading.Event) -> None:
        self._step = step
        self._stopped = stopped

    def update(self, done: int, /) -> None:
        if self._stopped.is_set():
            from asyncio import CancelledError  # noqa: PLC0415 - as above

            raise CancelledError
        self._step.update(done)


class _StoppableProgress:
    """Raises CancelledError in the working thread once `stopped` is set."""

    def __init__(self, progress: Progress, stopped: threading.Event) -> None:
        self._progress = progress
        self._stopped = stopped

    def start_step(self, what: str, total: int | None, *, in_bytes: bool = False) -> Step:
        step = _StoppableStep(self._progress.start_step(what, total, in_bytes=in_bytes), self._stopped)
        step.update(0)
        return step
