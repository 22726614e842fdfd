"""Long requests share the event loop: with each other, and with everybody else."""

import asyncio

import pytest

from finder.http import yield_to_event_loop
from finder.http.yield_to_event_loop import LoopTurn


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yield_to_event_loop, "TURN_SECONDS", 0.0)


async def work(done: list[int], number: int, pieces: int) -> None:
    turn = LoopTurn()
    for _ in range(pieces):
        done.append(number)
        await turn.end_if_over()


async def test_many_long_requests_hold_the_loop_no_longer_than_one() -> None:
    done: list[int] = []
    working = [asyncio.create_task(work(done, number, 20)) for number in range(10)]
    await asyncio.sleep(0)
    seen, most = len(done), 0

    while not all(each.done() for each in working):
        await asyncio.sleep(0)
        seen, most = len(done), max(most, len(done) - seen)

    assert len(done) == 200
    assert most == 1


async def test_long_requests_have_equal_shares() -> None:
    done: list[int] = []

    await asyncio.gather(*(work(done, number, 5) for number in range(4)))

    assert done == [0, 1, 2, 3] * 5


async def test_a_request_that_is_cancelled_keeps_nobody_waiting() -> None:
    done: list[int] = []
    first, second = (asyncio.create_task(work(done, number, 3)) for number in range(2))
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.wait_for(second, 5)

    assert done == [0, 1, 1, 1]
