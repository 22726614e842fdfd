"""Work beside the event loop: the loop goes on, and who stops waiting stops the work."""

import asyncio
import threading
import time

import pytest

from geodata.in_thread import in_thread
from geodata.progress import Advance, Begin


async def test_the_event_loop_goes_on_while_the_work_is_done() -> None:
    let_go = threading.Event()
    asyncio.get_running_loop().call_soon(let_go.set)

    assert await in_thread(lambda _: let_go.wait(10))


async def test_what_the_work_tells_is_heard() -> None:
    heard: list[object] = []

    def begin(what: str, total: int | None, *, in_bytes: bool = False) -> Advance:
        heard.append((what, total, in_bytes))
        return heard.append

    await in_thread(lambda begun: begun("sheep counted", 9)(5), begin)

    assert heard == [("sheep counted", 9, False), 0, 5]


async def test_work_that_nobody_waits_for_ends_the_next_time_that_it_tells_something() -> None:
    began, ended = threading.Event(), threading.Event()

    def work(begin: Begin) -> None:
        advance = begin("sheep counted", 1000)
        try:
            for _ in range(1000):
                advance(1)
                began.set()
                time.sleep(0.01)
        except asyncio.CancelledError:
            ended.set()
            raise

    waiting = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(began.wait)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(ended.wait, 5)
