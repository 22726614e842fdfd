"""What a worker does while its PostgreSQL misbehaves: keep its snapshot, pile nothing up, say what is wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from finder.errors import PublicationUnusableError
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
from finder.services.publishing.publish import publish
from finder.snapshot import publication_watcher, refresh_live_snapshot
from finder.snapshot.publication_watcher import SnapshotWatcher
from finder.storage import publication_store
from finder.storage.connections import connected
from geodata.police_forces import PoliceForces
from scripts.harness.postgres_proxy import PostgresProxy
from tests.support.stored_releases import read_live_directory, stage_directory
from tests.support.waiting import wait_until_async
from tests.support.watching import Worker, make_worker

_DAMAGED = "UPDATE team SET force_id = 'nowhere' WHERE release = (SELECT max(number) FROM release)"
_MISSING = "DELETE FROM team WHERE id = 'ladywood' AND release = (SELECT max(number) FROM release)"


@asynccontextmanager
async def watching_worker(dsn: str) -> AsyncIterator[Worker]:
    """A worker that watches the database and has read it once."""
    worker = make_worker(dsn)
    async with worker.watcher.watching():
        await worker.watcher.wait_for_first_read()
        yield worker


async def damage(dsn: str, statement: str) -> None:
    """Change what is staged, which the database itself refuses."""
    async with connected(dsn) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(statement)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other quickly."""
    monkeypatch.setattr(publication_watcher, "_CONNECT_TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(refresh_live_snapshot, "_POLL_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(publication_watcher, "_MIN_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(publication_watcher, "_MAX_PAUSE_SECONDS", 0.02)


@pytest.mark.usefixtures("hurried")
async def test_a_database_that_never_answers_causes_no_growing_queue(shipped_database: str) -> None:
    wire = PostgresProxy(shipped_database)
    async with wire.listening() as dsn, watching_worker(dsn) as worker:
        await wait_until_async(lambda: worker.watcher.checked_at is not None, "the first look")
        before = len(asyncio.all_tasks())

        wire.stall()
        await wait_until_async(lambda: worker.watcher.failures >= 6, "six failures")
        stalled = len(asyncio.all_tasks()) - wire.open_connections
        wire.resume()
        await wait_until_async(lambda: worker.watcher.database_alarm is None, "an answer")
        await wait_until_async(lambda: wire.open_connections <= 2, "the connections that stalled to end")

        assert worker.live.publication_number == 1
        assert stalled <= before + 4  # an attempt under way, and one being given up
        assert len(asyncio.all_tasks()) <= before + 4


def has_reconnected(watching: SnapshotWatcher, failures: int, connects: int) -> bool:
    return watching.failures > failures and watching.connects > connects


@pytest.mark.usefixtures("hurried")
async def test_lost_connections_are_made_again(shipped_database: str) -> None:
    wire = PostgresProxy(shipped_database)
    async with wire.listening() as dsn, watching_worker(dsn) as worker:
        for _ in range(5):
            failures, connects = worker.watcher.failures, worker.watcher.connects
            wire.cut()
            await wait_until_async(partial(has_reconnected, worker.watcher, failures, connects), "another connection")

        assert worker.live.publication_number == 1


@pytest.mark.parametrize("harm", [_DAMAGED, _MISSING], ids=["a force unknown", "a team missing"])
async def test_a_publication_that_cannot_be_used_leaves_the_snapshot_with_an_alarm(
    shipped_database: str, harm: str
) -> None:
    async with watching_worker(shipped_database) as worker, connected(shipped_database) as connection:
        name = await stage_directory(connection, await read_live_directory(connection))
        plan = await plan_publication(connection, [name], PoliceForces.read())
        await damage(shipped_database, harm)
        await publish(connection, plan, made_by="a test", note="")
        await wait_until_async(lambda: worker.watcher.publication_alarm is not None, "an alarm")
        alarmed = worker.watcher.publication_alarm or ""

        assert worker.live.publication_number == 1
        assert "Publication 2 cannot be used" in alarmed
        assert worker.watcher.database_alarm is None

        back = await plan_rollback(connection, Rollback(), PoliceForces.read())
        await publish(connection, back, made_by="a test", note="")
        await wait_until_async(lambda: worker.live.publication_number == 3, "the next publication")
        assert worker.watcher.publication_alarm is None


async def test_a_start_with_an_unusable_publication_is_refused(shipped_database: str) -> None:
    await damage(shipped_database, "DELETE FROM ground_piece")  # the index is computed again from the wards
    await damage(shipped_database, "UPDATE ward SET polygon = '\\x00' WHERE gss_code = 'E05011151'")

    with pytest.raises(PublicationUnusableError, match="ward E05011151 is damaged"):
        async with watching_worker(shipped_database):
            pass


async def test_a_scheduled_publication_that_cannot_be_used_does_not_hold_up_others(shipped_database: str) -> None:
    async with watching_worker(shipped_database) as worker, connected(shipped_database) as connection:
        name = await stage_directory(connection, await read_live_directory(connection))
        plan = await plan_publication(connection, [name], PoliceForces.read())
        await damage(shipped_database, _MISSING)
        await publish(connection, plan, made_by="a test", note="", at=datetime.now(UTC) + timedelta(days=1))
        await wait_until_async(lambda: worker.watcher.publication_alarm is not None, "an alarm")

        assert worker.live.publication_number == 1
        assert await publication_store.find_live_number(connection) == 1
