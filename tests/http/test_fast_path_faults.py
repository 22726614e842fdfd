"""The fast path while something fails, changes or is missing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import pytest

from finder.api import postcodes_and_points
from finder.http.prepared_response import PreparedBody
from finder.server.app_keys import LIVE
from finder.settings import Settings
from finder.storage.connections import connected
from tests.http.test_fast_path import Ordinary, counted, watched
from tests.support.raw_http import RawAnswer, get, read_answer
from tests.support.stored_releases import publish_directory
from tests.support.waiting import wait_until_async

_POSTCODE: Final = "/api/v1/postcodes/B24QA"


class KeptConnection:
    """One connection for several requests, one after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, *headers: str) -> RawAnswer:
        self._writer.write(get(_POSTCODE, *headers))
        async with asyncio.timeout(10):
            return await read_answer(self._reader)


@asynccontextmanager
async def kept(service: Ordinary) -> AsyncIterator[KeptConnection]:
    """A connection to a service."""
    host, port = service.client.host, service.client.port
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield KeptConnection(reader, writer)
    finally:
        writer.close()


async def test_a_failing_handler_gives_the_usual_error_response(
    shipped_database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> PreparedBody:
        raise RuntimeError("B2 4QA")

    monkeypatch.setattr(postcodes_and_points, "answer_postcode", fail)
    async with watched(shipped_database, Settings(log_level="debug")) as service, kept(service) as connection:
        answers = [await connection.ask() for _ in range(2)]

        assert [answer.status for answer in answers] == [500, 500]
        assert service.paths == [_POSTCODE] * 2
        assert await counted(service, 500) == 2
    assert all(b"4QA" not in answer.body for answer in answers)
    assert "4QA" not in "".join(capsys.readouterr())


async def test_a_failure_after_the_handler_loses_no_answer(
    shipped_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = PreparedBody.head
    failures = iter([RuntimeError()])

    def fail_once(reply: PreparedBody, common: bytes, request_id: str) -> bytes:
        for failure in failures:
            raise failure
        return head(reply, common, request_id)

    async with watched(shipped_database) as service, kept(service) as connection:
        await connection.ask()
        monkeypatch.setattr(PreparedBody, "head", fail_once)
        service.paths.clear()

        answers = [await connection.ask() for _ in range(3)]

        assert [answer.status for answer in answers] == [200] * 3
        assert service.paths == [_POSTCODE]
        assert await counted(service) == 4


async def test_before_the_first_publication_lookups_get_503_on_a_kept_connection(empty_database: str) -> None:
    async with watched(empty_database) as service, kept(service) as connection:
        answers = [await connection.ask() for _ in range(2)]

        assert [answer.status for answer in answers] == [503, 503]


async def test_a_new_publication_is_used_between_two_requests_of_a_connection(shipped_database: str) -> None:
    settings = Settings(poll_interval=0.1)
    async with watched(shipped_database, settings) as service, kept(service) as connection:
        await connection.ask()
        service.paths.clear()
        before = await connection.ask()
        async with connected(shipped_database) as record:
            await publish_directory(
                record, lambda held: replace(held, teams=tuple(replace(team, name="Renamed") for team in held.teams))
            )
        live = service.client.app[LIVE]
        await wait_until_async(lambda: live.publication_number == 2, "the publication")

        after = await connection.ask()

        assert (before.status, after.status, service.paths) == (200, 200, [])
        assert (await connection.ask(f"If-None-Match: {before.headers['ETag']}")).status == 200
        assert b"Renamed" not in before.body
        assert b"Renamed" in after.body
