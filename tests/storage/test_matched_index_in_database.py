"""Matched indexes are stored by commands that publish, without blocking others, and replaced if damaged."""

import asyncio
import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from finder.domain.release import Kind
from finder.domain.upcoming_surgeries import next_surgeries
from finder.errors import PublicationUnusableError, PublishRefusedError
from finder.services.publishing.change_surgery import change_surgery
from finder.services.publishing.occurrence_actions import Cancel
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.publish import publish
from finder.snapshot import matched_index_in_database
from finder.snapshot.build_snapshot import SnapshotBuilder
from finder.snapshot.mapped_index_files import SharedIndexFiles
from finder.snapshot.matched_index_in_database import store_live_indexes, store_matched_index
from finder.snapshot.matched_index_layout import MatchedIndex, pack
from finder.storage import matched_index_store, publication_store
from finder.storage.connections import Connection, connected
from geodata.police_forces import PoliceForces
from geodata.postcode import Postcode
from tests.support.commands import run_finder
from tests.support.indexes import live_index, live_on, packed, packed_now, stage_renamed_wards, stored_for
from tests.support.stored_releases import (
    publish_directory,
    publish_releases,
    read_live_directory,
    snapshot_of,
    stage_directory,
)

_TOWN_HALL: Final = Postcode("B3", "3DQ")
_DAMAGE = (
    "ALTER TABLE ground_piece DISABLE TRIGGER immutable; "
    "UPDATE ground_piece SET piece = overlay(piece PLACING 'XX' FROM 5000) WHERE position = 1"
)


async def delete_indexes(connection: Connection) -> None:
    await connection.execute("DELETE FROM ground")


async def an_occurrence(connection: Connection) -> str:
    snapshot = await snapshot_of(connection)
    team = next(team for team in snapshot.teams if snapshot.series.get(team))
    return next_surgeries(snapshot.series_of(team), datetime.now(UTC)).occurrences[0].id


# Stored by commands that publish


async def test_a_publication_has_its_index_stored(shipped_connection: Connection) -> None:
    stored = await live_index(shipped_connection)

    pieces = b"".join([piece async for piece in matched_index_store.read(shipped_connection, stored)])

    await delete_indexes(shipped_connection)
    assert pieces == await packed_now(shipped_connection)
    assert hashlib.sha256(pieces).digest() == stored.sha256


async def test_other_wards_get_an_index_of_their_own_and_a_rollback_makes_none(shipped_connection: Connection) -> None:
    first = await live_on(shipped_connection)
    made = await publish_releases(shipped_connection, await stage_renamed_wards(shipped_connection))
    snapshot = await snapshot_of(shipped_connection)

    await publish_releases(shipped_connection, first.releases[Kind.WARDS].id)

    assert await stored_for(shipped_connection, made) is not None
    assert await shipped_connection.fetchval("SELECT count(*) FROM ground") == 2
    found = snapshot.postcodes.find(_TOWN_HALL)
    assert found is not None
    assert found.ward is not None
    assert found.ward.name == "Ladywoodx"


async def test_a_scheduled_publication_that_is_made_again_has_its_index_stored(shipped_connection: Connection) -> None:
    live = await read_live_directory(shipped_connection)
    staged = await stage_renamed_wards(shipped_connection)
    plan = await plan_publication(shipped_connection, [staged], PoliceForces.read())
    await publish(shipped_connection, plan, made_by="sam", note="", at=datetime(2127, 5, 6, tzinfo=UTC))
    await delete_indexes(shipped_connection)

    teams = (replace(live.teams[0], name="Another name"), *live.teams[1:])
    await publish_releases(shipped_connection, await stage_directory(shipped_connection, replace(live, teams=teams)))

    scheduled = await publication_store.find_scheduled(shipped_connection)
    assert scheduled is not None
    assert await stored_for(shipped_connection, scheduled) is not None
    assert await stored_for(shipped_connection, await live_on(shipped_connection)) is not None


async def test_a_publication_without_a_stored_index_is_answered_from_its_rows(
    shipped_connection: Connection,
) -> None:
    with_index = await snapshot_of(shipped_connection)
    await delete_indexes(shipped_connection)

    without = await snapshot_of(shipped_connection)

    assert packed(without) == packed(with_index)


async def test_the_next_publication_stores_a_missing_index(shipped_connection: Connection) -> None:
    await delete_indexes(shipped_connection)
    live = await read_live_directory(shipped_connection)
    teams = (replace(live.teams[0], name="Another name"), *live.teams[1:])

    made = await publish_releases(
        shipped_connection, await stage_directory(shipped_connection, replace(live, teams=teams))
    )

    assert await stored_for(shipped_connection, made) is not None


async def test_storing_twice_stores_once(shipped_connection: Connection) -> None:
    before = await live_index(shipped_connection)

    await store_matched_index(shipped_connection, await live_on(shipped_connection))

    assert await live_index(shipped_connection) == before


# Damaged


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ground_piece SET piece = overlay(piece PLACING 'XX' FROM 5000) WHERE position = 1",
        "DELETE FROM ground_piece WHERE position = (SELECT max(position) FROM ground_piece)",
        "UPDATE ground_piece SET piece = ''",
    ],
)
async def test_a_damaged_index_is_logged_and_lookups_are_answered_from_the_rows(
    shipped_connection: Connection, tmp_path: Path, damage: str
) -> None:
    whole = await packed_now(shipped_connection)
    await shipped_connection.execute("ALTER TABLE ground_piece DISABLE TRIGGER immutable")
    await shipped_connection.execute(damage)

    with capture_logs() as logs:
        snapshot = await snapshot_of(shipped_connection, SharedIndexFiles(tmp_path))

    assert [(each["event"], each["log_level"]) for each in logs] == [("matched_index_damaged", "error")]
    assert packed(snapshot) == whole
    assert [each for each in tmp_path.iterdir() if not each.suffix] == []


async def test_the_next_publication_replaces_a_damaged_index(shipped_connection: Connection) -> None:
    before = await live_index(shipped_connection)
    await shipped_connection.execute(_DAMAGE)
    assert not await matched_index_store.is_whole(shipped_connection, before)

    await publish_directory(shipped_connection, lambda directory: replace(directory, officers=directory.officers[1:]))

    after = await live_index(shipped_connection)
    assert (after.sha256, after.size) == (before.sha256, before.size)
    assert await matched_index_store.is_whole(shipped_connection, after)


def test_migrate_replaces_a_damaged_index_and_stores_a_missing_one(shipped_database: str) -> None:
    async def execute(statement: str) -> None:
        async with connected(shipped_database) as connection:
            await connection.execute(statement)

    async def is_whole() -> bool:
        async with connected(shipped_database) as connection:
            return await matched_index_store.is_whole(connection, await live_index(connection))

    for fault in (_DAMAGE, "DELETE FROM ground"):
        asyncio.run(execute(fault))

        done = run_finder(shipped_database, "migrate")

        assert (done.returncode, "nothing to do" in done.stdout) == (0, False)
        assert asyncio.run(is_whole())
        assert "nothing to do" in run_finder(shipped_database, "migrate").stdout


async def test_missing_rows_are_noticed_if_the_index_is_damaged(shipped_connection: Connection) -> None:
    live = await publication_store.find_live(shipped_connection)
    assert live is not None
    await shipped_connection.execute(_DAMAGE)
    await shipped_connection.execute("DELETE FROM postcode WHERE postcode = 'B2 4QA'")

    with pytest.raises(PublicationUnusableError, match="postcodes-1 has 94,877 rows and was staged with 94,878"):
        await SnapshotBuilder(PoliceForces.read()).build(shipped_connection, live, datetime.now(UTC))


# At the same time


@pytest.fixture
def slow_packing(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, Callable[[], None]]:
    """An event that is set when packing starts, and a function that lets it end."""
    started, may_end = threading.Event(), threading.Event()

    def slowly(found: MatchedIndex) -> bytes:
        started.set()
        assert may_end.wait(30)
        return pack(found)

    monkeypatch.setattr(matched_index_in_database, "pack", slowly)
    return started, may_end.set


async def test_a_surgery_is_cancelled_while_another_command_packs_the_index(
    shipped_database: str, slow_packing: tuple[threading.Event, Callable[[], None]]
) -> None:
    started, let_end = slow_packing
    async with connected(shipped_database) as one, connected(shipped_database) as other:
        occurrence = await an_occurrence(other)
        plan = await plan_publication(one, [await stage_renamed_wards(one)], PoliceForces.read())
        publishing = asyncio.create_task(publish(one, plan, made_by="sam", note=""))
        assert await asyncio.to_thread(started.wait, 30)

        async with asyncio.timeout(10):
            cancelled = await change_surgery(other, occurrence, Cancel("Snow."), made_by="alex")
        was_done = publishing.done()
        let_end()

        with pytest.raises(PublishRefusedError, match=f"Publication {cancelled.number} went live while you"):
            await publishing
        again = await plan_publication(one, [], PoliceForces.read())
        made = await publish(one, again, made_by="sam", note="")
        assert not was_done
        assert made.number == cancelled.number + 1
        assert await one.fetchval("SELECT count(*) FROM ground") == 2


async def test_two_commands_that_store_the_same_index_at_once_store_one(
    shipped_database: str, slow_packing: tuple[threading.Event, Callable[[], None]]
) -> None:
    started, let_end = slow_packing
    async with connected(shipped_database) as one, connected(shipped_database) as other:
        await one.execute("DELETE FROM ground")
        live = await publication_store.find_live(one)
        assert live is not None
        keeping = [asyncio.create_task(store_matched_index(each, live)) for each in (one, other)]
        assert await asyncio.to_thread(started.wait, 30)
        let_end()

        await asyncio.gather(*keeping)

        assert await one.fetchval("SELECT count(*) FROM ground") == 1
        assert await matched_index_store.is_whole(one, await live_index(one))
        assert await store_live_indexes(other) == 0


async def test_a_refused_publication_stores_no_index(shipped_connection: Connection) -> None:
    plan = await plan_publication(
        shipped_connection, [await stage_renamed_wards(shipped_connection)], PoliceForces.read()
    )

    with pytest.raises(PublishRefusedError, match="is past"):
        await publish(shipped_connection, plan, made_by="sam", note="", at=datetime(2020, 1, 1, tzinfo=UTC))

    assert await shipped_connection.fetchval("SELECT count(*) FROM ground") == 1
