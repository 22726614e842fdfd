"""Matched postcodes and wards, kept by whoever publishes, and shared by the workers of a machine in one file."""

import asyncio
import fcntl
import hashlib
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from finder.domain.release import Kind, Publication
from finder.services.publishing.publish import plan_publication, publish
from finder.snapshot.build import build_unvalidated_snapshot
from finder.snapshot.matched_index import LAYOUT, MatchedIndex, pack
from finder.snapshot.shared_index_file import SharedIndexFiles, private_folder
from finder.snapshot.stored_index import read_matched_index, store_matched_index
from finder.storage import matched_index_store, publication_store, ward_store
from finder.storage.connections import Connection, connected
from finder.storage.matched_index_store import StoredIndex
from geodata.police_forces import Places
from geodata.postcode import Postcode
from tests.support.record import publish_releases, read_live_directory, snapshot_of, stage_directory, stage_wards
from tests.support.small_disk import smaller_files

_TOWN_HALL: Final = Postcode("B3", "3DQ")
_HALF_WRITTEN: Final = """
import fcntl, sys, time
lock = open(sys.argv[1] + ".lock", "wb")
fcntl.flock(lock, fcntl.LOCK_EX)
open(sys.argv[1] + ".partial", "wb").write(b"half")
print("ready", flush=True)
time.sleep(60)
"""


async def live_on(connection: Connection) -> Publication:
    live = await publication_store.find_live(connection)
    assert live is not None
    return live


async def kept_for(connection: Connection, publication: Publication) -> StoredIndex | None:
    postcodes, ward = (publication.releases[kind].number for kind in (Kind.POSTCODES, Kind.WARDS))
    return await matched_index_store.find(connection, postcodes, ward, LAYOUT)


async def live_ground(connection: Connection) -> StoredIndex:
    kept = await kept_for(connection, await live_on(connection))
    assert kept is not None
    return kept


async def packed_now(connection: Connection) -> bytes:
    """What the ground of the live publication is, worked out from its rows."""
    ground = await read_matched_index(connection, await live_on(connection), SharedIndexFiles())
    return pack(ground)


async def forget_grounds(connection: Connection) -> None:
    await connection.execute("DELETE FROM ground")


async def stage_renamed_wards(connection: Connection) -> str:
    live = (await live_on(connection)).releases[Kind.WARDS].number
    return await stage_wards(
        connection, [replace(ward, name=ward.name.upper()) for ward in await ward_store.read(connection, live)]
    )


# Kept by whoever publishes


async def test_a_publication_has_its_ground_kept_with_it(shipped_connection: Connection) -> None:
    kept = await live_ground(shipped_connection)

    stored = b"".join([piece async for piece in matched_index_store.read(shipped_connection, kept)])

    await forget_grounds(shipped_connection)
    assert stored == await packed_now(shipped_connection)
    assert hashlib.sha256(stored).digest() == kept.sha256


async def test_other_wards_get_a_ground_of_their_own_and_going_back_makes_none(shipped_connection: Connection) -> None:
    first = await live_on(shipped_connection)
    made = await publish_releases(shipped_connection, await stage_renamed_wards(shipped_connection))
    snapshot = await snapshot_of(shipped_connection)

    await publish_releases(shipped_connection, first.releases[Kind.WARDS].id)

    assert await kept_for(shipped_connection, made) is not None
    assert await shipped_connection.fetchval("SELECT count(*) FROM ground") == 2
    found = snapshot.postcodes.find(_TOWN_HALL)
    assert found is not None
    assert found.ward is not None
    assert found.ward.name == "LADYWOOD"


async def test_a_scheduled_publication_that_is_made_anew_has_its_ground_kept(shipped_connection: Connection) -> None:
    live = await read_live_directory(shipped_connection)
    staged = await stage_renamed_wards(shipped_connection)
    plan = await plan_publication(shipped_connection, [staged], Places.read())
    await publish(shipped_connection, plan, made_by="sam", note="", at=datetime(2127, 5, 6, tzinfo=UTC))
    await forget_grounds(shipped_connection)

    teams = (replace(live.teams[0], name="Another name"), *live.teams[1:])
    await publish_releases(shipped_connection, await stage_directory(shipped_connection, replace(live, teams=teams)))

    scheduled = await publication_store.find_scheduled(shipped_connection)
    assert scheduled is not None
    assert await kept_for(shipped_connection, scheduled) is not None
    assert await kept_for(shipped_connection, await live_on(shipped_connection)) is not None


async def test_a_publication_made_before_grounds_were_kept_is_answered_from_its_rows(
    shipped_connection: Connection,
) -> None:
    with_ground = await snapshot_of(shipped_connection)
    await forget_grounds(shipped_connection)

    without = await snapshot_of(shipped_connection)

    assert pack(MatchedIndex(without.postcodes, without.wards)) == pack(
        MatchedIndex(with_ground.postcodes, with_ground.wards)
    )


async def test_the_next_publication_keeps_what_was_missing(shipped_connection: Connection) -> None:
    await forget_grounds(shipped_connection)
    live = await read_live_directory(shipped_connection)
    teams = (replace(live.teams[0], name="Another name"), *live.teams[1:])

    made = await publish_releases(
        shipped_connection, await stage_directory(shipped_connection, replace(live, teams=teams))
    )

    assert await kept_for(shipped_connection, made) is not None


async def test_keeping_twice_keeps_once(shipped_connection: Connection) -> None:
    before = await live_ground(shipped_connection)

    await store_matched_index(shipped_connection, await live_on(shipped_connection))

    assert await live_ground(shipped_connection) == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ground_piece SET piece = overlay(piece PLACING 'XX' FROM 5000) WHERE position = 1",
        "DELETE FROM ground_piece WHERE position = (SELECT max(position) FROM ground_piece)",
        "UPDATE ground_piece SET piece = ''",
    ],
)
async def test_a_damaged_ground_is_told_of_and_the_rows_are_answered_from(
    shipped_connection: Connection, tmp_path: Path, damage: str
) -> None:
    whole = await packed_now(shipped_connection)
    await shipped_connection.execute("ALTER TABLE ground_piece DISABLE TRIGGER immutable")
    await shipped_connection.execute(damage)

    with capture_logs() as logs:
        snapshot = await snapshot_of(shipped_connection, SharedIndexFiles(tmp_path))

    assert [(each["event"], each["log_level"]) for each in logs] == [("ground_damaged", "error")]
    assert pack(MatchedIndex(snapshot.postcodes, snapshot.wards)) == whole
    assert whole_files(tmp_path) == []


# One file on each machine


def whole_files(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if not each.suffix]


async def test_workers_map_one_file(shipped_database: str, tmp_path: Path) -> None:
    async with connected(shipped_database) as one, connected(shipped_database) as other:
        kept = await live_ground(one)

        first, second = await asyncio.gather(
            SharedIndexFiles(tmp_path).open(one, kept), SharedIndexFiles(tmp_path).open(other, kept)
        )

        assert first == second
        assert hashlib.sha256(first).digest() == kept.sha256
        assert [each.stat().st_size for each in whole_files(tmp_path)] == [kept.size]
        assert "mmap" in repr(first.obj)
        assert first.readonly


async def test_a_snapshot_of_a_mapped_file_is_that_of_memory(shipped_connection: Connection, tmp_path: Path) -> None:
    mapped = await snapshot_of(shipped_connection, SharedIndexFiles(tmp_path))

    assert pack(MatchedIndex(mapped.postcodes, mapped.wards)) == await packed_now(shipped_connection)
    assert len(whole_files(tmp_path)) == 1


async def test_a_file_that_was_begun_by_a_worker_that_was_killed_is_written_anew(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    kept = await live_ground(shipped_connection)
    path = tmp_path / kept.sha256.hex()
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HALF_WRITTEN, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    await writer.stdout.readline()
    opening = asyncio.create_task(SharedIndexFiles(tmp_path).open(shipped_connection, kept))
    await asyncio.sleep(0.1)
    assert not opening.done()

    writer.send_signal(signal.SIGKILL)

    assert hashlib.sha256(await asyncio.wait_for(opening, 10)).digest() == kept.sha256
    await writer.wait()


async def test_where_no_file_can_be_written_the_ground_is_held_in_memory_with_a_warning(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    kept = await live_ground(shipped_connection)

    with capture_logs() as logs:
        found = await SharedIndexFiles(tmp_path / "not there").open(shipped_connection, kept)

    assert hashlib.sha256(found).digest() == kept.sha256
    assert [(each["event"], each["log_level"]) for each in logs] == [("ground_not_shared", "warning")]


async def test_a_disk_that_is_full_half_way_leaves_no_file_and_the_ground_in_memory(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    kept = await live_ground(shipped_connection)

    with capture_logs() as logs, smaller_files(kept.size // 2):
        found = await SharedIndexFiles(tmp_path).open(shipped_connection, kept)

    assert hashlib.sha256(found).digest() == kept.sha256
    assert [each["event"] for each in logs] == ["ground_not_shared"]
    assert [each.suffix for each in tmp_path.iterdir()] == [".lock"]


async def test_files_of_grounds_that_are_past_are_removed_and_what_is_mapped_lives_on(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    files = SharedIndexFiles(tmp_path)
    first = await live_ground(shipped_connection)
    mapped = await files.open(shipped_connection, first)
    for _ in range(2):
        await publish_releases(shipped_connection, await stage_renamed_wards_again(shipped_connection))
        await files.open(shipped_connection, await live_ground(shipped_connection))

    assert len(whole_files(tmp_path)) == 2
    assert not (tmp_path / first.sha256.hex()).exists()
    assert hashlib.sha256(mapped).digest() == first.sha256


async def test_a_worker_that_begins_leaves_the_ground_that_waits_for_its_moment_to_the_others(
    shipped_connection: Connection, tmp_path: Path
) -> None:
    live = await live_ground(shipped_connection)
    await publish_releases(shipped_connection, await stage_renamed_wards_again(shipped_connection))
    waiting = await live_ground(shipped_connection)
    first = SharedIndexFiles(tmp_path)
    await first.open(shipped_connection, live)
    await first.open(shipped_connection, waiting)
    written = {path: path.stat().st_ino for path in whole_files(tmp_path)}

    second = SharedIndexFiles(tmp_path)
    await second.open(shipped_connection, live)
    await second.open(shipped_connection, waiting)

    assert {path: path.stat().st_ino for path in whole_files(tmp_path)} == written
    assert len(written) == 2


async def stage_renamed_wards_again(connection: Connection) -> str:
    live = (await live_on(connection)).releases[Kind.WARDS].number
    return await stage_wards(
        connection, [replace(ward, name=f"{ward.name}x") for ward in await ward_store.read(connection, live)]
    )


# The folder


def test_a_private_folder_is_there_as_long_as_it_is_needed_and_for_its_owner_alone(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        assert folder is not None
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700

    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_stays_and_an_abandoned_one_is_removed(tmp_path: Path) -> None:
    abandoned = tmp_path / "finder-ground-old"
    abandoned.mkdir()
    (abandoned / "held").touch()
    used = tmp_path / "finder-ground-used"
    used.mkdir()

    with (used / "held").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with private_folder(tmp_path):
            assert not abandoned.exists()
            assert used.exists()


def test_a_pipe_in_the_place_of_a_lock_holds_up_nobody(tmp_path: Path) -> None:
    theirs = tmp_path / "finder-ground-theirs"
    theirs.mkdir()
    os.mkfifo(theirs / "held")

    with private_folder(tmp_path) as folder:
        assert folder is not None


def test_without_any_place_there_is_no_folder_but_a_warning(tmp_path: Path) -> None:
    with capture_logs() as logs, private_folder(tmp_path / "not there") as folder:
        assert folder is None

    assert [each["event"] for each in logs] == ["ground_not_shared"]


async def test_other_wards_under_the_same_directory_keep_its_teams_as_they_are(shipped_connection: Connection) -> None:
    before = await snapshot_of(shipped_connection)
    made = await publish_releases(shipped_connection, await stage_renamed_wards(shipped_connection))

    beside = await build_unvalidated_snapshot(shipped_connection, made, Places.read(), datetime.now(UTC), before)

    scratch = await build_unvalidated_snapshot(shipped_connection, made, Places.read(), datetime.now(UTC))
    assert beside.teams is before.teams
    assert beside.series is before.series
    assert (beside.publication.number, beside.replacements) == (made.number, scratch.replacements)
    assert {code: team.id for code, team in beside.team_of_ward.items()} == {
        code: team.id for code, team in scratch.team_of_ward.items()
    }
    assert [ward.name for ward in beside.wards.wards] == [ward.name for ward in scratch.wards.wards]
