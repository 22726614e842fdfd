"""One file per matched index on each machine, which all workers map; the first worker that needs it writes it."""

import asyncio
import fcntl
import mmap
from collections import deque
from pathlib import Path
from typing import Final

import structlog

from finder.storage import matched_index_store
from finder.storage.connections import Connection
from finder.storage.matched_index_store import StoredIndex

_log = structlog.get_logger(__name__)
_POLL_SECONDS: Final = 0.02
_TIMEOUT_SECONDS: Final = 20.0  # for another worker to write the file, after which this one does without
_MAX_FILES: Final = 2  # of the live publication and of the scheduled one


class SharedIndexFiles:
    """The files of one folder; without a folder, indexes are read into memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._used: deque[Path] = deque()

    async def open(self, connection: Connection, stored: StoredIndex) -> memoryview:
        """The bytes of a stored index.

        If no file can be written, they are read into memory, with a warning. Raises MatchedIndexDamagedError.
        """
        if self._folder is None:
            return await _read(connection, stored)
        path = self._folder / stored.sha256.hex()
        try:
            await self._require_file(connection, stored, path)
            mapped = _map(path)
        except OSError as error:  # TimeoutError is one too, and has no text
            reason = error.strerror or "another worker takes too long to write it"
            _log.warning("matched_index_not_shared", folder=str(self._folder), reason=reason)
            return await _read(connection, stored)
        self._use(path)
        return mapped

    async def _require_file(self, connection: Connection, stored: StoredIndex, path: Path) -> None:
        async with asyncio.timeout(_TIMEOUT_SECONDS) as timeout:
            while not path.exists():
                # Lock files are never removed, or two workers could lock different ones.
                with path.with_suffix(".lock").open("wb") as lock:
                    if _try_lock(lock.fileno()):
                        timeout.reschedule(None)  # the writer itself is never too slow
                        await _write(connection, stored, path)
                        return
                await asyncio.sleep(_POLL_SECONDS)

    def _use(self, path: Path) -> None:
        """Remove this process's oldest file. Workers that map it keep it; one that comes later writes its own."""
        if path in self._used:
            return
        if len(self._used) == _MAX_FILES:
            self._used.popleft().unlink(missing_ok=True)
        self._used.append(path)


def _try_lock(lock: int) -> bool:
    """Take a lock that the kernel frees when the process ends; False if another process has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _write(connection: Connection, stored: StoredIndex, path: Path) -> None:
    """Write the file under another name and rename it once it is complete."""
    if path.exists():
        return  # the previous lock owner has written it
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            async for piece in matched_index_store.read(connection, stored):
                await asyncio.to_thread(file.write, piece)
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _map(path: Path) -> memoryview:
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))


async def _read(connection: Connection, stored: StoredIndex) -> memoryview:
    whole, size = bytearray(stored.size), 0
    async for piece in matched_index_store.read(connection, stored):
        whole[size : size + len(piece)] = piece
        size += len(piece)
    return memoryview(whole).toreadonly()
