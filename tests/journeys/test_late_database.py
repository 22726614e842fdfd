"""The service is there before its PostgreSQL: it waits, says so, and becomes ready by itself."""

import asyncio
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.harness.postgres_proxy import PostgresProxy
from tests.support.commands import RunningServer, running_service, wait_until
from tests.support.proxies import free_port
from tests.support.raw_http import get, send_raw


def at(port: int, dsn: str) -> str:
    """The same database by another way."""
    return f"postgresql://postgres@127.0.0.1:{port}{urlsplit(dsn).path}"


async def ask(server: RunningServer, path: str) -> tuple[int, str]:
    answer = await send_raw("127.0.0.1", server.port, get(path))
    return answer.status, answer.body.decode()


@pytest.mark.parametrize("workers", [1, 2])
async def test_the_service_waits_for_a_database_that_does_not_answer(
    shipped_database: str, tmp_path: Path, workers: int
) -> None:
    port = free_port()
    with running_service(at(port, shipped_database), tmp_path, "--workers", str(workers)) as server:
        await asyncio.to_thread(wait_until, lambda: server.output.count("waiting_for_database") > 2, "three attempts")
        up, ready, lookup = [await ask(server, path) for path in ("/healthz", "/readyz", "/api/v1/postcodes/B24QA")]
        alarms = (await send_raw("127.0.0.1", server.management_port, get("/readyz"))).body.decode()
        async with PostgresProxy(shipped_database).listening(port):
            await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == workers, "the workers")
            answer = await ask(server, "/api/v1/postcodes/B24QA")
            code = await asyncio.to_thread(server.stop)

    waits = [event["retry_in"] for event in server.events() if event.get("event") == "waiting_for_database"]
    assert (up[0], ready[0], lookup[0]) == (200, 503, 503)
    assert "PostgreSQL cannot be reached" in alarms
    assert "PostgreSQL" not in ready[1]
    assert waits[:3] == [0.25, 0.5, 1.0]
    assert answer[0] == 200
    assert code == 0


async def test_an_error_that_waiting_cannot_solve_ends_the_service(bare_database: str, tmp_path: Path) -> None:
    port = free_port()
    with running_service(at(port, bare_database), tmp_path) as server:
        async with PostgresProxy(bare_database).listening(port):
            code = await asyncio.to_thread(server.process.wait, 30)

    assert code == 1
    assert "The database is empty. Run `finder migrate`" in server.output
    assert "Traceback" not in server.output


async def test_the_service_can_be_stopped_while_it_waits(tmp_path: Path) -> None:
    with running_service(f"postgresql://postgres@127.0.0.1:{free_port()}/finder", tmp_path) as server:
        assert await asyncio.to_thread(server.stop) == 0


async def test_workers_are_renewed_only_once_their_successors_have_a_snapshot(
    shipped_database: str, tmp_path: Path
) -> None:
    wire = PostgresProxy(shipped_database)
    async with wire.listening() as dsn:
        with running_service(dsn, tmp_path, "--workers", "2") as server:
            await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")
            wire.stall()
            wire.cut()

            server.process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(wait_until, lambda: '"ready": false' in server.output, "a successor that waits")
            meanwhile = [await ask(server, "/api/v1/postcodes/B24QA") for _ in range(20)]
            wire.resume()
            await asyncio.to_thread(wait_until, lambda: "workers_renewed" in server.output, "renewal")
            after = await ask(server, "/api/v1/postcodes/B24QA")

    assert {status for status, _ in [*meanwhile, after]} == {200}
