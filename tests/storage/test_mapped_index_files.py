"""The workers of a machine map one file of a matched index; the first one writes it."""

import asyncio
import hashlib
import signal
import sys
from pathlib import Path
from typing import Final

from structlog.testing import capture_logs

from finder.snapshot.mapped_index_files import SharedIndexFiles
from finder.storage.connections import Connection, connected
from tests.support.file_size_limit import limited_file_size
from tests.support.indexes import live_index, packed, packed_now, stage_renamed_wards
from tests.support.stored_releases import (
    publish_releases,
    snapshot_of,
)

_HALF_WRITTEN: Final = """
import fcntl, sys, time
lock = open(sys.argv[1] + ".lock", "wb")
fcntl.flock(lock, fcntl.LOCK_EX)
open(sys.argv[1] + ".partial", "wb").write(b"half")
print("ready", flush=True)
time.sleep(60)
"""


def whole_files(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if not each.suffix]


async def test_workers_map_one_file(shipped_database: str, tmp_path: Path) -> None:
    async with connected(shipped_database) as one, connected(shipped_database) as other:
        stored = await live_index(one)

        first, second = await asyncio.gather(
            SharedIndexFiles(tmp_path).open(one, stored), SharedIndexFiles(tmp_path).open(other, stored)
        )

        assert first == second
        assert hashlib.sha256(first).digest() == stored.sha256
        assert [each.stat().st_size for each in whole_files(tmp_path)] == [stored.size]
        assert "mmap" in repr(first.obj)
        assert first.readonly


async def test_a_snapshot_of_a_mapped_file_is_that_of_memory(shipped_connection: Connection, tmp_path: Path) -> None:
    mapped = await snapshot_of(shipped_connection, SharedIndexFiles(tmp_path))

    assert packed(mapped) == await packed_now(shipped_connection)
    assert len(whole_files(tmp_path)) == 1


async def test_a_file_that_a_killed_worker_left_half_written_is_written_again(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    stored = await live_index(shipped_connection)
    path = tmp_path / stored.sha256.hex()
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HALF_WRITTEN, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    await writer.stdout.readline()
    opening = asyncio.create_task(SharedIndexFiles(tmp_path).open(shipped_connection, stored))
    await asyncio.sleep(0.1)
    assert not opening.done()

    writer.send_signal(signal.SIGKILL)

    assert hashlib.sha256(await asyncio.wait_for(opening, 10)).digest() == stored.sha256
    await writer.wait()


async def test_without_a_writable_folder_the_index_is_read_into_memory_with_a_warning(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    stored = await live_index(shipped_connection)

    with capture_logs() as logs:
        found = await SharedIndexFiles(tmp_path / "not there").open(shipped_connection, stored)

    assert hashlib.sha256(found).digest() == stored.sha256
    assert [(each["event"], each["log_level"]) for each in logs] == [("matched_index_not_shared", "warning")]


async def test_a_disk_that_fills_up_leaves_no_file_and_the_index_in_memory(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    stored = await live_index(shipped_connection)

    with capture_logs() as logs, limited_file_size(stored.size // 2):
        found = await SharedIndexFiles(tmp_path).open(shipped_connection, stored)

    assert hashlib.sha256(found).digest() == stored.sha256
    assert [each["event"] for each in logs] == ["matched_index_not_shared"]
    assert [each.suffix for each in tmp_path.iterdir()] == [".lock"]


async def test_files_of_past_indexes_are_removed_and_mappings_of_them_stay_valid(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    files = SharedIndexFiles(tmp_path)
    first = await live_index(shipped_connection)
    mapped = await files.open(shipped_connection, first)
    for _ in range(2):
        await publish_releases(shipped_connection, await stage_renamed_wards(shipped_connection))
        await files.open(shipped_connection, await live_index(shipped_connection))

    assert len(whole_files(tmp_path)) == 2
    assert not (tmp_path / first.sha256.hex()).exists()
    assert hashlib.sha256(mapped).digest() == first.sha256


async def test_a_new_worker_leaves_the_file_of_the_scheduled_publication_to_the_others(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    live = await live_index(shipped_connection)
    await publish_releases(shipped_connection, await stage_renamed_wards(shipped_connection))
    waiting = await live_index(shipped_connection)
    first = SharedIndexFiles(tmp_path)
    await first.open(shipped_connection, live)
    await first.open(shipped_connection, waiting)
    written = {path: path.stat().st_ino for path in whole_files(tmp_path)}

    second = SharedIndexFiles(tmp_path)
    await second.open(shipped_connection, live)
    await second.open(shipped_connection, waiting)

    assert {path: path.stat().st_ino for path in whole_files(tmp_path)} == written
    assert len(written) == 2
