"""Mistakes and faults that operators meet, with the real commands: a sentence, an exit code, no traceback."""

import asyncio
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import pytest

from finder.embedded import EmbeddedPostgres
from finder.storage.connections import connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import isolated_environment, run_finder
from tests.support.stored_releases import fingerprint

_TEAMS: Final = str(SHIPPED_FOLDER / "directory" / "teams.csv")
# Every way in which a command meets the database.
_COMMANDS: Final = {
    "migrate": ("migrate",),
    "load": ("load", "teams", _TEAMS),
    "publish": ("publish", "--yes"),
    "serve": ("serve", "--port", "0"),
    "serve with two workers": ("serve", "--port", "0", "--workers", "2"),
}
# The service waits for a database that does not answer: tests/journeys/test_late_database.py.
_AT_ONCE: Final = {name: words for name, words in _COMMANDS.items() if words[0] != "serve"}
_NEED_SCHEMA: Final = {name: words for name, words in _COMMANDS.items() if name != "migrate"}


def assert_refused(done: subprocess.CompletedProcess[str], *says: str) -> None:
    """Checks for exit code 1 and a sentence on standard error, without a traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    said = " ".join(done.stderr.split())
    assert [words for words in says if words not in said] == [], said


def another_database(dsn: str, name: str) -> str:
    return dsn.replace(urlsplit(dsn).path, f"/{name}", 1)


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """A port that is taken, but without a listener."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture(scope="module")
def guarded_server() -> Iterator[str]:
    """The address, with password, of a PostgreSQL that requires a password."""
    with (
        tempfile.TemporaryDirectory(prefix="fe-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as running,
    ):
        asyncio.run(_ask_for_passwords(running.dsn, Path(folder) / "postgres" / "data" / "pg_hba.conf"))
        yield running.dsn.replace("postgres@", "postgres:rightpass@", 1)


async def _ask_for_passwords(dsn: str, access: Path) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("ALTER USER postgres PASSWORD 'rightpass'")
    access.write_text("local all all scram-sha-256\n", encoding="utf-8")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@pytest.mark.parametrize("command", _AT_ONCE.values(), ids=_AT_ONCE)
def test_without_a_database_a_command_says_what_to_check(closed_port: int, command: tuple[str, ...]) -> None:
    done = run_finder(f"postgresql://finder:secret@127.0.0.1:{closed_port}/finder", *command)

    assert_refused(done, "PostgreSQL cannot be reached", "FINDER_DATABASE_URL")
    assert "secret" not in done.stdout + done.stderr


def test_the_right_password_is_accepted(guarded_server: str) -> None:
    done = run_finder(guarded_server, "migrate")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [("migrate",), ("serve", "--port", "0")], ids=["migrate", "serve"])
def test_a_wrong_password_is_refused_without_being_repeated(guarded_server: str, command: tuple[str, ...]) -> None:
    done = run_finder(guarded_server.replace("rightpass", "wrongpass"), *command)

    assert_refused(done, "refuses the user name or password", "FINDER_DATABASE_URL")
    assert "wrongpass" not in done.stdout + done.stderr


def test_a_missing_password_is_refused_in_words(guarded_server: str) -> None:
    done = run_finder(guarded_server.replace(":rightpass", ""), "migrate")

    assert_refused(done, "FINDER_DATABASE_URL")


def test_a_database_that_does_not_exist_is_named(server: str) -> None:
    done = run_finder(another_database(server, "none_such"), "migrate")

    assert_refused(done, "none_such", "createdb")


@pytest.mark.parametrize("address", ["hello", "postgresql://[", "mysql://localhost/finder", "postgresql://h:port/d"])
def test_a_malformed_address_is_refused_in_words(address: str) -> None:
    done = run_finder(address, "releases")

    assert_refused(done, "FINDER_DATABASE_URL")


def test_invalid_settings_are_named() -> None:
    done = run_finder("postgresql://h/d", "releases", FINDER_WORKERS="several", FINDER_BRAND_COLOUR="#ffffff")

    assert_refused(done, "FINDER_WORKERS: Input should be a valid integer", "FINDER_BRAND_COLOUR: #ffffff leaves")
    assert "pydantic" not in done.stderr


@pytest.mark.parametrize("command", _NEED_SCHEMA.values(), ids=_NEED_SCHEMA)
async def test_an_empty_database_is_refused_with_what_to_run(bare_database: str, command: tuple[str, ...]) -> None:
    done = await asyncio.to_thread(run_finder, bare_database, *command)

    assert_refused(done, "The database is empty", "finder migrate")


@pytest.mark.parametrize("command", _COMMANDS.values(), ids=_COMMANDS)
async def test_a_newer_schema_is_refused_with_what_to_do(empty_database: str, command: tuple[str, ...]) -> None:
    async with connected(empty_database) as connection:
        await connection.execute("INSERT INTO schema_migration (number, name) VALUES (9999, 'of tomorrow')")

        done = await asyncio.to_thread(run_finder, empty_database, *command)

        assert_refused(done, "9999", "Upgrade this installation")


@pytest.mark.parametrize("limit", ["lock", "statement"])
async def test_a_timeout_of_the_database_is_explained(empty_database: str, limit: str) -> None:
    name = urlsplit(empty_database).path.strip("/")
    async with connected(empty_database) as other, other.transaction():
        await other.execute("LOCK TABLE release")
        async with connected(empty_database) as administrator:
            await administrator.execute(f"ALTER DATABASE {name} SET {limit}_timeout = '200ms'")

        done = await asyncio.to_thread(run_finder, empty_database, "releases")

    assert_refused(done, "PostgreSQL has given up", f"due to {limit} timeout", "raise it")


async def test_migrate_prepares_an_empty_database_and_says_so(bare_database: str) -> None:
    first = await asyncio.to_thread(run_finder, bare_database, "migrate")
    second = await asyncio.to_thread(run_finder, bare_database, "migrate")
    listed = await asyncio.to_thread(run_finder, bare_database, "releases")

    assert first.returncode == second.returncode == listed.returncode == 0
    assert "applied 0001_releases.sql" in first.stdout
    assert "nothing to do" in second.stdout
    assert "Nothing was loaded yet" in listed.stdout


async def test_looking_up_before_anything_is_live_says_what_to_do(empty_database: str) -> None:
    done = await asyncio.to_thread(run_finder, empty_database, "lookup", "B2 4QA")

    assert_refused(done, "Nothing is live yet", "finder publish")


@pytest.mark.parametrize(
    ("postcode", "says"),
    [("HELLO", "Enter a full UK postcode"), ("B99 9ZZ", "do not know"), ("EH1 1YZ", "Police Scotland")],
)
async def test_a_lookup_that_finds_no_team_is_refused_as_elsewhere(
    shipped_database: str, postcode: str, says: str
) -> None:
    done = await asyncio.to_thread(run_finder, shipped_database, "lookup", postcode)

    assert_refused(done, says)


async def test_publishing_without_a_terminal_and_without_consent_is_wrong_usage(
    shipped_database: str, tmp_path: Path
) -> None:
    officers = tmp_path / "officers.csv"
    officers.write_text("team_id,name,rank\nladywood,Other Example,PCSO\n", encoding="utf-8")
    options = ("--team", "ladywood")
    staged = await asyncio.to_thread(run_finder, shipped_database, "load", "officers", officers, *options)
    async with connected(shipped_database) as connection:
        before = await fingerprint(connection)

        done = await asyncio.to_thread(run_finder, shipped_database, "publish")

        assert staged.returncode == 0, staged.stderr
        assert done.returncode == 2
        assert "--yes" in done.stderr
        assert await fingerprint(connection) == before


@pytest.mark.parametrize(
    "words",
    [
        ("load", "nonsense", "file.csv"),
        ("load", "teams"),
        ("load", "wards", "file.geojson", "--team", "abbey"),
        ("publish", "--maybe"),
        ("rollback", "--kind", "officers"),
        ("serve", "--workers", "0"),
        ("serve", "--port", "many"),
        ("none-such",),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_with_a_hint(words: tuple[str, ...]) -> None:
    done = run_finder("postgresql://127.0.0.1:1/finder", *words)

    assert done.returncode == 2
    assert "Usage: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [("publish", "--yes"), ("publish", "wards-99", "--yes"), ("rollback", "--yes")], ids=" ".join
)
async def test_what_cannot_be_published_is_refused_in_words(shipped_database: str, words: tuple[str, ...]) -> None:
    async with connected(shipped_database) as connection:
        before = await fingerprint(connection)

        done = await asyncio.to_thread(run_finder, shipped_database, *words)

        assert_refused(done)
        assert len(done.stderr.split()) > 4
        assert await fingerprint(connection) == before


@pytest.mark.parametrize(
    ("setting", "value"),
    [("FINDER_PORT", "many"), ("FINDER_WORKERS", "0"), ("FINDER_LOG_LEVEL", "loud"), ("FINDER_POLL_INTERVAL", "-1")],
)
def test_an_invalid_value_of_a_setting_is_refused_by_name(closed_port: int, setting: str, value: str) -> None:
    done = run_finder(f"postgresql://127.0.0.1:{closed_port}/finder", "serve", **{setting: value})

    assert_refused(done, "setting")
    assert setting.removeprefix("FINDER_").lower() in done.stderr.lower()


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "--csv"),
        ("diff", "--html"),
        ("load", "teams", _TEAMS, "--publish", "--html"),
        ("coverage-draft",),
        ("template", "officers", "--xlsx"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("file", ["missing/file", "."])
def test_a_file_that_cannot_be_written_is_wrong_usage_before_anything_is_done(
    closed_port: int, tmp_path: Path, words: tuple[str, ...], file: str
) -> None:
    done = run_finder(f"postgresql://127.0.0.1:{closed_port}/finder", *words, tmp_path / file)

    assert done.returncode == 2, done.stderr
    assert ("cannot be written" if file != "." else "is a folder") in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


async def test_a_full_disk_under_a_report_is_not_mistaken_for_that_of_the_database(shipped_database: str) -> None:
    done = await asyncio.to_thread(
        run_finder, shipped_database, "load", "teams", _TEAMS, "--check", "--html", "/dev/full"
    )

    assert_refused(done, "/dev/full cannot be written: No space left on device.")


async def test_a_full_disk_under_what_is_printed_is_not_mistaken_for_that_of_the_database(
    shipped_database: str,
) -> None:
    def print_it() -> subprocess.CompletedProcess[str]:
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            return subprocess.run(
                [sys.executable, "-m", "finder", "releases"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                env=isolated_environment(shipped_database),
            )

    done = await asyncio.to_thread(print_it)

    assert done.returncode == 1
    assert done.stderr.startswith("Standard output cannot be written: No space left on device.")
    assert "Traceback" not in done.stderr


def test_a_corrected_coverage_file_is_not_overwritten(closed_port: int, tmp_path: Path) -> None:
    corrected = tmp_path / "coverage.csv"
    corrected.write_text("gss_code,team_id\nE05011151,ladywood\n", encoding="utf-8")

    done = run_finder(f"postgresql://127.0.0.1:{closed_port}/finder", "coverage-draft", corrected)

    assert done.returncode == 2
    assert "Name another, or remove it" in " ".join(done.stderr.split())
    assert "ladywood" in corrected.read_text(encoding="utf-8")


async def test_a_port_that_is_taken_is_refused_in_words(shipped_database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        done = await asyncio.to_thread(run_finder, shipped_database, "serve", "--port", port)

    assert_refused(done, f"Cannot listen on 127.0.0.1 port {port}", "--port")
