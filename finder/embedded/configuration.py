"""What the embedded PostgreSQL is told: its settings, and the private folder in which its socket lies."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from finder.embedded.account import Account
from finder.embedded.errors import EmbeddedPostgresError

PORT: Final = 5432  # no more than a part of the socket's name: nothing listens on TCP
_LONGEST_SOCKET: Final = 107  # bytes that Linux takes in sockaddr_un, without the closing NUL

_SETTINGS: Final = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    "io_method": "sync",  # no pool of I/O workers for so little data
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "hot_standby_feedback": "on",  # a primary's clearing up must not cut off who reads from its standby
    # A refused statement, or the detail of the refusal, may hold a postcode, and logs hold none.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_NOT_DURABLE: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def settings_file(sockets: Path, *, durable: bool) -> str:
    """The text of a configuration file; without `durable` a crash of the machine may lose the whole cluster."""
    settings = _SETTINGS | ({} if durable else _NOT_DURABLE) | {"unix_socket_directories": _list_item(str(sockets))}
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _list_item(value: str) -> str:
    """One item of a list of names, whatever commas, spaces and quotation marks are in it."""
    return '"' + value.replace('"', '""') + '"'


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def socket_folder(cluster: Path, account: Account) -> Path:
    """A folder inside the cluster's own; a short one under /tmp where asyncpg or Linux cannot take that path."""
    inside = cluster / "socket"
    fits = len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET
    if fits and "," not in str(inside):  # asyncpg takes a comma for the end of one host of several
        return inside
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
    # Not tempfile.gettempdir(): every process that uses this cluster must come to the same folder, whatever its TMPDIR.
    return Path("/tmp") / f"finder-{account.uid}-{digest}"  # noqa: S108  private: made and checked below


def make_private(folder: Path, account: Account) -> None:
    """Make it for this user alone, or check that it is so: the name of one under /tmp can be guessed and taken."""
    if not os.path.lexists(folder):
        # Made beside its place and owned before it has its name, so that nobody meets it half made.
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        account.own(made)
        try:
            made.rename(folder)
        except OSError:
            made.rmdir()  # another was there first, and has put something in
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedPostgresError(
            f"{folder} must be a folder that only the user who runs PostgreSQL can open (its number is {account.uid}). "
            "Remove it, or choose another --data-dir."
        )
