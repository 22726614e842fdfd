"""Commands take turns: who is held up hears by whom, and does not wait for ever."""

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

_CLAIM = "load teams by someone-else"
_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
# Every command that waits for its turn.
_COMMANDS = (
    "load coverage {coverage}",
    "publish --yes --accept-warnings",
    "publish --yes --accept-warnings --at 2999-01-01T00:00",
    "rollback",
    "withdraw 3",
    "surgery cancel {surgery}",
    "prune",
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for, so that a test need not."""
    monkeypatch.setattr(locks, "_PATIENCE", 0.01)
    monkeypatch.setattr(locks, "LONGEST_WAIT", 0.2)


@pytest.mark.usefixtures("impatient")
async def test_who_waits_hears_for_whom_and_is_refused_in_words(empty_database: str) -> None:
    heard: list[str] = []
    async with connected(empty_database) as holder, connected(empty_database) as other:
        async with exclusive_transaction(holder, lock_owner=_CLAIM):
            with pytest.raises(BusyError, match=f"under way since .*: {_CLAIM}. Nothing was changed. Try again"):
                async with exclusive_transaction(other, lock_owner="publish", on_wait=heard.append):
                    pytest.fail("two had their turn at once")

        async with exclusive_transaction(other):
            pass  # its turn has come, and the refusal left the connection fit for use

    assert [_CLAIM in sentence for sentence in heard] == [True]


@pytest.mark.usefixtures("impatient")
async def test_a_holder_without_a_name_holds_up_too(empty_database: str) -> None:
    async with connected(empty_database) as holder, connected(empty_database) as other, holder.transaction():
        await holder.execute("SELECT pg_advisory_xact_lock($1)", _LOCKS[Kind.DIRECTORY])
        with pytest.raises(BusyError, match="Another load or publication is under way"):
            async with exclusive_transaction(other):
                pytest.fail("two had their turn at once")


async def test_the_name_of_a_claim_goes_with_the_turn_however_long_it_is(empty_database: str) -> None:
    async with connected(empty_database) as connection:
        async with exclusive_transaction(connection, lock_owner="é" * 100):
            during = await connection.fetchval("SHOW application_name")
        after = await connection.fetchval("SHOW application_name")

    assert (during[:8], after) == ("finder: ", "finder")


async def test_each_command_says_for_whom_it_waits(shipped_database: str, tmp_path: Path) -> None:
    officers = tmp_path / "officers.csv"
    for team, option in (("ladywood", "--publish"), ("edgbaston", "--accept-warnings")):
        officers.write_text(f"team_id,name,rank\n{team},Only Example,PCSO\n", encoding="utf-8")
        run_finder(shipped_database, "load", "officers", officers, "--team", team, "--accept-warnings", option)
    names = {
        "coverage": SHIPPED_FOLDER / "directory" / "coverage.csv",
        "surgery": run_finder(shipped_database, "surgery", "list", "edgbaston").stdout.split()[0],
    }

    with ThreadPoolExecutor(len(_COMMANDS)) as pool:
        async with connected(shipped_database) as holder, exclusive_transaction(holder, lock_owner=_CLAIM):
            commands = [[word.format(**names) for word in words.split()] for words in _COMMANDS]
            started = [pool.submit(run_finder, shipped_database, *words) for words in commands]
            while await holder.fetchval(_WAITING) < len(_COMMANDS):
                assert [each.result() for each in started if each.done()] == []
                await asyncio.sleep(0.02)
            await asyncio.sleep(2 * locks._PATIENCE)  # nothing is said within the first second
        done = [each.result() for each in started]

    assert [each.args for each in done if _CLAIM not in each.stderr] == []
    assert [each.stderr for each in done if "Traceback" in each.stderr or each.returncode not in {0, 1}] == []


@pytest.mark.usefixtures("impatient")
async def test_who_migrates_waits_for_who_migrates_already(bare_database: str) -> None:
    heard: list[str] = []
    async with connected(bare_database) as holder, connected(bare_database) as other:
        async with locks.hold_lock(holder, migrate._LOCK, "migrate by sam", heard.append):
            with pytest.raises(BusyError, match=r"under way since .*: migrate by sam. Nothing was changed."):
                await migrate.migrate(other, migrate.migrations(), lambda _: None, on_wait=heard.append)

        assert await migrate.migrate(other, migrate.migrations(), lambda _: None) > 0
        assert await holder.fetchval("SHOW application_name") == "finder"

    assert ["migrate by sam" in sentence for sentence in heard] == [True]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("lock_owner", "told"), [(_CLAIM, _CLAIM), ("", r"Another program \(finder\) uses the database")]
)
async def test_who_migrates_waits_for_a_table_that_is_used(bare_database: str, lock_owner: str, told: str) -> None:
    steps = [*migrate.migrations(), migrate.Migration(9998, "widen", "ALTER TABLE ward ADD COLUMN welsh text")]
    async with connected(bare_database) as holder, connected(bare_database) as other:
        await migrate.migrate(other, steps[:-1], lambda _: None)
        async with holder.transaction():
            await holder.execute(
                "SELECT set_config('application_name', $1, true)", f"finder: {lock_owner}" if lock_owner else "finder"
            )
            await holder.execute("LOCK TABLE ward IN ROW EXCLUSIVE MODE")  # as a load has it
            with pytest.raises(BusyError, match=told):
                await migrate.migrate(other, steps, lambda _: None)

        assert await migrate.migrate(other, steps, lambda _: None) == 1
