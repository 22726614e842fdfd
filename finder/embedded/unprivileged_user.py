"""Chooses the user that runs PostgreSQL: the present user or, because PostgreSQL refuses root, a system user."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from finder.embedded.errors import EmbeddedPostgresError

SYSTEM_USER: Final = "finder-postgres"
_REMEDY: Final = (
    "Run this as an ordinary user, or set FINDER_DATABASE_URL to a database of your own, "
    f"or make the user with: useradd --system {SYSTEM_USER}"
)


@dataclass(frozen=True, slots=True)
class Account:
    """The user that PostgreSQL's programs run as; `switched` if that is not the present user."""

    uid: int
    gid: int
    switched: bool

    def run(
        self,
        command: Sequence[str | Path],
        *,
        pgdata: Path,
        output: int | IO[bytes],
        text: str = "",
        lock: int | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one of PostgreSQL's programs to its end. It inherits `lock`, a file descriptor, and so keeps it locked.

        The data folder is passed in the environment, because initdb and pg_ctl put a path that is an option on the
        command line of a shell. The rest of the caller's environment is not passed on: the user's PGHOST or PGOPTIONS
        would change what the program does.
        """
        try:
            return subprocess.run(
                command,
                input=text.encode(),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",  # this user may not be allowed into the present folder
                env={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath), "PGDATA": str(pgdata)},
                umask=0o077,
                pass_fds=() if lock is None else (lock,),
                check=False,
                user=self.uid if self.switched else None,
                group=self.gid if self.switched else None,
                extra_groups=[] if self.switched else None,
            )
        except OSError as error:
            program = Path(command[0]).name
            raise EmbeddedPostgresError(f"{program} of the embedded PostgreSQL cannot run: {error}.") from error

    def own(self, path: Path) -> None:
        """Make this user the owner of a path that root has just created."""
        if self.switched:
            os.chown(path, self.uid, self.gid)


def account_for(folder: Path) -> Account:
    """The user that runs the cluster in `folder`. As root, that is the folder's owner or the system user."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, switched=True)
    entry = _system_user()
    return Account(entry.pw_uid, entry.pw_gid, switched=True)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        reason = _make_system_user()
    try:
        return pwd.getpwnam(SYSTEM_USER)  # also if useradd failed because another process was quicker
    except KeyError:
        sentence = f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} could not be made: {reason}."
        raise EmbeddedPostgresError(f"{sentence} {_REMEDY}") from None


def _make_system_user() -> str:
    """Try to create the system user; returns the error message of useradd."""
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        return "there is no useradd"
    made = subprocess.run(
        [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    return made.stderr.strip().rstrip(".")


def open_path_to(account: Account, folders: Iterable[Path], trees: Iterable[Path]) -> list[Path]:
    """Let a switched-to user reach `folders` and read `trees`; returns the folders that were opened, outermost first.

    Parent folders only get the search bit for others, so that their contents cannot be listed. The trees are the
    wheel's own files, which others cannot read if it was installed with a umask of 077.
    """
    if not account.switched:
        return []
    trees = list(trees)
    opened = [path for folder in [*folders, *trees] for path in _pass_through(account, folder)]
    for tree in trees:
        _let_read(tree)
    return sorted(set(opened))


def _pass_through(account: Account, folder: Path) -> Iterator[Path]:
    for parent in reversed(folder.resolve().parents):
        found = parent.stat()
        if not found.st_mode & _search_bit(account, found):
            parent.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
            yield parent


def _search_bit(account: Account, found: os.stat_result) -> int:
    """The one of the three search bits that the kernel checks for this user."""
    if found.st_uid == account.uid:
        return stat.S_IXUSR
    return stat.S_IXGRP if found.st_gid == account.gid else stat.S_IXOTH


def _let_read(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)
