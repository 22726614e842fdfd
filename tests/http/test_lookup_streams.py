"""Streamed lookups: answers before the request ends, in constant memory, and clients that hang up."""

import asyncio
import gc
import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from finder.api.bulk_lookups import handler, request_lines
from finder.api.bulk_lookups.csv_rows import CsvRows
from finder.http import yield_to_event_loop
from tests.conftest import Client
from tests.support.metrics import metrics_of
from tests.support.waiting import wait_until_async

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOOKUPS: Final = "/api/v1/lookups"
_PATIENCE: Final = 60.0  # seconds
_ROWS: Final = 100_000
_ROW: Final = b"B2 4QA,%b\n" % (b"x" * 200)
_PIECE: Final = 500
_ROOM_MB: Final = 10.0
"""The memory that buffers may take; the whole table has twice that size, and its answer three times."""
_SILENT: Final = 10
"""Clients that read nothing of their answers, each of which has up to 20 MB."""
_ROOM_OF_ONE_MB: Final = 1.5
"""Memory for each of them."""
_TURNS: Final = 5_000


async def open_stream(
    client: Client, media_type: str = "text/csv"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which the head of an endless CSV has been sent."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = f"POST {_LOOKUPS} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head.encode() + chunk(b"postcode\n"))
    return reader, writer


def chunk(piece: bytes) -> bytes:
    """A piece of a body in chunked coding."""
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


async def test_answers_are_sent_while_the_request_is_still_arriving(service: Client) -> None:
    async with asyncio.timeout(_PATIENCE):
        reader, writer = await open_stream(service)
        writer.write(chunk(b"B2 4QA\n" * 500))
        before_the_end = await reader.readuntil(b"B2 4QA,ladywood")
        writer.write(chunk(b"B42 9JT\n") + chunk(b""))
        rest = await reader.readuntil(b"0\r\n\r\n")
        writer.close()

    assert before_the_end.startswith(b"HTTP/1.1 200 OK")
    assert rest.count(b"B2 4QA,ladywood") == 499
    assert b"B42 9JT," in rest


async def test_a_client_that_disconnects_half_way_does_not_disturb_others(service: Client) -> None:
    before = await finished(service)
    async with asyncio.timeout(_PATIENCE):
        for _ in range(5):
            reader, writer = await open_stream(service)
            writer.write(chunk(b"B2 4QA\n" * 2000))
            await reader.readuntil(b"B2 4QA,ladywood")
            writer.transport.abort()
        while await finished(service) < before + 5:
            pass  # a request lets the other tasks run
        async with service.post(_LOOKUPS, json={"postcodes": ["B2 4QA"]}) as response:
            assert response.status == 200

    assert await finished(service, "5") == 0


async def test_the_service_does_not_wait_for_a_stream_that_never_ends(
    service: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_lines, "TIMEOUT_SECONDS", 0.2)
    async with asyncio.timeout(_PATIENCE):
        reader, writer = await open_stream(service)
        answered = await reader.read()
        writer.close()

    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert not answered.endswith(b"0\r\n\r\n")


async def test_a_body_that_never_ends_is_refused(service: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "TIMEOUT_SECONDS", 0.2)
    async with asyncio.timeout(_PATIENCE):
        reader, writer = await open_stream(service, "application/json")
        answered = await reader.readuntil(b"body_invalid")
        writer.close()

    assert answered.startswith(b"HTTP/1.1 400 Bad Request")


async def finished(client: Client, statuses: str = "") -> int:
    """Returns how many bulk lookups ended with a status that starts like this, from the metrics."""
    metrics = await metrics_of(client)
    cell = re.compile(rf'finder_request_seconds_count{{.*route="{_LOOKUPS}",status="{statuses}.*}} ([0-9]+)')
    return sum(int(count) for count in cell.findall(metrics))


class Memory:
    """The resident memory of this process, which is service and client."""

    def __init__(self) -> None:
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._before = self._read("VmRSS")

    def peak_mb(self) -> float:
        """The largest growth so far."""
        return self._read("VmHWM") - self._before

    @staticmethod
    def _read(what: str) -> float:
        found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
        return int(found[1]) / 1024 if found else 0.0


async def send_rows(writer: asyncio.StreamWriter, rows: int) -> None:
    """Sends rows as fast as they are accepted, then the end of the body."""
    piece = chunk(_ROW * _PIECE)
    for _ in range(rows // _PIECE):
        writer.write(piece)
        await writer.drain()
    writer.write(chunk(b""))


async def read_answers(reader: asyncio.StreamReader) -> AsyncIterator[int]:
    """How many rows have been answered so far, until all have."""
    answered, rest = 0, b""
    while not rest.endswith(b"0\r\n\r\n"):
        piece = rest + await reader.read(65_536)
        answered += piece.count(b",ladywood,")
        rest = piece[-10:].replace(b",ladywood,", b"")
        yield answered


def served() -> set[asyncio.Task[object]]:
    """The service's open connections; each is a task."""
    return {task for task in asyncio.all_tasks() if "RequestHandler" in repr(task.get_coro())}


async def send_and_count(client: Client, rows: int) -> int:
    """Sends rows. Returns how many of them are answered."""
    answered = 0
    async with asyncio.timeout(_PATIENCE):
        reader, writer = await open_stream(client)
        sending = asyncio.create_task(send_rows(writer, rows))
        async for count in read_answers(reader):
            answered = count
        await sending
        writer.close()
    return answered


async def test_a_hundred_thousand_rows_are_streamed_in_constant_memory(service: Client) -> None:
    await send_and_count(service, 5_000)  # fills the caches
    memory = Memory()

    answered = await send_and_count(service, _ROWS)

    assert answered == _ROWS
    assert memory.peak_mb() < _ROOM_MB


async def test_other_requests_are_answered_as_soon_as_the_time_of_a_turn_is_over(
    service: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, seen, most = 0, 0, 0
    answer = CsvRows.answer

    def count(table: CsvRows, record: request_lines.Record) -> bytes:
        nonlocal rows
        rows += 1
        return answer(table, record)

    monkeypatch.setattr(CsvRows, "answer", count)
    monkeypatch.setattr(yield_to_event_loop, "TURN_SECONDS", 0.0)
    sending = asyncio.create_task(send_and_count(service, 5_000))
    while not sending.done():
        await asyncio.sleep(0)
        seen, most = rows, max(most, rows - seen)

    assert await sending == rows == 5_000
    assert most == 1


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", json.dumps({"postcodes": ["B2 4QA"] * 1000}).encode()),
        ("application/x-ndjson", b'"B2 4QA"\n' * 5_000),
        ("text/csv", b"postcode\n" + b"B2 4QA\n" * 50_000),
    ],
    ids=["JSON", "NDJSON", "CSV"],
)
@pytest.mark.parametrize("encoding", ["identity", "br"])
async def test_answers_that_nobody_reads_take_little_memory(
    service: Client, media_type: str, encoding: str, body: bytes
) -> None:
    head = (
        f"POST {_LOOKUPS} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nAccept-Encoding: {encoding}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connections, memory = served(), Memory()
    clients = [asyncio.create_task(send_and_read_nothing(service, head.encode() + body)) for _ in range(_SILENT)]
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    peak = memory.peak_mb()
    for each in clients:
        each.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    await wait_until_async(lambda: served() <= connections, "the connections to end")

    assert peak < _SILENT * _ROOM_OF_ONE_MB


async def send_and_read_nothing(client: Client, request: bytes) -> None:
    """Sends a request and keeps the connection open."""
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setblocking(False)
        await loop.sock_connect(connection, (client.host, client.port))
        await loop.sock_sendall(connection, request)
        await asyncio.Event().wait()


async def test_a_client_that_disconnects_half_way_leaves_no_task_and_no_log(
    service: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async with service.get("/healthz"):
        pass  # its connection stays open
    ended = await finished(service)
    connections = served()
    memory = Memory()

    with capture_logs() as logged:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await open_stream(service)
            sending = asyncio.create_task(send_rows(writer, _ROWS))
            async for answered in read_answers(reader):
                if answered > _ROWS / 2:
                    break
            writer.transport.abort()
            await asyncio.gather(sending, return_exceptions=True)
            while await finished(service) == ended or not served() <= connections:
                pass  # the other tasks run meanwhile

    assert set() < served() <= connections
    assert memory.peak_mb() < _ROOM_MB
    assert [each for each in logged if each["log_level"] in {"error", "critical"}] == []
    assert [each for each in caplog.records if each.levelname in {"ERROR", "CRITICAL"}] == []
