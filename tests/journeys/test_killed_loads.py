"""A load that is killed at any moment changes nothing."""

import asyncio
import os
import re
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from finder.storage.connections import Connection, connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.conftest import Client
from tests.support.commands import isolated_environment, run_finder
from tests.support.stored_releases import fingerprint

_PATIENCE: Final = 30.0

# What the server sees of the load at the moment of the kill.
_MOMENTS: Final = {
    "as soon as it is connected": "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ($1)",
    "as soon as rows come in": "SELECT count(*) FROM pg_stat_progress_copy WHERE pid = ANY ($1)",
    "a third of the way": (
        "SELECT count(*) FROM pg_stat_progress_copy WHERE pid = ANY ($1) AND tuples_processed > 30000"
    ),
    "near the end": "SELECT count(*) FROM pg_stat_progress_copy WHERE pid = ANY ($1) AND tuples_processed > 85000",
}


def changed_postcodes(folder: Path) -> Path:
    """The shipped postcodes without the last, so that they are not taken for a file that is known."""
    lines = (SHIPPED_FOLDER / "postcodes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    changed = folder / "postcodes.csv"
    changed.write_text("".join(lines[:-1]), encoding="utf-8")
    return changed


async def backends(admin: Connection, dsn: str) -> list[int]:
    """The server processes that work for a database."""
    rows = await admin.fetch("SELECT pid FROM pg_stat_activity WHERE datname = $1", urlsplit(dsn).path[1:])
    return [row["pid"] for row in rows]


async def start_load(dsn: str, file: Path, *options: str) -> Process:
    """Start to load postcodes, in a process of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "finder", "load", "postcodes", str(file), *options),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=isolated_environment(dsn),
    )


async def kill_at(admin: Connection, dsn: str, moment: str, process: Process) -> None:
    """Kill a process at a moment that the server reports, and wait until its server process is gone."""
    before = set(await backends(admin, dsn))
    deadline = time.monotonic() + _PATIENCE
    while not await admin.fetchval(moment, [pid for pid in await backends(admin, dsn) if pid not in before]):
        assert process.returncode is None, "the load was over before it could be killed"
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    assert await asyncio.wait_for(process.wait(), _PATIENCE) == -signal.SIGKILL
    while set(await backends(admin, dsn)) - before:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("moment", _MOMENTS.values(), ids=_MOMENTS)
async def test_a_killed_load_leaves_no_trace_and_the_next_one_works(
    client: Client, server: str, shipped_database: str, tmp_path: Path, moment: str
) -> None:
    file = changed_postcodes(tmp_path)
    async with client.get("/api/v1/postcodes/B24QA") as response:
        answer = await response.json()
    async with connected(shipped_database) as connection, connected(server) as admin:
        before = await fingerprint(connection)

        process = await start_load(shipped_database, file, "--publish")
        await kill_at(admin, shipped_database, moment, process)

        assert await fingerprint(connection) == before
    async with client.get("/api/v1/postcodes/B24QA") as response:
        assert await response.json() == answer
    again = await asyncio.to_thread(run_finder, shipped_database, "load", "postcodes", file, "--check")
    assert again.returncode == 0, again.stderr
    assert "94,877 rows" in again.stdout


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Lets programs be interrupted, also where a shell started these tests in the background and so deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
async def test_an_interrupted_load_says_that_nothing_was_kept(
    server: str, shipped_database: str, tmp_path: Path
) -> None:
    file = changed_postcodes(tmp_path)
    async with connected(shipped_database) as connection, connected(server) as admin:
        before = await fingerprint(connection)
        known = set(await backends(admin, shipped_database))

        process = await start_load(shipped_database, file)
        copying = _MOMENTS["as soon as rows come in"]
        while not await admin.fetchval(copying, list(set(await backends(admin, shipped_database)) - known)):
            assert process.returncode is None, "the load was over before it could be interrupted"
        process.send_signal(signal.SIGINT)
        _, said = await asyncio.wait_for(process.communicate(), _PATIENCE)

        assert process.returncode == 130
        assert "nothing half-done was kept" in said.decode()
        assert b"Traceback" not in said
        assert await fingerprint(connection) == before


async def test_two_loads_at_once_wait_for_each_other_and_build_on_what_is_live(
    shipped_database: str, tmp_path: Path
) -> None:
    teams = tmp_path / "teams.csv"
    text = (SHIPPED_FOLDER / "directory" / "teams.csv").read_text(encoding="utf-8")
    teams.write_text(text.replace("ladywood,Ladywood,", "ladywood,Renamed,"), encoding="utf-8")
    officers = tmp_path / "officers.csv"
    officers.write_text("team_id,name,rank\nladywood,Only Example,PCSO\n", encoding="utf-8")

    ladywood = ("load", "officers", officers, "--team", "ladywood")
    done = await asyncio.gather(
        asyncio.to_thread(run_finder, shipped_database, "load", "teams", teams),
        asyncio.to_thread(run_finder, shipped_database, *ladywood),
    )
    staged = re.findall(r"Staged (directory-\d+)", done[0].stdout)
    shown = await asyncio.to_thread(run_finder, shipped_database, "publish", *staged, "--yes")
    renamed = await asyncio.to_thread(run_finder, shipped_database, "lookup", "B2 4QA")
    again = await asyncio.to_thread(run_finder, shipped_database, *ladywood, "--publish")
    both = await asyncio.to_thread(run_finder, shipped_database, "lookup", "B2 4QA")

    assert [each.returncode for each in (*done, shown, again)] == [0, 0, 0, 0], [shown.stderr, again.stderr]
    assert ("Renamed" in renamed.stdout, "Only Example" in renamed.stdout) == (True, False)
    assert ("Renamed" in both.stdout, "Only Example" in both.stdout) == (True, True)
