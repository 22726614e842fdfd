"""The settings of the embedded PostgreSQL, and the private folder of its socket."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from finder.embedded.errors import EmbeddedPostgresError
from finder.embedded.unprivileged_user import Account

PORT: Final = 5432  # only part of the socket's name: nothing listens on TCP
_LONGEST_SOCKET: Final = 107  # bytes, the most in sockaddr_un of Linux without the final NUL

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
    "hot_standby_feedback": "on",  # so that VACUUM on the primary does not cancel queries on its standby
    # A failed statement, or the detail of its error, may have a postcode, which logs must not have.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_NOT_DURABLE: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def settings_file(sockets: Path, *, durable: bool) -> str:
    """The text of a configuration file; without `durable` a crash of the machine may lose the whole cluster."""
    settings = _SETTINGS | ({} if durable else _NOT_DURABLE) | {"unix_socket_directories": _list_item(str(sockets))}
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _list_item(value: str) -> str:
    """One item of a list of names, quoted because it may have commas, spaces and quotation marks."""
    return '"' + value.replace('"', '""') + '"'


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def socket_folder(cluster: Path, account: Account) -> Path:
    """A folder inside the cluster's own, or a short one under /tmp if asyncpg or Linux cannot use that path."""
    inside = cluster / "socket"
    fits = len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET
    if fits and "," not in str(inside):  # asyncpg reads a comma as the end of one of several hosts
        return inside
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
    # Not tempfile.gettempdir(): processes with another TMPDIR must use the same folder.
    return Path("/tmp") / f"finder-{account.uid}-{digest}"  # noqa: S108  private: made and checked below


def make_private(folder: Path, account: Account) -> None:
    """Create a folder for this user alone, or check that it is: others can guess and take a name under /tmp."""
    if not os.path.lexists(folder):
        # Created under another name and renamed once it has its owner, so that nobody finds it unfinished.
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        account.own(made)
        try:
            made.rename(folder)
        except OSError:
            made.rmdir()  # another process was quicker, and its folder is not empty
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedPostgresError(
            f"{folder} must be a folder that only the user who runs PostgreSQL can open (its number is {account.uid}). "
            "Remove it, or choose another --data-dir."
        )
