"""The private folder of one service on this machine, in which its workers share files."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

_log = structlog.get_logger(__name__)
_PREFIX: Final = "finder-cache-"
_IN_USE: Final = "held"  # a file in the folder, locked as long as the service runs


@contextmanager
def cache_folder(parent: Path | None) -> Iterator[Path | None]:
    """A folder that exists as long as the block, by default among temporary files; None if none can be made.

    Only the process that made it removes it, not one forked from that. Folders that killed services left are removed.
    """
    owner = os.getpid()
    try:
        where = parent or Path(tempfile.gettempdir())
        _remove_abandoned(where)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=where))
        in_use = (folder / _IN_USE).open("wb")
        fcntl.flock(in_use, fcntl.LOCK_EX)
    except OSError as error:
        where_to = str(parent or "that of temporary files")
        _log.warning("matched_index_not_shared", folder=where_to, reason=error.strerror)
        yield None
        return
    try:
        yield folder
    finally:
        in_use.close()
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(where: Path) -> None:
    for in_use in where.glob(f"finder-*/{_IN_USE}"):  # any prefix: earlier versions had another
        with suppress(OSError), open(in_use, "rb", opener=_open_plainly) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(in_use.parent, ignore_errors=True)


def _open_plainly(path: str, flags: int) -> int:
    """Open without waiting for a pipe and without following a link: any user may put one among temporary files."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)
