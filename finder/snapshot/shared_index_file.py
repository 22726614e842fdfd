"""One file per ground on each machine, which all workers map: the first that needs it writes it."""

import asyncio
import fcntl
import mmap
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from finder.storage import matched_index_store
from finder.storage.connections import Connection
from finder.storage.matched_index_store import StoredIndex

_log = structlog.get_logger(__name__)
_PREFIX: Final = "finder-ground-"
_LOOK_AGAIN: Final = 0.02
_PATIENCE: Final = 20.0  # seconds for another worker to write the file, before this one does without
_IN_USE: Final = 2
"""Grounds whose files are kept: of the publication that is live, and of the one to come. Mapped ones live on."""


@contextmanager
def private_folder(parent: Path | None) -> Iterator[Path | None]:
    """A folder for as long as the block lasts, by default where temporary files go; None where there can be none.

    Only the process that made it removes it, not one forked off. What a killed process left behind is removed too.
    """
    owner = os.getpid()
    try:
        where = parent or Path(tempfile.gettempdir())
        _remove_abandoned(where)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=where))
        held = (folder / "held").open("wb")
        fcntl.flock(held, fcntl.LOCK_EX)
    except OSError as error:
        _log.warning("ground_not_shared", folder=str(parent or "that of temporary files"), reason=error.strerror)
        yield None
        return
    try:
        yield folder
    finally:
        held.close()
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(where: Path) -> None:
    for folder in where.glob(f"{_PREFIX}*"):
        with suppress(OSError), open(folder / "held", "rb", opener=_open_plainly) as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def _open_plainly(path: str, flags: int) -> int:
    """Anybody may put a pipe or a link there, where temporary files are shared: do not wait for it, nor follow it."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)


class SharedIndexFiles:
    """The files of one folder; without a folder, grounds are held in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._used: deque[Path] = deque()

    async def open(self, connection: Connection, ground: StoredIndex) -> memoryview:
        """The bytes of a ground that the record holds.

        Where no file can be written, they are read into memory, with a warning. Raises GroundDamagedError.
        """
        if self._folder is None:
            return await _read(connection, ground)
        path = self._folder / ground.sha256.hex()
        try:
            await self._require_file(connection, ground, path)
            mapped = _map(path)
        except OSError as error:  # a TimeoutError among them, which has no words
            reason = error.strerror or "another worker takes too long to write it"
            _log.warning("ground_not_shared", folder=str(self._folder), reason=reason)
            return await _read(connection, ground)
        self._use(path)
        return mapped

    async def _require_file(self, connection: Connection, ground: StoredIndex, path: Path) -> None:
        async with asyncio.timeout(_PATIENCE) as patience:
            while not path.exists():
                # Locks stay, or two workers could hold different ones.
                with path.with_suffix(".lock").open("wb") as lock:
                    if _is_mine(lock.fileno()):
                        patience.reschedule(None)  # the writer itself is never too slow
                        await _write(connection, ground, path)
                        return
                await asyncio.sleep(_LOOK_AGAIN)

    def _use(self, path: Path) -> None:
        """Remove the file that this process needs no more; who maps it keeps it, and who comes late writes its own."""
        if path in self._used:
            return
        if len(self._used) == _IN_USE:
            self._used.popleft().unlink(missing_ok=True)
        self._used.append(path)


def _is_mine(lock: int) -> bool:
    """Take a lock that ends with the process, however that ends; False where another has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _write(connection: Connection, ground: StoredIndex, path: Path) -> None:
    """Write the file beside its place and put it there once it is whole."""
    if path.exists():
        return  # the one who had the lock before has written it
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            async for piece in matched_index_store.read(connection, ground):
                await asyncio.to_thread(file.write, piece)
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _map(path: Path) -> memoryview:
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))


async def _read(connection: Connection, ground: StoredIndex) -> memoryview:
    whole, size = bytearray(ground.size), 0
    async for piece in matched_index_store.read(connection, ground):
        whole[size : size + len(piece)] = piece
        size += len(piece)
    return memoryview(whole).toreadonly()
