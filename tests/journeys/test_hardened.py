"""What the container files promise, tried without a container: nothing to write to, no privileges, a standby."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from finder.cli.demo import prepare
from finder.embedded import EmbeddedPostgres
from finder.embedded.server import find_wheel
from finder.storage.connections import Server, connected
from tests.support.commands import ROOT, isolated_environment, wait_until
from tests.support.proxies import free_port, require_program

# Every file system is made read-only first, then all privileges go, as docker-compose.yml has it; there is not even the
# scratch space of a tmpfs. It prints what can still be written to before the service starts.
_LOCKED_DOWN: Final = """
user=$1 prefix=$2 python=$3
shift 2
if ! setpriv --reuid="$user" --regid="$user" --clear-groups sh -c '"$1" -c ""' sh "$python" 2>/dev/null; then
    # A Python below a folder that is closed to others, like /root: here, and here alone, that folder is an empty one
    # with this Python in it.
    top=${prefix#/}
    top=/${top%%/*}
    mount --bind "$prefix" /mnt
    mount -t tmpfs -o mode=755 none "$top"
    mkdir -p "$prefix"
    mount --move /mnt "$prefix"
fi
while read -r _ place _; do
    mount -o remount,bind,ro "$place" 2>/dev/null || true
done </proc/self/mounts
exec setpriv --reuid="$user" --regid="$user" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs sh -c '
    for folder in / /tmp /var/tmp /dev/shm "$HOME" "$PWD"; do
        if touch "$folder/finder-was-here" 2>/dev/null; then echo "writable: $folder"; fi
    done
    grep -E "^(CapEff|NoNewPrivs):" /proc/self/status
    exec "$@"
' sh "$@"
"""


@contextmanager
def locked_down(dsn: str, user: int, port: int, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`finder serve` as this user, with a read-only file system and no privileges."""
    if os.geteuid() != 0:
        pytest.skip("only root can make file systems read-only")
    require_program("setpriv")
    command = [sys.executable, "-m", "finder", "serve", "--port", str(port)]
    with (
        output.open("wb") as stream,
        subprocess.Popen(
            [
                require_program("unshare"),
                "--mount",
                "sh",
                "-c",
                _LOCKED_DOWN,
                "sh",
                str(user),
                sys.base_prefix,
                *command,
            ],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=isolated_environment(dsn, HOME="/nonexistent", PYTHONDONTWRITEBYTECODE="1", FINDER_LOG_FORMAT="json"),
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def test_the_service_runs_with_nothing_to_write_to_and_no_privileges(tmp_path: Path) -> None:
    output, port = tmp_path / "output.log", free_port()
    with (
        tempfile.TemporaryDirectory(prefix="fh-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as database,
    ):
        asyncio.run(prepare(database.dsn))
        owner = database.sockets.stat().st_uid  # who alone may use the database's socket: no root either
        with locked_down(database.dsn, owner, port, output) as process:
            wait_until(lambda: '"serving"' in output.read_text() or process.poll() is not None, "the service")
            said = output.read_text()
            assert process.poll() is None, said
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/postcodes/B24QA", timeout=10) as response:
                answer = json.load(response)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/teams/ladywood", timeout=10) as response:
                page = response.read().decode()

    if owner == 0:
        pytest.skip("this database runs as root")
    assert "writable: " not in said
    assert "CapEff:\t0000000000000000" in said
    assert "NoNewPrivs:\t1" in said
    assert answer["team"]["id"] == "ladywood"
    assert "Ladywood" in page


def test_the_standby_script_makes_a_standby_that_follows_and_can_be_restarted(tmp_path: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="fh-") as folder,
        EmbeddedPostgres(Path(folder) / "a", durable=False) as primary,
    ):
        place = Path(folder) / "b"
        place.mkdir(mode=0o700)
        owner = primary.sockets.stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        (place / "18").mkdir()
        os.chown(place / "18", owner.st_uid, owner.st_gid)
        asyncio.run(execute(primary.dsn, "CREATE TABLE seen AS SELECT 1 AS one"))
        asyncio.run(execute(primary.dsn, "CREATE ROLE finder_replication LOGIN REPLICATION"))
        for expected in ("1", "2"):
            with standby_by_script(primary, place, tmp_path / "standby.log") as dsn:
                wait_until(lambda dsn=dsn, n=expected: reads(dsn) == f"true {n}", "the standby to follow")  # type: ignore[misc]
                asyncio.run(execute(primary.dsn, "INSERT INTO seen VALUES (1)"))


@contextmanager
def standby_by_script(primary: EmbeddedPostgres, place: Path, log: Path) -> Iterator[str]:
    """The standby's address; its script runs as the image runs it, but for where the socket lies."""
    programs = find_wheel() / "pginstall18" / "bin"
    owner = primary.sockets.stat()
    settings = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGDATA": str(place / "18" / "docker"),
        "PGHOST": str(primary.sockets),
        "PGUSER": "finder_replication",
        "PGDATABASE": "finder",
    }
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [
                require_program("bash"),
                ROOT / "scripts" / "deploy" / "standby.sh",
                "-c",
                f"unix_socket_directories={place}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=settings,
            user=owner.st_uid if os.geteuid() == 0 else None,
            group=owner.st_gid if os.geteuid() == 0 else None,
        ) as process,
    ):
        try:
            wait_until(lambda: (place / ".s.PGSQL.5432").exists() or process.poll() is not None, "the standby")
            assert process.poll() is None, log.read_text()
            yield f"postgresql://postgres@/finder?host={place}&port=5432"
        finally:
            process.terminate()


async def execute(dsn: str, statement: str) -> None:
    """Run a statement on the primary."""
    async with connected(dsn, Server.PRIMARY) as connection:
        await connection.execute(statement)


def reads(dsn: str) -> str:
    """Whether a server is a standby, and how many rows it has; nothing while it is starting."""

    async def ask() -> str:
        async with connected(dsn) as connection:
            return str(
                await connection.fetchval("SELECT format('%s %s', pg_is_in_recovery()::text, count(*)) FROM seen")
            )

    try:
        return asyncio.run(ask())
    except Exception as error:  # noqa: BLE001 - the service is not ready yet
        return str(error)
