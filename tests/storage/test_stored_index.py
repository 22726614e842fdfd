"""Grounds are kept without holding anybody up, and a damaged one is replaced."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from finder.domain.release import Kind
from finder.errors import PublicationUnusableError, PublishRefusedError
from finder.services.publishing.change_surgery import Cancel, change_surgery
from finder.services.publishing.publish import plan_publication, publish
from finder.snapshot import stored_index
from finder.snapshot.build_validated import build_validated_snapshot
from finder.snapshot.matched_index import LAYOUT, MatchedIndex, pack
from finder.snapshot.model import Snapshot
from finder.snapshot.stored_index import store_live_indexes, store_matched_index
from finder.storage import matched_index_store, postcode_store, publication_store, ward_store
from finder.storage.connections import Connection, connected
from finder.storage.matched_index_store import StoredIndex
from geodata.police_forces import Places
from tests.support.commands import run_finder
from tests.support.record import publish_directory, snapshot_of, stage_wards

_DAMAGE = (
    "ALTER TABLE ground_piece DISABLE TRIGGER immutable; "
    "UPDATE ground_piece SET piece = overlay(piece PLACING 'XX' FROM 5000) WHERE position = 1"
)


async def kept_on(connection: Connection) -> StoredIndex:
    """The ground of what is live."""
    live = await publication_store.find_live(connection)
    assert live is not None
    of_postcodes, of_wards = (live.releases[kind].number for kind in (Kind.POSTCODES, Kind.WARDS))
    kept = await matched_index_store.find(connection, of_postcodes, of_wards, LAYOUT)
    assert kept is not None
    return kept


async def stage_upper_case(connection: Connection) -> str:
    live = await publication_store.find_live(connection)
    assert live is not None
    found = await ward_store.read(connection, live.releases[Kind.WARDS].number)
    return await stage_wards(connection, [replace(ward, name=ward.name.upper()) for ward in found])


async def an_occurrence(connection: Connection) -> str:
    snapshot = await snapshot_of(connection)
    team = next(team for team in snapshot.teams if snapshot.series.get(team))
    return snapshot.next_surgeries(team, datetime.now(UTC)).occurrences[0].id


# Damaged


async def test_a_damaged_ground_is_replaced_by_the_next_publication(shipped_connection: Connection) -> None:
    before = await kept_on(shipped_connection)
    await shipped_connection.execute(_DAMAGE)
    assert not await matched_index_store.is_whole(shipped_connection, before)

    await publish_directory(shipped_connection, lambda directory: replace(directory, officers=directory.officers[1:]))

    after = await kept_on(shipped_connection)
    assert (after.sha256, after.size) == (before.sha256, before.size)
    assert await matched_index_store.is_whole(shipped_connection, after)


def test_migrating_replaces_a_damaged_ground_and_keeps_one_that_is_missing(shipped_database: str) -> None:
    async def execute(statement: str) -> None:
        async with connected(shipped_database) as connection:
            await connection.execute(statement)

    async def is_whole() -> bool:
        async with connected(shipped_database) as connection:
            return await matched_index_store.is_whole(connection, await kept_on(connection))

    for fault in (_DAMAGE, "DELETE FROM ground"):
        asyncio.run(execute(fault))

        done = run_finder(shipped_database, "migrate")

        assert (done.returncode, "nothing to do" in done.stdout) == (0, False)
        assert asyncio.run(is_whole())
        assert "nothing to do" in run_finder(shipped_database, "migrate").stdout


async def test_rows_are_counted_where_the_ground_is_damaged(shipped_connection: Connection) -> None:
    live = await publication_store.find_live(shipped_connection)
    assert live is not None
    await shipped_connection.execute(_DAMAGE)
    await shipped_connection.execute("DELETE FROM postcode WHERE postcode = 'B2 4QA'")

    with pytest.raises(PublicationUnusableError, match="postcodes-1 has 94,877 rows and was staged with 94,878"):
        await build_validated_snapshot(shipped_connection, live, Places.read(), datetime.now(UTC))


# Matched anew


async def test_postcodes_that_stay_are_matched_with_other_wards_as_their_rows_are(
    shipped_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await ward_store.read(shipped_connection, 2)
    exchanged = [replace(one, polygon=other.polygon) for one, other in zip(found, reversed(found), strict=True)]
    plan = await plan_publication(shipped_connection, [await stage_wards(shipped_connection, exchanged)], Places.read())
    whole = await build_validated_snapshot(
        shipped_connection, plan.snapshot.publication, Places.read(), datetime.now(UTC)
    )

    monkeypatch.setattr(postcode_store, "read", None)
    again = await build_validated_snapshot(
        shipped_connection, plan.snapshot.publication, Places.read(), datetime.now(UTC), plan.before
    )

    assert packed(again) == packed(plan.snapshot) == packed(whole)
    assert plan.before is not None
    assert packed(again) != packed(plan.before)


def packed(snapshot: Snapshot) -> bytes:
    return pack(MatchedIndex(snapshot.postcodes, snapshot.wards))


# At the same time


@pytest.fixture
def slow_packing(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, Callable[[], None]]:
    """An event that packing has begun, and what lets it end."""
    begun, may_end = threading.Event(), threading.Event()

    def slowly(found: MatchedIndex) -> bytes:
        begun.set()
        assert may_end.wait(30)
        return pack(found)

    monkeypatch.setattr(stored_index, "pack", slowly)
    return begun, may_end.set


async def test_a_surgery_is_cancelled_while_another_command_packs_the_ground(
    shipped_database: str, slow_packing: tuple[threading.Event, Callable[[], None]]
) -> None:
    begun, let_end = slow_packing
    async with connected(shipped_database) as one, connected(shipped_database) as other:
        occurrence = await an_occurrence(other)
        plan = await plan_publication(one, [await stage_upper_case(one)], Places.read())
        publishing = asyncio.create_task(publish(one, plan, made_by="sam", note=""))
        assert await asyncio.to_thread(begun.wait, 30)

        async with asyncio.timeout(10):
            cancelled = await change_surgery(other, occurrence, Cancel("Snow."), made_by="alex")
        was_done = publishing.done()
        let_end()

        with pytest.raises(PublishRefusedError, match=f"Publication {cancelled.number} went live while you"):
            await publishing
        again = await plan_publication(one, [], Places.read())
        made = await publish(one, again, made_by="sam", note="")
        assert not was_done
        assert made.number == cancelled.number + 1
        assert await one.fetchval("SELECT count(*) FROM ground") == 2


async def test_two_who_keep_the_same_ground_at_once_keep_one(
    shipped_database: str, slow_packing: tuple[threading.Event, Callable[[], None]]
) -> None:
    begun, let_end = slow_packing
    async with connected(shipped_database) as one, connected(shipped_database) as other:
        await one.execute("DELETE FROM ground")
        live = await publication_store.find_live(one)
        assert live is not None
        keeping = [asyncio.create_task(store_matched_index(each, live)) for each in (one, other)]
        assert await asyncio.to_thread(begun.wait, 30)
        let_end()

        await asyncio.gather(*keeping)

        assert await one.fetchval("SELECT count(*) FROM ground") == 1
        assert await matched_index_store.is_whole(one, await kept_on(one))
        assert await store_live_indexes(other) == 0


async def test_a_refused_publication_keeps_no_ground(shipped_connection: Connection) -> None:
    plan = await plan_publication(shipped_connection, [await stage_upper_case(shipped_connection)], Places.read())

    with pytest.raises(PublishRefusedError, match="is past"):
        await publish(shipped_connection, plan, made_by="sam", note="", at=datetime(2020, 1, 1, tzinfo=UTC))

    assert await shipped_connection.fetchval("SELECT count(*) FROM ground") == 1
