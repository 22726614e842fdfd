"""One PostgreSQL cluster on disk: created, started, inspected and stopped."""

import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import IO, Final

import psutil

from finder.embedded.configuration import PORT, make_private, settings_file, socket_folder
from finder.embedded.errors import EmbeddedPostgresError
from finder.embedded.unprivileged_user import Account

DATABASE: Final = "finder"
REPLICATION_SLOT: Final = "standby1"
"""The standby's. While the standby is away, the primary keeps the changes that it has not received."""
_LONGEST_LOG: Final = 1_000_000  # bytes
_LINES_OF_PID_FILE: Final = 8  # the last line, the status, is written last
_INITDB: Final = (
    "--username=postgres",
    "--auth-local=trust",  # whoever can open the folder of the socket may connect
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",  # names sort the same on every machine
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
_SINGLE_USER: Final = ("--single", "-cexit_on_error=on", "postgres")


class Cluster:
    """PostgreSQL's data in `folder`, run by `account` with the programs in `programs`."""

    def __init__(self, folder: Path, programs: Path, account: Account) -> None:
        self.sockets = socket_folder(folder, account)
        self.log = folder / "log"
        self._data = folder / "data"
        self._pid_file = self._data / "postmaster.pid"
        self._unfinished = folder / "data.unfinished"
        self._programs = programs
        self._account = account

    def create_if_missing(self, lock: int) -> None:
        """Create the data folder, with an empty database in it.

        The programs that do this inherit `lock`. So if this process is killed, the next one waits until they have
        stopped writing to the unfinished folder.
        """
        if self._data.exists():
            return
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._fill(lock)
        self._unfinished.rename(self._data)

    def _fill(self, lock: int) -> None:
        self._make("initdb", *_INITDB, lock=lock)
        self._make("postgres", *_SINGLE_USER, lock=lock, sql=f"CREATE DATABASE {DATABASE}\n")
        with (self._unfinished / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("include 'finder.conf'  # written before each start\n")

    def _make(self, program: str, *arguments: str, lock: int, sql: str = "") -> None:
        command: list[str | Path] = [self._programs / program, *arguments]
        made = self._account.run(command, pgdata=self._unfinished, output=subprocess.PIPE, text=sql, lock=lock)
        if made.returncode:
            output = made.stdout.decode(errors="replace")
            raise EmbeddedPostgresError(f"The embedded database cannot be made in {self._data.parent}.", output)

    def configure(self, *, durable: bool) -> None:
        """Write the settings before each start, because the folder may have been moved since the last one."""
        make_private(self.sockets, self._account)
        conf = self._data / "finder.conf"
        conf.write_text(settings_file(self.sockets, durable=durable), encoding="utf-8")
        self._account.own(conf)

    @property
    def postmaster(self) -> int | None:
        """The process id of the server; None if it does not run."""
        pid, _ = _read_pid_file(self._pid_file)
        return pid if pid is not None and self._is_postmaster(pid) else None

    def status(self) -> str | None:
        """The status in the postmaster's file (`starting`, `ready`, `stopping`); None if none runs."""
        if self.postmaster is None:
            return None
        _, lines = _read_pid_file(self._pid_file)
        return lines[-1].strip() if len(lines) == _LINES_OF_PID_FILE else "starting"

    def _is_postmaster(self, pid: int) -> bool:
        """Whether a process is our server, which works in its data folder. After a crash the id may be another's."""
        try:
            return psutil.Process(pid).cwd() == str(self._data)
        except psutil.Error:
            return False

    def start(self) -> str | None:
        """Start the server and wait until it answers; if that fails, returns what it logged."""
        self._drop_misleading_pid_files()
        with self.log.open("ab") as log:
            self._account.own(self.log)
            if log.tell() > _LONGEST_LOG:
                log.truncate(0)
            before = log.tell()
            started = self._pg_ctl("start", log)
        return self.log.read_bytes()[before:].decode(errors="replace") if started.returncode else None

    def _drop_misleading_pid_files(self) -> None:
        """Remove files that name a process which is not our server: PostgreSQL would refuse to start.

        It ignores a file only if no process has the id. It needs no file to find server processes that outlived their
        postmaster: it finds them by their shared memory.
        """
        for path in (self._pid_file, self.sockets / f".s.PGSQL.{PORT}.lock"):
            pid, _ = _read_pid_file(path)
            if pid is not None and psutil.pid_exists(pid) and not self._is_postmaster(pid):
                path.unlink(missing_ok=True)

    def stop(self) -> None:
        """End every session, write all data to disk and stop; if that fails within a minute, stop without writing.

        On a full disk, data cannot be written. Committed changes are in the WAL and are applied at the next start.
        """
        with self.log.open("ab") as log:
            stopped = self._pg_ctl("stop", log, "--mode=fast")
            if stopped.returncode and self.status():
                stopped = self._pg_ctl("stop", log, "--mode=immediate")
        if stopped.returncode and self.status():
            raise EmbeddedPostgresError("The embedded database does not stop.", self.read_log())
        with contextlib.suppress(OSError):
            self.sockets.rmdir()  # it may be under /tmp, where nothing should be left

    def read_log(self) -> str:
        """The server's recent log."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def promote(self) -> None:
        """Make a standby the primary, and wait until it is."""
        with self.log.open("ab") as log:
            promoted = self._pg_ctl("promote", log)
        if promoted.returncode:
            raise EmbeddedPostgresError("The standby cannot be promoted.", self.read_log())

    def _pg_ctl(self, action: str, log: IO[bytes], *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command: list[str | Path] = [self._programs / "pg_ctl", action, "--silent", "--wait", *arguments]
        return self._account.run(command, pgdata=self._data, output=log)


class StandbyCluster(Cluster):
    """A cluster that starts as a copy of a running primary and follows it by streaming replication."""

    def __init__(self, folder: Path, programs: Path, account: Account, primary: Path) -> None:
        super().__init__(folder, programs, account)
        self._primary = primary

    def _fill(self, lock: int) -> None:
        self._make(
            "pg_basebackup",
            f"--pgdata={self._unfinished}",
            f"--host={self._primary}",
            f"--port={PORT}",
            "--username=postgres",
            "--write-recovery-conf",
            "--wal-method=stream",
            "--create-slot",
            f"--slot={REPLICATION_SLOT}",
            "--checkpoint=fast",
            lock=lock,
        )


def _read_pid_file(path: Path) -> tuple[int | None, list[str]]:
    """The process number and all lines; no number while the file is missing or just being written."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None, []
    return (int(lines[0]) if lines and lines[0].isdecimal() else None), lines
