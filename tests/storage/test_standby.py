"""A standby of the embedded PostgreSQL: replication, promotion, and the right server for each connection."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from finder.embedded import EmbeddedPostgres, EmbeddedStandby
from finder.errors import DatabaseUnavailableError
from finder.storage import announcements
from finder.storage.connections import Connection, Server, connected

Pair = tuple[EmbeddedPostgres, EmbeddedStandby]
_IN_RECOVERY = "SELECT pg_is_in_recovery()"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A primary and its standby, both empty, for all tests that leave them alive."""
    with started() as both:
        yield both


@pytest.fixture
def pair_of_its_own() -> Iterator[Pair]:
    """A pair for one test."""
    with started() as both:
        yield both


@contextmanager
def started() -> Iterator[Pair]:
    with (
        tempfile.TemporaryDirectory(prefix="fr-") as folder,
        EmbeddedPostgres(Path(folder) / "a", durable=False) as primary,
        EmbeddedStandby(Path(folder) / "b", primary, durable=False) as standby,
    ):
        yield primary, standby


async def test_a_standby_has_what_was_written_to_the_primary(pair: Pair) -> None:
    primary, standby = pair
    async with connected(primary.dsn, Server.PRIMARY) as connection:
        await connection.execute("CREATE TABLE seen AS SELECT 1 AS one")
        async with connected(standby.dsn) as following:
            await _wait_for(following, "SELECT to_regclass('seen') IS NOT NULL")

            assert await following.fetchval(_IN_RECOVERY) is True


async def test_readers_go_to_the_standby_and_writers_to_the_primary(pair: Pair) -> None:
    _, standby = pair
    async with connected(standby.dsn_of_both, Server.STANDBY_FIRST) as reading:
        assert await reading.fetchval(_IN_RECOVERY) is True
    for server in (Server.PRIMARY, Server.PRIMARY_FIRST):
        async with connected(standby.dsn_of_both, server) as writing:
            assert await writing.fetchval(_IN_RECOVERY) is False


async def test_a_writer_is_refused_by_a_lone_standby(pair: Pair) -> None:
    _, standby = pair
    with pytest.raises(DatabaseUnavailableError, match="no server is a primary"):
        async with connected(standby.dsn, Server.PRIMARY):
            pass


async def test_listening_on_a_standby_is_skipped_silently(pair: Pair) -> None:
    _, standby = pair
    async with connected(standby.dsn) as following:
        await announcements.listen(following, lambda: None)

        assert await following.fetchval("SELECT 1") == 1


async def test_a_writer_waits_for_the_promotion_that_follows_a_primary_s_death(pair_of_its_own: Pair) -> None:
    primary, standby = pair_of_its_own
    primary.kill()
    async with connected(standby.dsn_of_both, Server.PRIMARY_FIRST) as reading:
        assert await reading.fetchval(_IN_RECOVERY) is True

    async def promote() -> None:
        await asyncio.sleep(1)
        await asyncio.to_thread(standby.promote)

    promotion = asyncio.create_task(promote())
    async with connected(standby.dsn_of_both, Server.PRIMARY) as writing:
        await writing.execute("CREATE TABLE seen AS SELECT 1 AS one")

        assert await writing.fetchval(_IN_RECOVERY) is False
    await promotion


async def test_readers_take_the_primary_while_the_standby_does_not_run(pair_of_its_own: Pair) -> None:
    _, standby = pair_of_its_own
    both = standby.dsn_of_both
    standby.kill()

    async with connected(both, Server.STANDBY_FIRST) as reading:
        assert await reading.fetchval(_IN_RECOVERY) is False


async def _wait_for(connection: Connection, question: str) -> None:
    async with asyncio.timeout(10):
        while not await connection.fetchval(question):  # noqa: ASYNC110 - PostgreSQL has no event for it
            await asyncio.sleep(0.01)
