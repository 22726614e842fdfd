"""A server that is stopped answers the requests that are open."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil
import pytest

from scripts.harness.open_requests import OpenRequest
from tests.support.commands import RunningServer, running_service, wait_until
from tests.support.raw_http import get, post, post_form, read_answer, send_raw

_OPEN: Final = 20


async def refuses_connections(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    return False


async def stops_listening(server: RunningServer) -> None:
    async with asyncio.timeout(10):
        while not await refuses_connections(server.port):  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_requests_that_are_open_at_shutdown_are_answered(
    shipped_database: str, tmp_path: Path, workers: str, number: signal.Signals
) -> None:
    with running_service(shipped_database, tmp_path, "--workers", workers) as server:
        begun = [await OpenRequest.start(server.port) for _ in range(_OPEN)]

        server.process.send_signal(number)
        if workers == "1":  # with more, the supervisor's socket takes connections until the last of them is done
            await stops_listening(server)
        else:
            await asyncio.to_thread(wait_until, lambda: "stopping" in server.output, "the workers to stop")
        answers = [await request.finish() for request in begun]

        assert set(answers) == {"/teams/ladywood"}
        assert await asyncio.to_thread(server.process.wait, 20) == 0
        assert "Traceback" not in server.output


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_the_server_waits_for_a_slow_body_at_shutdown(
    shipped_database: str, tmp_path: Path, workers: str
) -> None:
    with running_service(shipped_database, tmp_path, "--workers", workers) as server:
        slow = await OpenRequest.start(server.port)

        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(2)  # longer than connections without a request are given
        answer = await slow.finish()

        assert answer == "/teams/ladywood"
        assert await asyncio.to_thread(server.process.wait, 20) == 0


async def test_an_idle_connection_does_not_delay_shutdown(shipped_database: str, tmp_path: Path) -> None:
    with running_service(shipped_database, tmp_path, FINDER_SHUTDOWN_SECONDS="60") as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await send_raw("127.0.0.1", server.port, get("/healthz"))

        assert await asyncio.to_thread(server.stop) == 0
        writer.close()


@pytest.mark.parametrize(
    "request_bytes",
    [
        get("/api/v1/postcodes/B24QA"),
        get("/teams/ladywood", "Accept-Encoding: gzip"),
        get("/api/v1/wards.geojson"),
        get("/static/no-such-file"),
        post_form("/find", b"postcode=B2+4QA"),
        post("/api/v1/lookups", "application/json", b'{"postcodes": ["B2 4QA"]}'),
        post("/api/v1/lookups.csv", "text/csv", b"postcode\nB2 4QA\n"),
        post("/api/v1/lookups", "application/json", b"no list"),
    ],
    ids=lambda each: each.partition(b" HTTP")[0].decode(),
)
async def test_an_answer_at_shutdown_says_that_the_connection_is_closed(
    shipped_database: str, tmp_path: Path, request_bytes: bytes
) -> None:
    with running_service(shipped_database, tmp_path) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(get("/healthz"))
        await read_answer(reader)

        server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(wait_until, lambda: "stopping" in server.output, "the service to stop")
        writer.write(request_bytes)
        answer = await reader.readuntil(b"\r\n\r\n")
        await reader.read()
        writer.close()

        assert b"\r\nConnection: close\r\n" in answer
        assert await asyncio.to_thread(server.process.wait, 20) == 0


async def test_a_connection_whose_answer_was_begun_before_shutdown_takes_one_more_request(
    shipped_database: str, tmp_path: Path
) -> None:
    rows = b"postcode\n" + b"B2 4QA\n" * 60_000
    with running_service(shipped_database, tmp_path) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(post("/api/v1/lookups", "text/csv", rows))
        head = await reader.readuntil(b"\r\n\r\n")  # and no more: the answer does not fit into what is in between

        server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(wait_until, lambda: "stopping" in server.output, "the service to stop")
        await asyncio.sleep(1.2)  # longer than connections without a request are given
        end = b""
        while not end.endswith(b"\r\n0\r\n\r\n"):
            end = end[-16:] + await reader.read(2**16)
        writer.write(get("/healthz"))
        second = await read_answer(reader)
        writer.close()

        assert b"Connection: close" not in head
        assert second.headers["Connection"] == "close"
        assert await asyncio.to_thread(server.process.wait, 20) == 0


async def test_a_request_that_never_ends_is_dropped_after_the_shutdown_time(
    shipped_database: str, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path, FINDER_SHUTDOWN_SECONDS="0.2") as server:
        endless = await OpenRequest.start(server.port)

        assert await asyncio.to_thread(server.stop) == 0
        endless.close()


async def test_a_worker_that_dies_is_replaced(shipped_database: str, tmp_path: Path) -> None:
    with running_service(shipped_database, tmp_path, "--workers", "2") as server:
        supervisor = psutil.Process(server.process.pid)
        await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")
        victim = supervisor.children()[0]

        victim.kill()
        await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 3, "a new worker")
        answer = await send_raw("127.0.0.1", server.port, get("/api/v1/postcodes/B24QA"))

        assert answer.status == 200
        assert victim.pid not in {child.pid for child in supervisor.children()}
        assert await asyncio.to_thread(server.stop) == 0


async def test_workers_that_end_with_their_supervisor_are_not_logged_as_missing(
    shipped_database: str, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path, "--workers", "2") as server:
        await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")
        workers = psutil.Process(server.process.pid).children()

        for pid in (server.process.pid, *(each.pid for each in workers)):  # as systemd and a terminal do
            os.kill(pid, signal.SIGINT)

        assert await asyncio.to_thread(server.process.wait, 20) == 0
        assert server.output.count('"serving"') == 2
        assert "worker_died" not in server.output


@contextmanager
def ended_with_the_test(*workers: psutil.Process) -> Iterator[None]:
    """Workers whose supervisor is killed. They end with the test, even if it fails."""
    try:
        yield
    finally:
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.kill()


async def test_workers_end_themselves_after_their_supervisor_is_killed(shipped_database: str, tmp_path: Path) -> None:
    (tmp_path / "next").mkdir()
    with running_service(shipped_database, tmp_path, "--workers", "2") as server:
        await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")
        workers = psutil.Process(server.process.pid).children()
        with ended_with_the_test(*workers):
            request = await OpenRequest.start(server.port)

            server.process.kill()
            await stops_listening(server)
            with running_service(shipped_database, tmp_path / "next", "--port", str(server.port)):
                begun, new = await request.finish(), await send_raw("127.0.0.1", server.port, get("/healthz"))
            _, left = await asyncio.to_thread(psutil.wait_procs, workers, 10)

            assert (begun, new.status) == ("/teams/ladywood", 200)
            assert server.output.count('"supervisor_gone"') == 2
            assert left == []


async def test_a_worker_that_still_waits_for_postgresql_ends_with_its_supervisor(tmp_path: Path) -> None:
    with running_service("postgresql://finder@127.0.0.1:1/finder", tmp_path, "--workers", "2") as server:
        [worker] = psutil.Process(server.process.pid).children()
        with ended_with_the_test(worker):
            server.process.kill()
            await stops_listening(server)
            _, left = await asyncio.to_thread(psutil.wait_procs, [worker], 10)

            assert left == []
