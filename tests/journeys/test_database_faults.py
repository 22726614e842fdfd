"""What a worker does while its PostgreSQL misbehaves: keep its snapshot, pile nothing up, say what is wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from finder.errors import PublicationUnusableError
from finder.services.publishing.publish import plan_publication, plan_rollback, publish
from finder.snapshot import live
from finder.snapshot.live import LiveSnapshot
from finder.storage import publication_store
from finder.storage.connections import connected
from geodata.police_forces import Places
from scripts.harness.postgres_proxy import Wire
from tests.support.record import read_live_directory, stage_directory
from tests.support.waiting import until

_DAMAGED = "UPDATE team SET force_id = 'nowhere' WHERE release = (SELECT max(number) FROM release)"
_MISSING = "DELETE FROM team WHERE id = 'ladywood' AND release = (SELECT max(number) FROM release)"


@asynccontextmanager
async def worker(dsn: str) -> AsyncIterator[LiveSnapshot]:
    """What a worker keeps, watching."""
    live = LiveSnapshot(dsn, Places.read(), poll_interval=0.05)
    async with live.watched():
        await live.begun()
        yield live


async def damage(dsn: str, statement: str) -> None:
    """Change what is staged, which the database itself refuses."""
    async with connected(dsn) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(statement)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other quickly."""
    for name, seconds in {
        "CONNECT_SECONDS": 0.5,
        "LOOK_SECONDS": 0.2,
        "FIRST_PAUSE": 0.01,
        "LONGEST_PAUSE": 0.02,
    }.items():
        monkeypatch.setattr(live, f"_{name}", seconds)


@pytest.mark.usefixtures("hurried")
async def test_a_database_that_takes_connections_and_never_answers_piles_nothing_up(shipped_database: str) -> None:
    wire = Wire(shipped_database)
    async with wire.opened() as dsn, worker(dsn) as live:
        await until(lambda: live.checked_at is not None, "the first look")
        before = len(asyncio.all_tasks())

        wire.stall()
        await until(lambda: live.failures >= 6, "six failures")
        stalled = len(asyncio.all_tasks()) - wire.carrying
        wire.flow()
        await until(lambda: live.database_alarm is None, "an answer")
        await until(lambda: wire.carrying <= 2, "the connections that stalled to end")

        assert live.publication_number == 1
        assert stalled <= before + 4  # an attempt under way, and one being given up
        assert len(asyncio.all_tasks()) <= before + 4


@pytest.mark.usefixtures("hurried")
async def test_connections_that_are_cut_are_made_anew(shipped_database: str) -> None:
    wire = Wire(shipped_database)
    async with wire.opened() as dsn, worker(dsn) as live:
        for _ in range(5):
            failures, connects = live.failures, live.connects
            wire.cut()
            await until(lambda f=failures, c=connects: live.failures > f and live.connects > c, "another connection")  # type: ignore[misc]

        assert live.publication_number == 1


@pytest.mark.parametrize("harm", [_DAMAGED, _MISSING], ids=["a force unknown", "a team missing"])
async def test_a_publication_that_cannot_be_used_leaves_the_snapshot_with_an_alarm(
    shipped_database: str, harm: str
) -> None:
    async with worker(shipped_database) as live, connected(shipped_database) as connection:
        name = await stage_directory(connection, await read_live_directory(connection))
        plan = await plan_publication(connection, [name], Places.read())
        await damage(shipped_database, harm)
        await publish(connection, plan, made_by="a test", note="")
        await until(lambda: live.publication_alarm is not None, "an alarm")
        alarmed = live.publication_alarm or ""

        assert live.publication_number == 1
        assert "Publication 2 cannot be used" in alarmed
        assert live.database_alarm is None

        back = await plan_rollback(connection, None, Places.read())
        await publish(connection, back, made_by="a test", note="")
        await until(lambda: live.publication_number == 3, "the next publication")
        assert live.publication_alarm is None


async def test_a_start_from_a_publication_that_cannot_be_used_is_refused(shipped_database: str) -> None:
    await damage(shipped_database, "DELETE FROM ground_piece")  # what is kept of the wards is made anew from them
    await damage(shipped_database, "UPDATE ward SET polygon = '\\x00' WHERE gss_code = 'E05011151'")

    with pytest.raises(PublicationUnusableError, match="ward E05011151 is damaged"):
        async with worker(shipped_database):
            pass


async def test_a_scheduled_publication_that_cannot_be_used_does_not_hold_up_others(shipped_database: str) -> None:
    async with worker(shipped_database) as live, connected(shipped_database) as connection:
        name = await stage_directory(connection, await read_live_directory(connection))
        plan = await plan_publication(connection, [name], Places.read())
        await damage(shipped_database, _MISSING)
        await publish(connection, plan, made_by="a test", note="", at=datetime.now(UTC) + timedelta(days=1))
        await until(lambda: live.publication_alarm is not None, "an alarm")

        assert live.publication_number == 1
        assert await publication_store.find_live_number(connection) == 1
