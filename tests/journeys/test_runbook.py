"""The commands of docs/runbook.md run as they stand, while residents ask and must notice nothing."""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import asyncpg
import pytest

from finder.cli.demo import prepare
from finder.embedded import EmbeddedPostgres
from finder.embedded.server import find_wheel
from scripts.drills.observe_service import get_json
from scripts.harness.client_load import ClientLoad
from scripts.harness.postgres_proxy import PostgresProxy
from scripts.harness.resident_requests import ResidentRequests
from tests.support.commands import ROOT, RunningServer, isolated_environment, run_finder, running_service, wait_until
from tests.support.proxies import free_port

_PROGRAMS: Final = find_wheel() / "pginstall18" / "bin"
_SCRAM: Final = "local finder finder scram-sha-256\n"
_END_SESSIONS: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'finder'"
_SOON: Final = 5.0  # seconds within which publications are seen again


class Record(NamedTuple):
    """A database of the role `finder`, as the runbook knows it."""

    dsn: str
    admin: str
    server: EmbeddedPostgres

    @asynccontextmanager
    async def reachable(self) -> AsyncIterator[None]:
        """Listens at its own address for as long as the block lasts."""
        async with PostgresProxy(self.server.dsn).listening(urlsplit(self.dsn).port or 0):
            yield

    async def execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.admin)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()


@contextmanager
def record(folder: Path, address: str = "") -> Iterator[Record]:
    """A server with an empty database of the role `finder`; at its socket, or at an address of its own."""
    with EmbeddedPostgres(folder, durable=False) as server:
        dsn = f"postgresql://finder@{address}/finder" + ("" if address else f"?{server.dsn.partition('?')[2]}")
        admin = dsn.replace("finder@", "postgres@").replace("/finder", "/postgres")
        yield Record(dsn, admin, server)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short one, for sockets."""
    with tempfile.TemporaryDirectory(prefix="fr-") as made:
        yield Path(made)


@pytest.fixture
def passfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the password, which is the first one."""
    path = tmp_path / "pgpass"
    path.touch(mode=0o600)
    path.write_text("*:*:finder:finder:first\n")
    monkeypatch.setenv("PGPASSFILE", str(path))
    return path


def block(word: str) -> list[str]:
    """The commands of the runbook's block that has a word in it."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", runbook, re.DOTALL)
    [found] = [each for each in blocks if word in each]
    return found.splitlines()


@pytest.fixture
def run(tmp_path: Path) -> "Operator":
    return Operator(tmp_path)


class Operator:
    """Types commands, in a folder of their own, with PostgreSQL's programs at hand and no terminal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._put("finder", f'exec "{sys.executable}" -m finder "$@"')
        self._put("editor", 'echo "*:*:finder:finder:second" > "$1"')

    def _put(self, name: str, line: str) -> None:
        (self._folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (self._folder / name).chmod(0o755)

    async def __call__(self, record: Record, *commands: str, typed: str = "", **settings: str) -> str:
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-euc", "\n".join(commands)],
            cwd=self._folder,
            env=isolated_environment(record.dsn, ADMIN_URL=record.admin, **settings)
            | {"PATH": f"{self._folder}:{_PROGRAMS}:{os.environ['PATH']}"},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            start_new_session=True,  # or psql would ask for the password at a terminal, where there is one
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@asynccontextmanager
async def asked(server: RunningServer) -> AsyncIterator[str]:
    """A service that residents ask without a break, which must answer each; gives the address of its management."""
    await asyncio.to_thread(wait_until, lambda: '"serving"' in server.output, "the first snapshot")
    address = f"http://127.0.0.1:{server.port}"
    async with ClientLoad(address, (await ResidentRequests.record(address, 50)).all_kinds()) as load:
        yield server.management
    load.tally.require_all_right()


async def until_ready(address: str, publication: int, alarm: str = "") -> Mapping[str, object]:
    """Wait until a publication is served, with an alarm that has some words or with none."""
    async with asyncio.timeout(_SOON):
        while True:
            state = await get_json(address, "/readyz")
            alarms = " ".join(state["alarms"])
            if state["publication"] == publication and (alarm in alarms if alarm else not alarms):
                return state
            await asyncio.sleep(0.05)


async def change(record: Record, action: str, **settings: str) -> None:
    """Cancel a surgery, or restore it: a publication."""
    listed = await asyncio.to_thread(run_finder, record.dsn, "surgery", "list", "edgbaston", **settings)
    done = await asyncio.to_thread(run_finder, record.dsn, "surgery", action, listed.stdout.split()[0], **settings)
    assert done.returncode == 0, done.stderr


async def test_a_back_up_can_be_restored_and_workers_follow_it(folder: Path, tmp_path: Path, run: Operator) -> None:
    with record(folder) as kept:
        await kept.execute("CREATE ROLE finder LOGIN", "ALTER DATABASE finder OWNER TO finder")
        await prepare(kept.dsn)
        with running_service(kept.dsn, tmp_path, "--workers", "2") as server:
            async with asked(server) as address:
                await run(kept, *block("pg_dump"))
                await change(kept, "cancel")
                await until_ready(address, 2)

                said = await run(kept, *block("dropdb"))
                await until_ready(address, 1)
                await change(kept, "cancel")
                await until_ready(address, 2)

    assert re.search(r"^1 +live .* postcodes-1 +wards-2 +directory-7 ", said, re.MULTILINE)


async def test_a_password_is_changed_while_the_service_runs(
    folder: Path, tmp_path: Path, passfile: Path, run: Operator
) -> None:
    with record(folder) as kept:
        await kept.execute("CREATE ROLE finder LOGIN PASSWORD 'first'", "ALTER DATABASE finder OWNER TO finder")
        rules = kept.server.sockets.parent / "data" / "pg_hba.conf"
        rules.write_text(_SCRAM + rules.read_text())
        await kept.execute("SELECT pg_reload_conf()")
        await prepare(kept.dsn)
        with running_service(kept.dsn, tmp_path, "--workers", "2", PGPASSFILE=str(passfile)) as server:
            async with asked(server) as address:
                tell, write = block("PGPASSFILE")
                await run(kept, tell, typed="second\nsecond\n")
                await kept.execute(_END_SESSIONS)
                await until_ready(address, 1, alarm="refuses the user name or password")
                with pytest.raises(asyncpg.InvalidPasswordError):
                    await asyncpg.connect(kept.dsn)

                await run(kept, write, PGPASSFILE=str(passfile))
                await until_ready(address, 1)
                await change(kept, "cancel", PGPASSFILE=str(passfile))
                await until_ready(address, 2)


async def test_postgresql_is_replaced_while_the_service_runs(folder: Path, tmp_path: Path, run: Operator) -> None:
    address = f"127.0.0.1:{free_port()}"
    with record(folder / "old", address) as old, record(folder / "new", address) as new:
        async with old.reachable():
            await old.execute("CREATE ROLE finder LOGIN", "ALTER DATABASE finder OWNER TO finder")
            await prepare(old.dsn)
        async with AsyncExitStack() as later:
            async with old.reachable():
                server = later.enter_context(running_service(old.dsn, tmp_path))
                service = await later.enter_async_context(asked(server))
                await run(old, *block("pg_dump"))
            await until_ready(service, 1, alarm="PostgreSQL cannot be reached")
            async with new.reachable():
                await new.execute("CREATE ROLE finder LOGIN")
                await run(new, *block("dropdb"))
                await until_ready(service, 1)
                await change(new, "cancel")
                await until_ready(service, 2)
