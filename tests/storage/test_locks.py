"""Commands that need the same lock wait for each other, say for whom, and give up after a while."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from finder.domain.release import Kind
from finder.errors import BusyError
from finder.storage import locks, migrate
from finder.storage.connections import connected
from finder.storage.exclusive_transaction import _LOCKS, exclusive_transaction
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import run_finder

_LOCK_OWNER = "load teams by someone-else"
_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
# Every command that waits for the lock.
_COMMANDS = (
    "load coverage {coverage}",
    "publish --yes --accept-warnings",
    "publish --yes --accept-warnings --at 2090-01-01T00:00",
    "rollback --yes",
    "discard directory-3",
    "withdraw 3",
    "surgery cancel {surgery}",
    "prune",
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are waited for only briefly, so that tests are quick."""
    monkeypatch.setattr(locks, "_QUIET_WAIT", 0.01)
    monkeypatch.setattr(locks, "LONGEST_WAIT", 0.2)


@pytest.mark.usefixtures("impatient")
async def test_a_waiting_command_says_for_whom_and_is_refused_with_a_sentence(empty_database: str) -> None:
    sentences: list[str] = []
    async with connected(empty_database) as holder, connected(empty_database) as other:
        async with exclusive_transaction(holder, lock_owner=_LOCK_OWNER):
            with pytest.raises(BusyError, match=f"under way since .*: {_LOCK_OWNER}. Nothing was changed. Try again"):
                async with exclusive_transaction(other, lock_owner="publish", on_wait=sentences.append):
                    pytest.fail("two had the lock at once")

        async with exclusive_transaction(other):
            pass  # the lock is free, and the refused connection still works

    assert [_LOCK_OWNER in sentence for sentence in sentences] == [True]


@pytest.mark.usefixtures("impatient")
async def test_a_lock_owner_without_a_name_is_waited_for_too(empty_database: str) -> None:
    async with connected(empty_database) as holder, connected(empty_database) as other, holder.transaction():
        await holder.execute("SELECT pg_advisory_xact_lock($1)", _LOCKS[Kind.DIRECTORY])
        with pytest.raises(BusyError, match="Another load or publication is under way"):
            async with exclusive_transaction(other):
                pytest.fail("two had the lock at once")


async def test_the_name_of_a_lock_owner_of_any_length_is_removed_with_its_lock(empty_database: str) -> None:
    async with connected(empty_database) as connection:
        async with exclusive_transaction(connection, lock_owner="é" * 100):
            during = await connection.fetchval("SHOW application_name")
        after = await connection.fetchval("SHOW application_name")

    assert (during[:8], after) == ("finder: ", "finder")


async def test_each_command_says_for_which_command_it_waits(shipped_database: str, tmp_path: Path) -> None:
    officers = tmp_path / "officers.csv"
    for team, option in (("ladywood", "--publish"), ("edgbaston", "--accept-warnings")):
        officers.write_text(f"team_id,name,rank\n{team},Only Example,PCSO\n", encoding="utf-8")
        run_finder(shipped_database, "load", "officers", officers, "--team", team, "--accept-warnings", option)
    names = {
        "coverage": SHIPPED_FOLDER / "directory" / "coverage.csv",
        "surgery": run_finder(shipped_database, "surgery", "list", "edgbaston").stdout.split()[0],
    }

    with ThreadPoolExecutor(len(_COMMANDS)) as pool:
        async with connected(shipped_database) as holder, exclusive_transaction(holder, lock_owner=_LOCK_OWNER):
            commands = [[word.format(**names) for word in words.split()] for words in _COMMANDS]
            started = [pool.submit(run_finder, shipped_database, *words) for words in commands]
            while await holder.fetchval(_WAITING) < len(_COMMANDS):
                assert [each.result() for each in started if each.done()] == []
                await asyncio.sleep(0.02)
            await asyncio.sleep(2 * locks._QUIET_WAIT)  # nothing is said within the first second
        done = [each.result() for each in started]

    assert [each.args for each in done if _LOCK_OWNER not in each.stderr] == []
    assert [each.stderr for each in done if "Traceback" in each.stderr or each.returncode not in {0, 1}] == []


@pytest.mark.usefixtures("impatient")
async def test_a_migration_waits_for_another_migration(bare_database: str) -> None:
    sentences: list[str] = []
    async with connected(bare_database) as holder, connected(bare_database) as other:
        async with locks.hold_lock(holder, migrate._LOCK, "migrate by sam", sentences.append):
            with pytest.raises(BusyError, match=r"under way since .*: migrate by sam. Nothing was changed."):
                await migrate.migrate(other, migrate.migrations(), lambda _: None, on_wait=sentences.append)

        assert await migrate.migrate(other, migrate.migrations(), lambda _: None) > 0
        assert await holder.fetchval("SHOW application_name") == "finder"

    assert ["migrate by sam" in sentence for sentence in sentences] == [True]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("lock_owner", "description"), [(_LOCK_OWNER, _LOCK_OWNER), ("", r"Another program \(finder\) uses the database")]
)
async def test_a_migration_waits_for_a_table_that_is_in_use(
    bare_database: str, lock_owner: str, description: str
) -> None:
    steps = [*migrate.migrations(), migrate.Migration(9998, "widen", "ALTER TABLE ward ADD COLUMN welsh text")]
    async with connected(bare_database) as holder, connected(bare_database) as other:
        await migrate.migrate(other, steps[:-1], lambda _: None)
        async with holder.transaction():
            await holder.execute(
                "SELECT set_config('application_name', $1, true)", f"finder: {lock_owner}" if lock_owner else "finder"
            )
            await holder.execute("LOCK TABLE ward IN ROW EXCLUSIVE MODE")  # as a load has it
            with pytest.raises(BusyError, match=description):
                await migrate.migrate(other, steps, lambda _: None)

        assert await migrate.migrate(other, steps, lambda _: None) == 1
