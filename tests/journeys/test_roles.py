"""The roles that `finder migrate` creates: the loader does all that staff do, the reader serves, and neither more."""

import asyncio
import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from finder.embedded import EmbeddedPostgres
from finder.embedded.server import find_wheel
from finder.storage.connections import connected
from finder.storage.create_roles import LOADER, OWNER, READER, TABLES
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import ROOT, run_finder, running_service

_PARTS: Final = ("teams", "coverage", "officers", "priorities", "surgeries")


@dataclass(frozen=True)
class Addresses:
    """A migrated database, for a superuser and for people with the loader's and the reader's role."""

    superuser: str
    loader: str
    reader: str


def finder(dsn: str, *arguments: str | Path, **settings: str) -> str:
    """Runs a command that must succeed; returns what it printed."""
    done = run_finder(dsn, *arguments, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
async def addresses(bare_database: str) -> Addresses:
    """An empty database after `finder migrate`, with a login for each role."""
    await asyncio.to_thread(finder, bare_database, "migrate")
    async with connected(bare_database) as admin:
        for login, role in (("lena", LOADER), ("rita", READER)):
            await admin.execute(f"DROP ROLE IF EXISTS {login}; CREATE ROLE {login} LOGIN IN ROLE {role}")
    return Addresses(
        bare_database,
        bare_database.replace("://postgres@", "://lena@"),
        bare_database.replace("://postgres@", "://rita@"),
    )


async def test_the_loader_loads_publishes_and_clears_up_and_the_reader_serves(
    addresses: Addresses, tmp_path: Path
) -> None:
    loader = addresses.loader

    def work() -> None:
        finder(loader, "load", "postcodes", SHIPPED_FOLDER / "postcodes.csv")
        finder(loader, "load", "wards", SHIPPED_FOLDER / "wards.geojson")
        finder(loader, "load", "directory", SHIPPED_FOLDER / "directory")
        finder(loader, "publish", "--yes", "--accept-warnings")
        file = tmp_path / "officers.csv"
        file.write_text("team_id,name,rank\nladywood,Only Example,PCSO\n", encoding="utf-8")
        finder(loader, "load", "officers", file, "--team", "ladywood", SUDO_USER="chief")
        finder(loader, "discard", "directory-4")
        finder(loader, "load", "postcodes", _without_last_line(tmp_path), "--publish", "--accept-warnings")
        surgery = finder(loader, "surgery", "list", "edgbaston").split()[0]
        finder(loader, "surgery", "cancel", surgery, "--reason", "Snow.")
        finder(loader, "rollback", "--yes")
        finder(loader, "prune", "--keep", "2")
        finder(loader, "journal", "--verify")
        assert "Only Example" not in finder(loader, "lookup", "B24QA")

        with running_service(addresses.reader, tmp_path) as server:
            assert b'"B2 4QA"' in server.get("/api/v1/postcodes/B24QA")

    await asyncio.to_thread(work)
    entries = json.loads(await asyncio.to_thread(finder, loader, "journal", "--json"))
    assert {entry["database_role"] for entry in entries} == {"lena"}
    assert [entry["claims"] for entry in entries if "chief" in entry["claims"]] == ["SUDO_USER=chief"]
    assert "chief" not in {entry["who"] for entry in entries}


def _without_last_line(folder: Path) -> Path:
    lines = (SHIPPED_FOLDER / "postcodes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / "postcodes.csv"
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    return path


_REFUSED_TO_LOADERS: Final = (
    "DELETE FROM journal",
    "UPDATE journal SET who = 'nobody'",
    "TRUNCATE journal",
    "ALTER TABLE journal DISABLE TRIGGER append_only",
    "DROP TABLE journal",
    "DELETE FROM publication",
    "DELETE FROM release",
    "UPDATE publication SET made_by = 'nobody'",
    "INSERT INTO schema_migration (number, name) VALUES (99, 'x')",
    "CREATE TABLE stray ()",
    "CREATE OR REPLACE FUNCTION journal_hash(entry journal) RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
)


async def test_the_loader_cannot_change_what_is_recorded(addresses: Addresses) -> None:
    async with connected(addresses.loader) as loader:
        for statement in _REFUSED_TO_LOADERS:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await loader.execute(statement)


async def test_the_reader_can_only_read_and_sees_no_journal(addresses: Addresses) -> None:
    async with connected(addresses.reader) as reader:
        for table in TABLES:
            if table != "journal":
                await reader.fetch(f"SELECT * FROM {table} LIMIT 1")  # noqa: S608 - own names
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(f"DELETE FROM {table}")  # noqa: S608 - own names
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(f"INSERT INTO {table} DEFAULT VALUES")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetch("SELECT * FROM journal")
        for call in ("open_postcodes(1)", "take_release_number()", "give_room_back()"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.fetch(f"SELECT {call}")


async def test_what_a_superuser_migrates_belongs_to_the_owner_s_role(addresses: Addresses) -> None:
    async with connected(addresses.superuser) as admin:
        owners = await admin.fetch(
            "SELECT relname AS name, pg_get_userbyid(relowner) AS owner FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S') UNION ALL "
            "SELECT proname, pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        logins = await admin.fetch(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY($1) AND (rolcanlogin OR rolsuper OR rolcreaterole)",
            [OWNER, LOADER, READER],
        )

    assert {row["name"]: row["owner"] for row in owners if row["owner"] != OWNER} == {}
    assert set(TABLES) == {row["name"] for row in owners} & set(TABLES)
    assert logins == []


async def test_every_table_is_granted_to_somebody(addresses: Addresses) -> None:
    async with connected(addresses.superuser) as admin:
        tables = await admin.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )

    assert {row["relname"] for row in tables} == set(TABLES)


async def test_migrating_again_changes_no_right(addresses: Addresses) -> None:
    rights = (
        "SELECT relname, relowner, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    async with connected(addresses.superuser) as admin:
        before = await admin.fetch(rights)

        said = await asyncio.to_thread(finder, addresses.superuser, "migrate")

        assert re.fullmatch(r"The database is at schema \d+; nothing to do\.\n", said)
        assert await admin.fetch(rights) == before


async def test_an_owner_who_may_not_create_roles_is_told_what_to_do(bare_database: str) -> None:
    name = bare_database.partition("@/")[2].partition("?")[0]
    async with connected(bare_database) as admin:
        known = {row["rolname"] for row in await admin.fetch("SELECT rolname FROM pg_roles")}
        await admin.execute(f'DROP ROLE IF EXISTS otto; CREATE ROLE otto LOGIN; ALTER DATABASE "{name}" OWNER TO otto')

        done = await asyncio.to_thread(run_finder, bare_database.replace("://postgres@", "://otto@"), "migrate")

        await admin.execute(f'ALTER DATABASE "{name}" OWNER TO postgres; REASSIGN OWNED BY otto TO postgres')
        await admin.execute("DROP OWNED BY otto; DROP ROLE otto")
    assert done.returncode == 0, done.stderr
    missing = [role for role in (LOADER, READER) if role not in known]
    assert [role for role in missing if f"CREATE ROLE {role};" not in done.stderr] == []
    assert ("CREATE ROLE" in done.stderr) is bool(missing)


def test_the_roles_that_compose_creates_need_no_superuser() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="fo-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as database,
    ):
        rules = _create_roles_as_the_image_does(database, Path(folder) / "made")
        owner, loader, reader = (
            database.dsn.replace("://postgres@", f"://{role}@") for role in (OWNER, LOADER, READER)
        )

        migrated = run_finder(owner, "migrate")
        finder(loader, "load", "wards", SHIPPED_FOLDER / "wards.geojson")
        refused = run_finder(reader, "discard", "wards-1")

    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert refused.returncode == 1
    assert "The database user may not do this" in refused.stderr
    assert rules == "host replication finder_replication all scram-sha-256\n"


def _create_roles_as_the_image_does(database: EmbeddedPostgres, data: Path) -> str:
    """Runs the script as PostgreSQL's own user; returns what it adds to the rules for connections."""
    owner = database.sockets.stat()
    data.mkdir()
    os.chown(data, owner.st_uid, owner.st_gid)
    programs = find_wheel() / "pginstall18" / "bin"
    passwords = {f"{role}_PASSWORD": "for a test" for role in ("OWNER", "LOADER", "READER", "REPLICATION")}
    subprocess.run(
        ["bash", ROOT / "scripts" / "deploy" / "create-logins.sh"],  # noqa: S607 - wherever the system has it
        check=True,
        cwd="/",
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PGHOST": str(database.sockets),
            "PGDATA": str(data),
            "POSTGRES_USER": "postgres",
            "POSTGRES_DB": "finder",
            **passwords,
        },
        user=owner.st_uid if os.geteuid() == 0 else None,
        group=owner.st_gid if os.geteuid() == 0 else None,
    )
    return (data / "pg_hba.conf").read_text()
