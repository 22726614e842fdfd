"""Work in a thread: the event loop keeps running, and a cancelled caller stops the work."""

import asyncio
import threading
import time

import pytest

from geodata.progress import Progress, run_in_thread
from tests.support.progress import RecordedProgress


async def test_the_event_loop_goes_on_while_the_work_is_done() -> None:
    released = threading.Event()
    asyncio.get_running_loop().call_soon(released.set)

    assert await run_in_thread(lambda _: released.wait(10))


async def test_the_progress_of_the_work_is_passed_on() -> None:
    heard = RecordedProgress()

    await run_in_thread(lambda progress: progress.start_step("sheep counted", 9).update(5), heard)

    [step] = heard.steps
    assert (step.what, step.total, step.in_bytes, step.updates) == ("sheep counted", 9, False, [0, 5])


async def test_work_that_nobody_waits_for_ends_at_its_next_report() -> None:
    started, ended = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        step = progress.start_step("sheep counted", 1000)
        try:
            for _ in range(1000):
                step.update(1)
                started.set()
                time.sleep(0.01)
        except asyncio.CancelledError:
            ended.set()
            raise

    task = asyncio.create_task(run_in_thread(work))
    await asyncio.to_thread(started.wait)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, 5)
