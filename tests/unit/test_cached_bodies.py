"""Bodies that many requests share are built in a thread, once, and removed when there are too many."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from finder.http import etags
from finder.http.etags import BodyCache, CachedBody

_NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)


async def test_a_body_is_built_in_a_thread_and_once_for_all_who_wait() -> None:
    bodies, threads = BodyCache(), []

    def build() -> CachedBody:
        threads.append(threading.current_thread())
        return CachedBody(b"body")

    found = await asyncio.gather(*(bodies.get_or_build("key", _NOW, build) for _ in range(10)))

    assert {each.content for each in found} == {b"body"}
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_what_building_raises_reaches_all_who_wait_and_is_not_kept() -> None:
    bodies = BodyCache()

    def refuse() -> CachedBody:
        raise LookupError

    raised = await asyncio.gather(*(bodies.get_or_build("key", _NOW, refuse) for _ in range(3)), return_exceptions=True)

    assert [type(each) for each in raised] == [LookupError] * 3
    assert (await bodies.get_or_build("key", _NOW, lambda: CachedBody(b"body"))).content == b"body"


async def test_others_get_the_body_when_the_first_client_is_gone() -> None:
    bodies, may_end = BodyCache(), threading.Event()

    def build() -> CachedBody:
        may_end.wait(10)
        return CachedBody(b"body")

    first = asyncio.create_task(bodies.get_or_build("key", _NOW, build))
    second = asyncio.create_task(bodies.get_or_build("key", _NOW, build))
    await asyncio.sleep(0)
    first.cancel()
    may_end.set()

    assert (await second).content == b"body"


async def test_a_body_that_is_not_true_any_longer_is_built_again() -> None:
    bodies = BodyCache()
    await bodies.get_or_build("key", _NOW, lambda: CachedBody(b"old", until=_NOW + timedelta(hours=1)))

    found = await bodies.get_or_build("key", _NOW + timedelta(hours=1), lambda: CachedBody(b"new"))

    assert found.content == b"new"


async def test_the_least_recently_used_body_is_removed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etags, "_MAX_CACHED_BYTES", 10)
    bodies = BodyCache()
    for key in ("first", "second"):
        bodies.store(key, CachedBody(b"12345"))
    bodies.find("first", _NOW)

    bodies.store("third", CachedBody(b"12345"))

    assert [key for key in ("first", "second", "third") if bodies.find(key, _NOW)] == ["first", "third"]
