"""Which of the servers in an address a connection goes to, and how long the others may delay it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from finder.errors import DatabaseUnavailableError
from finder.storage import server_choice
from finder.storage.connections import Server, connected
from finder.storage.server_addresses import Host, hosts_of


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        ("postgresql://u:p@db/finder", [Host(None, None)]),
        ("postgresql:///finder?host=/run/pg", [Host(None, None)]),
        ("postgresql://u:p@one,two/finder", [Host("one", 5432), Host("two", 5432)]),
        ("postgresql://u@one:1,two:2/finder", [Host("one", 1), Host("two", 2)]),
        ("postgresql://one,[::1]:7/finder", [Host("one", 5432), Host("::1", 7)]),
        ("postgresql:///finder?host=/a,/b&port=6", [Host("/a", 6), Host("/b", 6)]),
        ("postgresql://u@/finder?host=one,two&port=1,2", [Host("one", 1), Host("two", 2)]),
    ],
)
def test_an_address_names_its_servers_in_order(dsn: str, expected: list[Host], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPORT", raising=False)

    assert hosts_of(dsn) == expected


@pytest.mark.parametrize("dsn", ["postgresql://one:x,two/d", "postgresql:///d?host=a,b,c&port=1,2"])
async def test_an_address_with_invalid_servers_is_refused_with_a_sentence(dsn: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match="not an address"):
        async with connected(dsn):
            pass


async def test_an_unknown_kind_of_server_is_refused_with_a_sentence(server: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match="must be one of any, primary"):
        async with connected(f"{server}&target_session_attrs=best"):
            pass


async def test_a_server_that_never_answers_uses_only_its_own_timeout(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_choice, "_EACH_SERVER_TIMEOUT", 0.3)
    async with _silent() as port:
        began = time.monotonic()
        async with connected(_beside(server, port)) as connection:
            took = time.monotonic() - began

            assert await connection.fetchval("SELECT 1") == 1
    assert 0.3 <= took < 3


async def test_a_reader_that_prefers_a_standby_takes_a_primary_if_there_is_no_other(server: str) -> None:
    async with connected(server, Server.STANDBY_FIRST) as connection:
        assert await connection.fetchval("SELECT pg_is_in_recovery()") is False


async def test_a_reader_whose_address_requires_a_standby_is_refused_if_there_is_none(server: str) -> None:
    with pytest.raises(DatabaseUnavailableError, match="no server is a standby"):
        async with connected(f"{server}&target_session_attrs=standby"):
            pass


async def test_a_writer_takes_the_primary_even_if_the_address_prefers_a_standby(server: str) -> None:
    async with connected(f"{server}&target_session_attrs=standby", Server.PRIMARY) as connection:
        assert await connection.fetchval("SELECT pg_is_in_recovery()") is False


async def test_a_server_that_fails_its_first_query_is_skipped(server: str) -> None:
    sockets = parse_qs(urlsplit(server).query)["host"][0]
    used: list[int] = []

    async def prepare(_: server_choice.Connection) -> None:
        used.append(1)
        if len(used) == 1:
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    connection = await server_choice.connect(server.replace("host=", f"host={sockets},"), Server.STANDBY_FIRST, prepare)

    assert len(used) == 2
    connection.terminate()


async def test_a_writer_waits_for_one_of_several_servers_to_come_up(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []

    async def prepare(_: server_choice.Connection) -> None:
        attempts.append(1)
        if len(attempts) < 5:
            raise asyncpg.CannotConnectNowError("the database system is starting up")

    monkeypatch.setattr(server_choice, "_PAUSE", 0.01)
    sockets = parse_qs(urlsplit(server).query)["host"][0]
    connection = await server_choice.connect(server.replace("host=", f"host={sockets},"), Server.PRIMARY, prepare)

    assert len(attempts) == 5
    connection.terminate()


async def test_a_refusal_is_reported_rather_than_an_unreachable_server(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_choice, "_EACH_SERVER_TIMEOUT", 0.3)
    async with _silent() as port:
        with pytest.raises(DatabaseUnavailableError, match="There is no such database"):
            async with connected(_beside(server, port).replace("/finder?", "/none_such?")):
                pass


def _beside(server: str, port: int) -> str:
    """The address of a server, after another on TCP."""
    path = urlsplit(server).path
    sockets = parse_qs(urlsplit(server).query)["host"][0]
    return f"postgresql://postgres@{path}?host=127.0.0.1,{sockets}&port={port},5432"


@asynccontextmanager
async def _silent() -> AsyncIterator[int]:
    """A port that takes connections and never says a word."""
    over = asyncio.Event()

    async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    listening = await asyncio.start_server(keep, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        over.set()
        listening.close()
