"""One scrape of an instance shows all of its workers."""

import asyncio
import re
import signal
from pathlib import Path

import psutil

from tests.support.commands import RunningServer, running_service, wait_until
from tests.support.raw_http import get, send_raw


async def samples(server: RunningServer, name: str) -> dict[str, float]:
    """The samples of a metric without labels of its own, by worker."""
    answer = await send_raw("127.0.0.1", server.management_port, get("/metrics", "Connection: close"))
    found = re.findall(rf'^{name}{{worker="(\d)"}} (.+)$', answer.body.decode(), re.MULTILINE)
    return {worker: float(value) for worker, value in found}


async def test_any_worker_shows_the_metrics_of_all(shipped_database: str, tmp_path: Path) -> None:
    with running_service(shipped_database, tmp_path, "--workers", "2") as server:
        await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")

        for _ in range(5):
            assert await samples(server, "finder_worker_up") == {"0": 1, "1": 1}
            assert await samples(server, "finder_publication_number") == {"0": 1, "1": 1}


async def test_a_worker_that_hangs_is_shown_as_down_and_delays_the_metrics_only_briefly(
    shipped_database: str, tmp_path: Path
) -> None:
    with running_service(shipped_database, tmp_path, "--workers", "2") as server:
        await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")
        first, second = sorted(psutil.Process(server.process.pid).children(), key=lambda each: each.pid)
        second.send_signal(signal.SIGSTOP)
        try:
            shown = await samples(server, "finder_worker_up")
        finally:
            second.send_signal(signal.SIGCONT)

        assert first.is_running()
        assert shown == {"0": 1, "1": 0}
