"""The private folder in which the workers of a service share files."""

import fcntl
import os
from pathlib import Path

from structlog.testing import capture_logs

from finder.snapshot.cache_folder import cache_folder


def test_a_cache_folder_exists_during_the_block_and_only_its_owner_can_open_it(tmp_path: Path) -> None:
    with cache_folder(tmp_path) as folder:
        assert folder is not None
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700

    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_stays_and_an_abandoned_one_is_removed(tmp_path: Path) -> None:
    abandoned = tmp_path / "finder-earlier-prefix"
    abandoned.mkdir()
    (abandoned / "held").touch()
    used = tmp_path / "finder-cache-used"
    used.mkdir()

    with (used / "held").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with cache_folder(tmp_path):
            assert not abandoned.exists()
            assert used.exists()


def test_a_pipe_in_place_of_a_lock_file_blocks_nothing(tmp_path: Path) -> None:
    theirs = tmp_path / "finder-cache-theirs"
    theirs.mkdir()
    os.mkfifo(theirs / "held")

    with cache_folder(tmp_path) as folder:
        assert folder is not None


def test_without_a_writable_parent_there_is_no_folder_and_a_warning(tmp_path: Path) -> None:
    with capture_logs() as logs, cache_folder(tmp_path / "not there") as folder:
        assert folder is None

    assert [each["event"] for each in logs] == ["matched_index_not_shared"]
