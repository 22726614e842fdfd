"""From a file to every worker's answers, and back: load, publish, roll back, while requests go on."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from finder.cli.main import app
from finder.server.app import build_app
from finder.settings import Settings
from finder.storage.connections import connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.conftest import AioHttpClient, Client
from tests.support.metrics import metrics_of
from tests.support.stored_releases import fingerprint

_ANSWER: Final = "/api/v1/postcodes/B24QA"
_NOTIFICATION: Final = b"A"  # the letter that opens PostgreSQL's NotificationResponse
_PATIENCE: Final = 20.0
_NEVER: Final = 3600.0


async def finder(dsn: str, *arguments: str | Path) -> str:
    """Runs a command that must succeed, without blocking the event loop; returns what it printed.

    In this process, which spares starting some fifty; other journeys run the commands in processes of their own.
    """
    words = [str(argument) for argument in arguments]
    settings = {"FINDER_DATABASE_URL": dsn, "COLUMNS": "200"}
    done = await asyncio.to_thread(CliRunner().invoke, app, words, env=settings)
    assert done.exit_code == 0, done.output or done.exception
    return done.stdout


def renamed_teams(folder: Path, name: str) -> Path:
    """The shipped teams with another name for Ladywood's."""
    text = (SHIPPED_FOLDER / "directory" / "teams.csv").read_text(encoding="utf-8")
    changed = folder / "teams.csv"
    changed.write_text(text.replace("ladywood,Ladywood,", f"ladywood,{name},"), encoding="utf-8")
    return changed


def swapped_wards(folder: Path) -> Path:
    """The shipped wards with another name for one."""
    text = (SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8")
    changed = folder / "wards.geojson"
    changed.write_text(text.replace('"WD25NM":"Ladywood"', '"WD25NM":"Lady Wood"'), encoding="utf-8")
    return changed


async def state_of(client: Client) -> tuple[int, str, str]:
    """Publication, ward name and team name that a worker answers with."""
    async with client.get(_ANSWER) as response:
        assert response.status == 200, await response.text()
        answer = await response.json()
    return answer["releases"]["publication"], answer["ward"]["name"], answer["team"]["name"]


async def wait_for(client: Client, wanted: tuple[int, str, str], seconds: float = _PATIENCE) -> float:
    """Waits until a worker answers so; returns how long it took."""
    started = time.monotonic()
    while (found := await state_of(client)) != wanted:
        assert time.monotonic() - started < seconds, f"still {found} and not {wanted}"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


@asynccontextmanager
async def without_notifications(dsn: str) -> AsyncIterator[tuple[str, list[bytes]]]:
    """The address of a gateway to the database that drops notifications and nothing else, and what it dropped."""
    socket = Path(parse_qs(urlsplit(dsn).query)["host"][0]) / ".s.PGSQL.5432"
    joined: set[asyncio.Task[None]] = set()
    dropped: list[bytes] = []

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        joined.add(task)
        from_server, to_server = await asyncio.open_unix_connection(socket)
        try:
            await asyncio.gather(_copy(reader, to_server), _filter(from_server, writer, dropped))
        except (OSError, asyncio.IncompleteReadError):
            pass  # one end has hung up, so the gateway closes both
        finally:
            to_server.close()
            writer.close()

    gateway = await asyncio.start_server(join, "127.0.0.1", 0)
    port = gateway.sockets[0].getsockname()[1]
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}{urlsplit(dsn).path}?sslmode=disable", dropped
    finally:
        gateway.close()
        for task in joined:
            task.cancel()
        await asyncio.gather(*joined, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(65536):
        writer.write(block)
        await writer.drain()


async def _filter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dropped: list[bytes]) -> None:
    while True:
        head = await reader.readexactly(5)
        body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
        if head[:1] == _NOTIFICATION:
            dropped.append(body)
        else:
            writer.write(head + body)
            await writer.drain()


@asynccontextmanager
async def asked_all_the_time(client: Client) -> AsyncIterator[list[tuple[int, str, str]]]:
    """Asks a worker without a pause and collects the answers; no request may fail."""
    seen: list[tuple[int, str, str]] = []
    stop = asyncio.Event()

    async def ask() -> None:
        while not stop.is_set():
            seen.append(await state_of(client))

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    try:
        yield seen
    finally:
        stop.set()
        await asyncio.gather(*asking)


@pytest.fixture
async def notified(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> Client:
    """A worker that is notified of publications, and would poll only after an hour."""
    return await aiohttp_client(build_app(make_settings(poll_interval=_NEVER), shipped_database))


@pytest.fixture
async def polling(
    shipped_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> AsyncIterator[Client]:
    """A worker that no notification reaches, and that polls every half second."""
    async with without_notifications(shipped_database) as (dsn, dropped):
        client = await aiohttp_client(build_app(make_settings(poll_interval=0.5), dsn))
        yield client
        await client.close()
        assert dropped, "no notification was cut off, so the tests show nothing about polling"


async def test_a_loaded_file_changes_nothing_until_it_is_published(
    client: Client, shipped_database: str, tmp_path: Path
) -> None:
    said = await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"))

    assert "Staged directory-8" in said
    assert await state_of(client) == (1, "Ladywood", "Ladywood")


async def test_every_worker_swaps_to_a_publication_without_failing_a_request(
    notified: Client, polling: Client, shipped_database: str, tmp_path: Path
) -> None:
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"))

    async with asked_all_the_time(notified) as by_notice, asked_all_the_time(polling) as by_poll:
        said = await finder(shipped_database, "publish", "--yes")
        after = [await wait_for(worker, (2, "Ladywood", "Renamed")) for worker in (notified, polling)]

    assert "Publication 2 is live" in said
    assert max(after) < 5
    for seen in (by_notice, by_poll):
        assert seen == sorted(seen, key=lambda state: state[0]), "a worker went back"
        assert set(seen) == {(1, "Ladywood", "Ladywood"), (2, "Ladywood", "Renamed")}


async def test_a_rollback_takes_every_worker_back_under_a_new_number(
    notified: Client, polling: Client, shipped_database: str, tmp_path: Path
) -> None:
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"), "--publish")
    for worker in (notified, polling):
        await wait_for(worker, (2, "Ladywood", "Renamed"))

    said = await finder(shipped_database, "rollback", "--yes")

    assert "Publication 3 is live" in said
    for worker in (notified, polling):
        await wait_for(worker, (3, "Ladywood", "Ladywood"))


async def test_rolling_back_wards_keeps_a_directory_published_since(
    client: Client, shipped_database: str, tmp_path: Path
) -> None:
    await finder(shipped_database, "load", "wards", swapped_wards(tmp_path), "--publish")
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"), "--publish")
    await wait_for(client, (3, "Lady Wood", "Renamed"))

    await finder(shipped_database, "rollback", "--kind", "wards", "--yes")

    await wait_for(client, (4, "Ladywood", "Renamed"))


async def test_a_plain_rollback_takes_back_only_what_the_last_publication_changed(
    client: Client, shipped_database: str, tmp_path: Path
) -> None:
    await finder(shipped_database, "load", "wards", swapped_wards(tmp_path), "--publish")
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"), "--publish")

    await finder(shipped_database, "rollback", "--yes")

    await wait_for(client, (4, "Lady Wood", "Ladywood"))


async def test_two_loaded_kinds_go_live_in_one_publication(
    client: Client, shipped_database: str, tmp_path: Path
) -> None:
    await finder(shipped_database, "load", "wards", swapped_wards(tmp_path))
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"))

    await finder(shipped_database, "publish", "--yes")

    await wait_for(client, (2, "Lady Wood", "Renamed"))


async def test_only_the_named_release_goes_live(client: Client, shipped_database: str, tmp_path: Path) -> None:
    await finder(shipped_database, "load", "wards", swapped_wards(tmp_path))
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"))

    await finder(shipped_database, "publish", "wards-8", "--yes")

    await wait_for(client, (2, "Lady Wood", "Ladywood"))


async def test_parts_of_the_directory_can_be_loaded_one_after_another(
    client: Client, shipped_database: str, tmp_path: Path
) -> None:
    officers = tmp_path / "officers.csv"
    officers.write_text("team_id,name,rank\nladywood,Only Example,PCSO\n", encoding="utf-8")
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"))
    await finder(shipped_database, "load", "officers", officers, "--team", "ladywood", "--onto", "directory-8")

    await finder(shipped_database, "publish", "--yes")

    await wait_for(client, (2, "Ladywood", "Renamed"))
    async with client.get(_ANSWER) as response:
        team = (await response.json())["team"]
    assert team["officers"] == [{"name": "Only Example", "rank": "PCSO", "is_pcso": True}]


async def test_the_same_file_again_stages_nothing(shipped_database: str) -> None:
    async with connected(shipped_database) as connection:
        before = await fingerprint(connection)

        said = await finder(shipped_database, "load", "wards", SHIPPED_FOLDER / "wards.geojson")

        assert "was loaded before, as wards-2" in said
        assert await fingerprint(connection) == before


async def test_a_check_stages_nothing(shipped_database: str, tmp_path: Path) -> None:
    async with connected(shipped_database) as connection:
        before = await fingerprint(connection)

        said = await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"), "--check")

        assert "Nothing was staged" in said
        assert await fingerprint(connection) == before


async def test_the_releases_are_listed_with_what_is_live(shipped_database: str, tmp_path: Path) -> None:
    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"))

    said = await finder(shipped_database, "releases")

    assert "directory-8" in said
    assert "postcodes.csv" in said
    assert "live" in said


async def test_the_terminal_shows_what_the_api_answers(client: Client, shipped_database: str) -> None:
    async with client.get(_ANSWER) as response:
        team = (await response.json())["team"]

    said = await finder(shipped_database, "lookup", "b2 4qa")

    expected = ["B2 4QA", team["name"], team["force"]["name"], *(each["name"] for each in team["officers"]), "999"]
    assert [each for each in expected if each not in said] == []


async def test_workers_answer_while_the_database_is_down_and_catch_up_later(
    client: Client, server: str, shipped_database: str, tmp_path: Path
) -> None:
    name = urlsplit(shipped_database).path[1:]
    async with connected(server) as admin:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)

        while await failures_of(client) == 0:
            assert (await state_of(client))[0] == 1
        assert (await state_of(client))[0] == 1
        async with client.get("/readyz") as ready:
            assert ready.status == 200
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    await finder(shipped_database, "load", "teams", renamed_teams(tmp_path, "Renamed"), "--publish")
    await wait_for(client, (2, "Ladywood", "Renamed"))


async def failures_of(client: Client) -> float:
    """How often a worker's poll has failed."""
    lines = (await metrics_of(client)).splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("finder_snapshot_failures "))


async def test_a_service_without_data_uses_the_first_publication(
    empty_database: str, aiohttp_client: AioHttpClient, make_settings: Callable[..., Settings]
) -> None:
    client = await aiohttp_client(build_app(make_settings(), empty_database))
    async with client.get("/readyz") as response:
        assert response.status == 503

    for part, file in (("postcodes", "postcodes.csv"), ("wards", "wards.geojson")):
        await finder(empty_database, "load", part, SHIPPED_FOLDER / file)
    await finder(empty_database, "load", "teams", SHIPPED_FOLDER / "directory" / "teams.csv")
    for number, part in enumerate(("coverage", "officers", "priorities", "surgeries"), start=3):
        onto = ("--onto", f"directory-{number}")
        await finder(empty_database, "load", part, SHIPPED_FOLDER / "directory" / f"{part}.csv", *onto)
    # The examples meet bank holidays, and their priorities grow old with the calendar.
    await finder(empty_database, "publish", "--yes", "--accept-warnings")

    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        async with client.get("/readyz") as response:
            if response.status == 200:
                break
        await asyncio.sleep(0.02)
    assert await state_of(client) == (1, "Ladywood", "Ladywood")
