"""Workers on a database that knows less than they do: a standby that lags, a database restored from a backup."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from finder.cli.demo import prepare
from finder.domain.directory import Directory
from finder.domain.release import Kind
from finder.embedded import EmbeddedPostgres, EmbeddedStandby
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
from finder.services.publishing.publish import publish
from finder.snapshot.live_snapshot import LiveSnapshot
from finder.storage import publication_store
from finder.storage.connections import Connection, connected
from geodata.police_forces import PoliceForces
from tests.conftest import copied
from tests.support.stored_releases import publish_directory
from tests.support.waiting import wait_until_async
from tests.support.watching import make_worker

_LAG: Final = "ALTER SYSTEM SET recovery_min_apply_delay = '1h'"
_NO_LAG: Final = "ALTER SYSTEM RESET recovery_min_apply_delay"
_END_SESSIONS: Final = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE application_name = 'finder' AND pid <> pg_backend_pid()"
)


async def execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def without_officers(directory: Directory) -> Directory:
    return replace(directory, officers=())


def without_priorities(directory: Directory) -> Directory:
    return replace(directory, priorities=())


def has_officers(live: LiveSnapshot) -> bool:
    return bool(live.current.teams["ladywood"].officers)


def has_priorities(live: LiveSnapshot) -> bool:
    return bool(live.current.teams["ladywood"].priorities)


async def roll_back(connection: Connection) -> None:
    plan = await plan_rollback(connection, Rollback(), PoliceForces.read())
    await publish(connection, plan, made_by="a test", note="")


async def test_a_lagging_standby_takes_no_worker_back_but_a_rollback_does() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="fr-") as folder,
        EmbeddedPostgres(Path(folder) / "a", durable=False) as primary,
    ):
        await prepare(primary.dsn)
        with EmbeddedStandby(Path(folder) / "b", primary, durable=False) as standby:
            await execute(standby.dsn, _LAG)
            standby.kill()  # so that the reader goes to the primary
            live, _, watcher = make_worker(standby.dsn_of_both)
            async with watcher.watching():
                await watcher.wait_for_first_read()
                async with connected(primary.dsn) as writing:
                    await publish_directory(writing, without_officers)
                await wait_until_async(lambda: live.publication_number == 2, "the publication")

                with EmbeddedStandby(Path(folder) / "b", primary, durable=False) as back:
                    await execute(primary.dsn, _END_SESSIONS)
                    await wait_until_async(
                        lambda: watcher.database_alarm and "lags" in watcher.database_alarm, "an alarm"
                    )
                    asked = watcher.checked_at
                    await asyncio.sleep(0.5)  # for many looks
                    assert (live.publication_number, has_officers(live), watcher.checked_at) == (2, False, asked)
                    assert watcher.database_alarm == (
                        "The standby that is asked lags: it does not have publication 2 yet, which stays. "
                        "Look at its replication."
                    )

                    await execute(back.dsn, _NO_LAG, "SELECT pg_reload_conf()")
                    await wait_until_async(lambda: watcher.database_alarm is None, "its end")
                    assert (live.publication_number, live.swaps) == (2, 2)

                    async with connected(primary.dsn) as writing:
                        await roll_back(writing)
                    await wait_until_async(lambda: live.publication_number == 3, "the next publication")
                    assert has_officers(live)


@pytest.fixture
async def backup(server: str, shipped_template: str) -> AsyncIterator[str]:
    """The address of a database in which nothing has happened since the data that ships went live."""
    async for dsn in copied(server, shipped_template):
        yield dsn


async def test_workers_follow_a_restored_back_up(shipped_database: str, backup: str) -> None:
    live, refresher, _ = make_worker(shipped_database)
    async with connected(shipped_database) as lost, connected(backup) as restored:
        await publish_directory(lost, without_officers)
        await refresher.refresh(lost)
        before = live.publication_number, has_officers(live)
        await refresher.refresh(restored)

    assert before == (2, False)
    assert (live.publication_number, has_officers(live)) == (1, True)


async def test_a_number_that_is_given_again_after_a_restoration_is_another_publication(
    shipped_database: str, backup: str
) -> None:
    live, refresher, _ = make_worker(shipped_database)
    async with connected(shipped_database) as lost, connected(backup) as restored:
        first = await publish_directory(lost, without_officers)
        await refresher.refresh(lost)
        second = await publish_directory(restored, without_priorities)
        await refresher.refresh(restored)

    assert first.number == second.number
    assert first.releases[Kind.DIRECTORY].number == second.releases[Kind.DIRECTORY].number
    assert (has_officers(live), has_priorities(live)) == (True, False)
    assert live.current.publication.live_from == second.live_from


async def test_releases_of_a_restored_database_are_not_confused_with_those_of_the_same_number(
    shipped_database: str, backup: str
) -> None:
    live, refresher, _ = make_worker(shipped_database)
    async with connected(shipped_database) as lost, connected(backup) as restored:
        await publish_directory(lost, without_officers)
        await refresher.refresh(lost)
        second = await publish_directory(restored, without_priorities)
        await publication_store.insert(restored, second.releases, made_by="a test", note="the same again")
        await refresher.refresh(restored)

    assert live.publication_number == 3
    assert (has_officers(live), has_priorities(live)) == (True, False)
