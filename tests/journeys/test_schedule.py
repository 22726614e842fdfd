"""Publications for a moment to come: workers switch by their own clock, and nothing done meanwhile is undone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import pytest

from finder.domain.directory import Coverage, Directory
from finder.domain.release import Action, Kind, Publication
from finder.domain.surgery import OCCURRENCE_FORMAT, Surgery
from finder.errors import PublishRefusedError
from finder.services.publishing.change_surgery import change_surgery
from finder.services.publishing.occurrence_actions import Cancel
from finder.services.publishing.plan import plan_publication
from finder.services.publishing.plan_rollback import Rollback, plan_rollback
from finder.services.publishing.publish import publish
from finder.services.publishing.schedule import withdraw
from finder.storage import directory_store, journal_store, publication_store, release_store, ward_store
from finder.storage.connections import Connection, connected
from geodata.police_forces import PoliceForces
from tests.support.stored_releases import (
    publish_directory,
    publish_releases,
    read_live_directory,
    stage_directory,
    stage_wards,
)
from tests.support.waiting import wait_until_async
from tests.support.watching import Worker, make_worker

_ELECTION: Final = datetime(2127, 5, 6, tzinfo=UTC)
_NEXT_MAY: Final = Coverage("E05999999", "ladywood")


def with_new_coverage(directory: Directory) -> Directory:
    return replace(directory, coverage=(*directory.coverage, _NEXT_MAY))


def without_officers(directory: Directory) -> Directory:
    return replace(directory, officers=())


async def schedule(
    connection: Connection, change: Callable[[Directory], Directory], seconds: float | None = None
) -> Publication:
    """The live directory with a change, scheduled: in so many seconds, or in a hundred years."""
    name = await stage_directory(connection, change(await read_live_directory(connection)))
    plan = await plan_publication(connection, [name], PoliceForces.read())
    at = _ELECTION if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
    return await publish(connection, plan, made_by="a test", note="new wards", at=at)


async def schedule_renamed_ward(connection: Connection) -> Publication:
    """The live wards with another name for one, scheduled."""
    live = await publication_store.find_live(connection)
    assert live is not None
    first, *rest = await ward_store.read(connection, live.releases[Kind.WARDS].number)
    name = await stage_wards(connection, [replace(first, name="Another"), *rest])
    plan = await plan_publication(connection, [name], PoliceForces.read())
    return await publish(connection, plan, made_by="a test", note="new wards", at=_ELECTION)


async def scheduled_directory(connection: Connection) -> Directory:
    """The directory of the publication that waits."""
    waiting = await publication_store.find_scheduled(connection)
    assert waiting is not None
    return await directory_store.read(connection, waiting.releases[Kind.DIRECTORY].number)


def id_of(surgery: Surgery) -> str:
    return f"{surgery.id}-{surgery.starts_at:{OCCURRENCE_FORMAT}}"


@asynccontextmanager
async def watching_worker(dsn: str) -> AsyncIterator[Worker]:
    """A worker that watches the database and has its first snapshot."""
    worker = make_worker(dsn, poll_interval=0.1)
    async with connected(dsn) as connection:
        await worker.refresher.refresh(connection)
    async with worker.watcher.watching():
        yield worker


@asynccontextmanager
async def closed(server: str, dsn: str) -> AsyncIterator[None]:
    """The database, away."""
    name = urlsplit(dsn).path[1:]
    async with connected(server) as admin:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        yield
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


async def test_workers_switch_at_the_scheduled_time_without_the_database(server: str, shipped_database: str) -> None:
    async with watching_worker(shipped_database) as (live, _, _):
        async with connected(shipped_database) as connection:
            moment = (await schedule(connection, with_new_coverage, seconds=6)).live_from
        await wait_until_async(lambda: live.next is not None, "the next snapshot to be ready")

        async with closed(server, shipped_database):
            assert live.publication_number == 1
            assert datetime.now(UTC) < moment, "too slow to show anything"
            await wait_until_async(lambda: live.publication_number == 2, "the switch")

            assert datetime.now(UTC) >= moment
            assert _NEXT_MAY.gss_code in live.current.team_of_ward


async def test_database_and_workers_agree_after_the_scheduled_time(
    shipped_connection: Connection, shipped_database: str
) -> None:
    async with watching_worker(shipped_database) as (live, _, watcher):
        await schedule(shipped_connection, with_new_coverage, seconds=2)
        await wait_until_async(lambda: live.publication_number == 2, "the switch")
        swaps, looked = live.swaps, watcher.checked_at

        await wait_until_async(lambda: watcher.checked_at != looked, "another look at the record")

        assert await publication_store.find_live_number(shipped_connection) == 2
        assert (live.publication_number, live.swaps) == (2, swaps)


async def test_a_withdrawn_publication_never_goes_live(shipped_connection: Connection, shipped_database: str) -> None:
    async with watching_worker(shipped_database) as (live, _, _):
        made = await schedule(shipped_connection, with_new_coverage, seconds=5)
        await wait_until_async(lambda: live.next is not None, "the next snapshot to be ready")

        await withdraw(shipped_connection, made.number, withdrawn_by="a test")
        await wait_until_async(lambda: live.next is None, "the worker to hear of it")
        await wait_until_async(
            lambda: datetime.now(UTC) > made.live_from + timedelta(seconds=0.3), "the moment to pass"
        )

        assert live.publication_number == 1
        assert await publication_store.find_live_number(shipped_connection) == 1


async def test_releases_of_a_withdrawn_publication_are_staged_again(shipped_connection: Connection) -> None:
    made = await schedule(shipped_connection, with_new_coverage)
    assert await release_store.find_newest_staged(shipped_connection, Kind.DIRECTORY) is None

    await withdraw(shipped_connection, made.number, withdrawn_by="a test")

    staged = await release_store.find_newest_staged(shipped_connection, Kind.DIRECTORY)
    assert staged is not None
    assert staged.number == made.releases[Kind.DIRECTORY].number


@pytest.mark.parametrize("number", [1, 2, 99], ids=["live", "withdrawn already", "unknown"])
async def test_only_a_scheduled_publication_can_be_withdrawn(shipped_connection: Connection, number: int) -> None:
    made = await schedule(shipped_connection, with_new_coverage)
    await withdraw(shipped_connection, made.number, withdrawn_by="a test")

    with pytest.raises(PublishRefusedError, match="is not waiting for its moment"):
        await withdraw(shipped_connection, number, withdrawn_by="a test")


async def test_only_one_publication_can_be_scheduled(shipped_connection: Connection) -> None:
    await schedule(shipped_connection, with_new_coverage)

    with pytest.raises(PublishRefusedError, match="Publication 2 is scheduled"):
        await schedule_renamed_ward(shipped_connection)


async def test_a_time_in_the_past_is_refused(shipped_connection: Connection) -> None:
    with pytest.raises(PublishRefusedError, match="is past"):
        await schedule(shipped_connection, with_new_coverage, seconds=-1)

    assert len(await publication_store.list_publications(shipped_connection)) == 1


async def test_a_publication_made_meanwhile_is_live_and_the_scheduled_one_follows_it(
    shipped_connection: Connection,
) -> None:
    planned = await schedule_renamed_ward(shipped_connection)

    meanwhile = await publish_directory(shipped_connection, without_officers)

    waiting = await publication_store.find_scheduled(shipped_connection)
    assert waiting is not None
    assert await publication_store.find_live_number(shipped_connection) == meanwhile.number == 3
    assert (waiting.number, waiting.live_from) == (4, planned.live_from)
    assert waiting.releases[Kind.WARDS] == planned.releases[Kind.WARDS]
    assert waiting.releases[Kind.DIRECTORY].number == meanwhile.releases[Kind.DIRECTORY].number


async def test_a_surgery_cancelled_meanwhile_stays_cancelled_after_the_scheduled_time(
    shipped_connection: Connection,
) -> None:
    surgery = (await read_live_directory(shipped_connection)).surgeries[0]
    await schedule(shipped_connection, with_new_coverage)

    await change_surgery(shipped_connection, id_of(surgery), Cancel("Snow."), made_by="a test")

    directory = await scheduled_directory(shipped_connection)
    assert [change.reason for change in directory.changes if change.surgery_id == surgery.id] == ["Snow."]
    assert _NEXT_MAY in directory.coverage
    assert _NEXT_MAY not in (await read_live_directory(shipped_connection)).coverage


async def test_another_part_of_the_directory_published_meanwhile_is_kept_too(shipped_connection: Connection) -> None:
    await schedule(shipped_connection, with_new_coverage)

    await publish_directory(shipped_connection, without_officers)

    directory = await scheduled_directory(shipped_connection)
    assert directory.officers == ()
    assert _NEXT_MAY in directory.coverage


async def test_a_change_that_conflicts_with_the_scheduled_one_is_refused(
    shipped_connection: Connection,
) -> None:
    await schedule(shipped_connection, with_new_coverage)
    before = await publication_store.list_publications(shipped_connection)

    with pytest.raises(PublishRefusedError, match="Both change the coverage"):
        await publish_directory(shipped_connection, lambda each: replace(each, coverage=each.coverage[1:]))

    assert await publication_store.list_publications(shipped_connection) == before


async def test_a_scheduled_release_that_is_published_at_once_is_not_scheduled_any_longer(
    shipped_connection: Connection,
) -> None:
    planned = await schedule(shipped_connection, with_new_coverage)

    await publish_releases(shipped_connection, planned.releases[Kind.DIRECTORY].id)

    assert await publication_store.find_scheduled(shipped_connection) is None
    assert _NEXT_MAY in (await read_live_directory(shipped_connection)).coverage


async def test_rolling_back_keeps_the_scheduled_publication(shipped_connection: Connection) -> None:
    before = await read_live_directory(shipped_connection)
    await publish_directory(shipped_connection, without_officers)
    planned = await schedule_renamed_ward(shipped_connection)

    plan = await plan_rollback(shipped_connection, Rollback(), PoliceForces.read())
    await publish(shipped_connection, plan, made_by="a test", note="")

    waiting = await publication_store.find_scheduled(shipped_connection)
    assert waiting is not None
    assert waiting.releases[Kind.WARDS] == planned.releases[Kind.WARDS]
    assert await scheduled_directory(shipped_connection) == before


async def test_a_rollback_skips_withdrawn_publications(shipped_connection: Connection) -> None:
    await schedule_renamed_ward(shipped_connection)
    await publish_directory(shipped_connection, without_officers)
    waiting = await publication_store.find_scheduled(shipped_connection)
    assert waiting is not None
    await withdraw(shipped_connection, waiting.number, withdrawn_by="a test")

    plan = await plan_rollback(shipped_connection, Rollback(), PoliceForces.read())

    assert plan.changed == (Kind.DIRECTORY,)
    assert plan.releases[Kind.DIRECTORY].number == 7


async def test_scheduling_and_withdrawing_are_in_the_journal(shipped_connection: Connection) -> None:
    await schedule_renamed_ward(shipped_connection)
    await publish_directory(shipped_connection, without_officers)

    recorded = [entry.event for entry in await journal_store.read(shipped_connection, 4)]

    assert [(event.action, event.publication) for event in recorded] == [
        (Action.SCHEDULE, 2),
        (Action.WITHDRAW, 2),
        (Action.SCHEDULE, 4),
        (Action.PUBLISH, 3),
    ]
