"""Clients that send requests without a pause, and the count of the results."""

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import aiohttp

from scripts.harness.resident_requests import SendRequest, WrongAnswerError
from scripts.harness.waiting import wait_until_async


class BrokenPromiseError(Exception):
    """A promise that did not hold."""


@dataclass(slots=True)
class Tally:
    """Counts of requests: sent, failed and answered wrongly."""

    sent: int = 0
    failed: int = 0
    wrong: int = 0
    resent: int = 0  # those that the client sent again by itself, a kept connection having been closed
    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        said = f"{self.sent:,} sent, {self.failed} failed, {self.wrong} wrong"
        return said + (
            f" ({', '.join(f'{n} x {what}' for what, n in self.faults.most_common(3))})" if self.faults else ""
        )

    def p99_ms(self) -> float:
        """The p99: one in a hundred requests took longer."""
        ordered = sorted(self.seconds)
        return ordered[math.ceil(len(ordered) * 0.99) - 1] * 1000 if ordered else 0.0

    def require_all_right(self) -> None:
        """Raise BrokenPromiseError unless every request was answered correctly."""
        if self.failed or self.wrong or not self.sent:
            raise BrokenPromiseError(str(self))

    def require_no_retry(self) -> None:
        """The same, and raise also if a request had to be sent again, as clients without a proxy may have to."""
        self.require_all_right()
        if self.resent:
            raise BrokenPromiseError(f"{self}, {self.resent} sent again")


@dataclass(slots=True)
class ClientLoad:
    """Clients that send requests until the block ends, each with a pause between its requests."""

    address: str
    kinds: Sequence[SendRequest]
    clients: int = 4
    pause: float = 0.005
    tally: Tally = field(default_factory=Tally)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._client()) for _ in range(self.clients)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping = True
        await asyncio.gather(*self._tasks)

    async def wait_for_requests(self, count: int) -> None:
        """Wait until so many more requests have been sent."""
        target = self.tally.sent + count
        await wait_until_async(lambda: self.tally.sent >= target, "requests to be answered")

    async def _client(self) -> None:
        heads = 0

        async def count_head(*_: object) -> None:
            nonlocal heads
            heads += 1

        tracing = aiohttp.TraceConfig()
        tracing.on_request_headers_sent.append(count_head)
        timeout = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(self.address, timeout=timeout, trace_configs=[tracing]) as session:
            while not self._stopping:
                before = heads
                await self._ask(session)
                self.tally.resent += max(heads - before - 1, 0)
                await asyncio.sleep(self.pause)

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        send = random.choice(self.kinds)  # noqa: S311 - any will do
        began = time.perf_counter()
        try:
            await send(session)
        except (WrongAnswerError, KeyError):
            self.tally.wrong += 1
            self.tally.faults[f"wrong {send.__name__}"] += 1
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.tally.failed += 1
            self.tally.faults[f"{send.__name__}: {type(error).__name__} {error}"[:80]] += 1
        self.tally.sent += 1
        self.tally.seconds.append(time.perf_counter() - began)
