"""The embedded PostgreSQL: shared, killed, interrupted, in awkward folders, as root and as an ordinary user."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import asyncpg
import psutil
import pytest

from finder.embedded import EmbeddedPostgres, EmbeddedPostgresError
from finder.embedded.configuration import PORT
from finder.embedded.data_directory import Cluster

_HOLD: Final = """
import sys
from pathlib import Path
from finder.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
    print(server.dsn, flush=True)
    sys.stdin.read()
"""
_AS_ROOT: Final = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder: pytest's own are so long that every socket would go to the folder for long paths."""
    with tempfile.TemporaryDirectory(prefix="fe-") as made:
        yield Path(made)


@contextmanager
def another_process(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A second user of the same cluster, inside its with block until its standard input ends."""
    command = [sys.executable, "-c", _HOLD, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        yield process


def embedded(data_dir: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data_dir, durable=False)


def postmaster(data_dir: Path) -> psutil.Process | None:
    """The running server, found without its files."""
    home = str(data_dir.resolve() / "postgres" / "data")
    for process in psutil.process_iter():
        try:
            if process.cwd() == home and process.ppid() != 0 and (process.parent() or process).name() != "postgres":
                return process
        except psutil.Error:
            continue
    return None


def title_of(process: psutil.Process) -> str:
    """How a process calls itself; empty if it has ended meanwhile."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def running(data_dir: Path) -> psutil.Process:
    server = postmaster(data_dir)
    assert server is not None
    return server


def pid_of(data_dir: Path) -> int:
    return running(data_dir).pid


def kill_postmaster(data_dir: Path) -> None:
    """Kill it and see it gone; on some machines nobody clears its zombie away."""
    os.kill(pid_of(data_dir), signal.SIGKILL)
    while postmaster(data_dir) is not None:
        pass


async def run_sql(dsn: str, *statements: str) -> object:
    """The last statement's first value."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def test_an_empty_database_answers_inside_the_block_and_nothing_runs_after_it(folder: Path) -> None:
    with embedded(folder) as server:
        name = await run_sql(server.dsn, "SELECT current_database()")

    assert name == "finder"
    assert postmaster(folder) is None


async def test_what_was_written_is_there_at_the_next_start(folder: Path) -> None:
    with embedded(folder) as server:
        await run_sql(server.dsn, "CREATE TABLE kept AS SELECT 42 AS value", "SELECT 1")

    with embedded(folder) as server:
        assert await run_sql(server.dsn, "SELECT value FROM kept") == 42


async def test_an_ordinary_start_is_durable(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        assert await run_sql(server.dsn, "SHOW fsync") == "on"


async def test_nothing_listens_on_tcp_and_the_socket_is_private(folder: Path) -> None:
    with embedded(folder) as server:
        addresses = await run_sql(server.dsn, "SHOW listen_addresses")
        mode = stat.S_IMODE((folder / "postgres").stat().st_mode)

    assert addresses == ""
    assert mode == 0o700


def test_a_terminal_s_interrupt_does_not_reach_the_server(folder: Path) -> None:
    with embedded(folder):
        assert os.getsid(pid_of(folder)) != os.getsid(0)


def test_the_server_stays_until_the_last_user_leaves(folder: Path) -> None:
    with another_process(folder) as other:
        with embedded(folder):
            first = pid_of(folder)
        assert pid_of(folder) == first

        other.communicate("")

    assert postmaster(folder) is None


def test_simultaneous_users_never_find_a_stopped_server(folder: Path) -> None:
    loop = """
import asyncio, sys
from pathlib import Path
import asyncpg
from finder.embedded import EmbeddedPostgres
async def ask(dsn):
    connection = await asyncpg.connect(dsn)
    await connection.close()
for _ in range(8):
    with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
        asyncio.run(ask(server.dsn))
"""
    users = [subprocess.Popen([sys.executable, "-c", loop, str(folder)]) for _ in range(3)]

    assert [user.wait(timeout=60) for user in users] == [0, 0, 0]
    assert postmaster(folder) is None


async def test_the_data_outlives_a_killed_server(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        await run_sql(server.dsn, "CREATE TABLE kept AS SELECT 42 AS value", "SELECT 1")
        kill_postmaster(folder)

        with EmbeddedPostgres(folder) as restarted:
            assert await run_sql(restarted.dsn, "SELECT value FROM kept") == 42


def test_the_server_of_a_killed_user_is_reused_and_stopped(folder: Path) -> None:
    with another_process(folder) as other:
        left = pid_of(folder)
        other.kill()
        other.wait()

    with embedded(folder):
        assert pid_of(folder) == left
    assert postmaster(folder) is None


def test_a_server_that_cannot_write_its_data_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = Cluster._pg_ctl
    stops: list[tuple[str, int]] = []

    def hurried(cluster: Cluster, action: str, log: IO[bytes], *arguments: str) -> subprocess.CompletedProcess[bytes]:
        if "--mode=fast" in arguments:
            arguments += ("--timeout=2",)
        done = patient(cluster, action, log, *arguments)
        stops.extend((arguments[0], done.returncode) for _ in arguments[:1])
        return done

    monkeypatch.setattr(Cluster, "_pg_ctl", hurried)
    with EmbeddedPostgres(folder) as server:
        asyncio.run(run_sql(server.dsn, "CREATE TABLE kept AS SELECT 42 AS value"))
        [checkpointer] = [each for each in running(folder).children() if "checkpointer" in title_of(each)]
        checkpointer.send_signal(signal.SIGSTOP)  # it is what writes everything out, and the server waits for it

    assert stops == [("--mode=fast", 1), ("--mode=immediate", 0)]
    assert postmaster(folder) is None
    with EmbeddedPostgres(folder) as restarted:
        assert asyncio.run(run_sql(restarted.dsn, "SELECT value FROM kept")) == 42


def test_a_stale_process_id_that_another_program_has_is_ignored(folder: Path) -> None:
    with embedded(folder):
        recorded = folder / "postgres" / "data" / "postmaster.pid"
        lines = recorded.read_text().splitlines()
    with subprocess.Popen(["/bin/sleep", "60"]) as bystander:
        recorded.write_text("\n".join([str(bystander.pid), *lines[1:], ""]))

        with embedded(folder) as server:
            assert asyncio.run(run_sql(server.dsn, "SELECT 1")) == 1
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize("name", ["a b", "quote'\"s", "comma, colon: 100%", "naïve é", "dollar$HOME `id`"])
async def test_a_folder_may_have_any_name(folder: Path, name: str) -> None:
    with embedded(folder / name) as server:
        assert await run_sql(server.dsn, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket_gets_a_private_one_elsewhere(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)

    with embedded(deep) as server:
        assert await run_sql(server.dsn, "SELECT 1") == 1
        sockets = Path(str(await run_sql(server.dsn, "SHOW unix_socket_directories")).strip('"'))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert (sockets / f".s.PGSQL.{PORT}").is_socket()

    assert not sockets.exists()


async def test_unfinished_data_is_deleted(folder: Path) -> None:
    with embedded(folder):
        pass
    (folder / "postgres" / "data").rename(folder / "postgres" / "data.unfinished")
    (folder / "postgres" / "data.unfinished" / "global" / "pg_control").unlink()

    with embedded(folder) as server:
        assert await run_sql(server.dsn, "SELECT 1") == 1


def test_damaged_data_is_refused_with_what_the_server_says(folder: Path) -> None:
    with embedded(folder):
        pass
    (folder / "postgres" / "data" / "global" / "pg_control").unlink()

    with pytest.raises(EmbeddedPostgresError, match=r"does not start\.\n(.*\n)*.*pg_control"), embedded(folder):
        pass


def test_a_folder_that_others_can_open_is_refused(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres").chmod(0o755)
    os.chown(folder / "postgres", *([65534, 65534] if _AS_ROOT else [-1, -1]))

    with pytest.raises(EmbeddedPostgresError, match="only the user who runs PostgreSQL can open"), embedded(folder):
        pass


@pytest.mark.skipif(not _AS_ROOT, reason="only root needs another user for PostgreSQL")
def test_as_root_closed_parents_get_the_only_the_search_bit_for_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (folder / "open").mkdir(mode=0o755)

    with embedded(closed / "data"):
        assert stat.S_IMODE(closed.stat().st_mode) == 0o701

    said = capsys.readouterr().err
    assert str(closed) in said
    assert str(folder / "open") not in said


@pytest.mark.skipif(not _AS_ROOT, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_can_use_it_and_root_after_them(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    command = [_python_for(nobody.pw_uid), "-c", _HOLD, str(folder)]

    used = subprocess.run(
        command,
        input="",
        capture_output=True,
        text=True,
        check=False,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        env=_environment(),
    )

    assert used.stdout.startswith("postgresql://"), used.stderr
    with embedded(folder):
        assert postmaster(folder) is not None
    assert (folder / "postgres" / "data").stat().st_uid == nobody.pw_uid


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"}


def _python_for(uid: int) -> str:
    """An interpreter of this version that this user can run with our packages; skips where none is within reach."""
    version = f"python3.{sys.version_info.minor}"
    for candidate in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        try:
            subprocess.run(
                [candidate or "", "-c", "import finder.embedded"], user=uid, env=_environment(), check=True, stderr=-3
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return str(candidate)
    pytest.skip(f"an ordinary user reaches no {version} with this checkout's packages")
