"""A database that cannot be written to: commands say so in a sentence, and the answers to residents do not change."""

import asyncio
import json
import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from finder.cli.demo import prepare
from finder.embedded import EmbeddedPostgres, EmbeddedStandby
from finder.errors import DatabaseUnreachableError
from finder.storage.connections import connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import RunningServer, run_finder, running_service, wait_until
from tests.support.stored_releases import fingerprint

_OFFICERS: Final = SHIPPED_FOLDER / "directory" / "officers.csv"
# Every command that writes.
_WRITERS: Final = (
    "load officers {officers} --check",
    "publish --yes",
    "rollback --yes",
    "discard directory-3",
    "withdraw 1",
    "surgery cancel {surgery}",
    "prune",
    "migrate",
)


def answer(server: RunningServer) -> object:
    """Returns the answer to a resident."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api/v1/postcodes/B24QA", timeout=30) as response:
        return json.load(response)


def refusals(dsn: str, surgery: str) -> dict[str, str]:
    """What each command that writes says as it refuses; fails where one does anything else."""
    with ThreadPoolExecutor(len(_WRITERS)) as pool:
        every = list(pool.map(lambda words: run_finder(dsn, *_filled(words, surgery)), _WRITERS))
    assert [each for each in every if each.returncode != 1 or "Traceback" in each.stderr] == []
    said = [each.stderr.strip().splitlines()[-1] for each in every]
    return dict(zip((words.split()[0] for words in _WRITERS), said, strict=True))


def _filled(words: str, surgery: str) -> list[str]:
    return [word.format(officers=_OFFICERS, surgery=surgery) for word in words.split()]


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The shipped postcodes without the last, so that they are not taken for a file that is known."""
    lines = (SHIPPED_FOLDER / "postcodes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "postcodes.csv"
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    return path


async def _execute(dsn: str, *statements: str) -> None:
    async with connected(dsn) as connection:
        for statement in statements:
            await connection.execute(statement)


def _takes_connections(dsn: str) -> bool:
    try:
        asyncio.run(_execute(dsn))
    except DatabaseUnreachableError:  # it reads back its log
        return False
    return True


async def _fingerprint(dsn: str) -> list[object]:
    async with connected(dsn) as connection:
        return await fingerprint(connection)


def test_with_a_read_only_database_each_command_fails_with_a_sentence(
    shipped_database: str, changed: Path, tmp_path: Path
) -> None:
    load = ("load", "officers", changed.with_name("officers.csv"), "--team", "ladywood", "--accept-warnings")
    load[2].write_text("team_id,name,rank\nladywood,Only Example,PCSO\n", encoding="utf-8")
    assert run_finder(shipped_database, *load, "--publish").returncode == 0
    surgery = run_finder(shipped_database, "surgery", "list", "edgbaston").stdout.split()[0]
    load[2].write_text("team_id,name,rank\nladywood,Other Example,PCSO\n", encoding="utf-8")
    assert run_finder(shipped_database, *load).returncode == 0
    asyncio.run(
        _execute(shipped_database, f'ALTER DATABASE "{_name(shipped_database)}" SET default_transaction_read_only = on')
    )
    before = asyncio.run(_fingerprint(shipped_database))

    with running_service(shipped_database, tmp_path) as server:
        expected = answer(server)
        said = refusals(shipped_database, surgery)

        assert answer(server) == expected
    assert {command: line for command, line in said.items() if "read-only" not in line} == {
        "withdraw": "Publication 1 is not waiting for its moment. None is scheduled.",
    }
    assert asyncio.run(_fingerprint(shipped_database)) == before


def _name(dsn: str) -> str:
    return dsn.partition("@/")[2].partition("?")[0]


def test_with_only_a_standby_each_command_fails_with_a_sentence_and_residents_get_answers(tmp_path: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="fr-") as folder,
        EmbeddedPostgres(Path(folder) / "a", durable=False) as primary,
    ):
        asyncio.run(prepare(primary.dsn))
        with (
            EmbeddedStandby(Path(folder) / "b", primary, durable=False) as standby,
            running_service(standby.dsn, tmp_path) as server,
        ):
            expected = answer(server)
            said = refusals(standby.dsn, "any-20261212T1000")

            assert answer(server) == expected
    assert {line for line in said.values() if "no server is a primary" not in line} == set()


# Full disks

_NEARLY_A_NEW_LOG_FILE: Final = (
    "ALTER SYSTEM SET wal_recycle = off",  # so that none lies ready
    "SELECT pg_reload_conf()",
    "SELECT pg_switch_wal()",
    "CHECKPOINT",
    "SELECT pg_logical_emit_message(false, 'a test', repeat('x', 14 << 20))",
)


_ROOM_IN_THE_LOG: Final = (
    *["SELECT pg_logical_emit_message(false, 'a test', repeat('x', 14 << 20)), pg_switch_wal()"] * 4,
    "CHECKPOINT",  # which keeps the files of the log that it is done with, to be written again
)


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of its own, of so much."""
    with tempfile.TemporaryDirectory(prefix="fd-") as name:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", name]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("a small file system can be mounted only by root")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)  # noqa: S607 - wherever the system has it


@contextmanager
def on_small_disk(megabytes: int) -> Iterator[tuple[EmbeddedPostgres, Path]]:
    """A PostgreSQL of its own with the data that ships, all of it on a small disk, and the disk."""
    with small_disk(megabytes) as disk, EmbeddedPostgres(disk) as postgres:
        asyncio.run(prepare(postgres.dsn))
        yield postgres, disk


def fill(disk: Path, but_for_mb: float) -> Path:
    """Take what is free on a disk, but for so many million bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, free - int(but_for_mb * 1_000_000))
    return ballast


def test_a_full_disk_for_rows_gives_a_sentence_and_changes_nothing(changed: Path, tmp_path: Path) -> None:
    with on_small_disk(400) as (postgres, disk), running_service(postgres.dsn, tmp_path) as server:
        asyncio.run(_execute(postgres.dsn, *_ROOM_IN_THE_LOG))
        said = load_on_full_disk(postgres, disk, server, changed, free_mb=4.0)

    assert "PostgreSQL cannot write: could not extend file" in said
    assert said.endswith("No space left on device. Nothing was changed.")


def test_a_full_disk_for_the_log_gives_a_sentence_and_changes_nothing(changed: Path, tmp_path: Path) -> None:
    """PostgreSQL gives up where it has no room for its write-ahead log, and starts again once it has."""
    with (
        tempfile.TemporaryDirectory(prefix="fd-") as elsewhere,
        on_small_disk(400) as (postgres, disk),
    ):
        owner = (disk / "postgres").stat()
        rows = Path(elsewhere)
        os.chown(rows, owner.st_uid, owner.st_gid)
        asyncio.run(_execute(postgres.dsn, f"CREATE TABLESPACE elsewhere LOCATION '{rows}'"))
        asyncio.run(
            _execute(postgres.dsn.replace("/finder?", "/postgres?"), "ALTER DATABASE finder SET TABLESPACE elsewhere")
        )
        with running_service(postgres.dsn, tmp_path) as server:
            asyncio.run(_execute(postgres.dsn, *_NEARLY_A_NEW_LOG_FILE))
            said = load_on_full_disk(postgres, disk, server, changed, free_mb=0.1)

    assert "PostgreSQL cannot be reached" in said


def load_on_full_disk(postgres: EmbeddedPostgres, disk: Path, server: RunningServer, file: Path, free_mb: float) -> str:
    """What a load says for which the disk has no room; fails where it changed anything."""
    expected, before = answer(server), asyncio.run(_fingerprint(postgres.dsn))

    ballast = fill(disk, free_mb)
    done = run_finder(postgres.dsn, "load", "postcodes", file)
    meanwhile = answer(server)
    ballast.unlink()
    with EmbeddedPostgres(disk) as again:  # which starts it, should it have given up
        wait_until(lambda: _takes_connections(again.dsn), "PostgreSQL to recover")
        after = asyncio.run(_fingerprint(again.dsn))
        clean = run_finder(again.dsn, "load", "postcodes", file)

    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert (meanwhile, after) == (expected, before)
    assert clean.returncode == 0, clean.stderr
    assert answer(server) == expected
    return done.stderr.strip().splitlines()[-1]
