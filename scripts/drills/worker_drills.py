"""Drills in which workers are renewed, stopped or killed, or cannot write their log, while residents ask."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from scripts.drills.drill_database import DrillDatabase
from scripts.drills.observe_service import running_workers, wait_until_served
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.finder_commands import isolated_environment
from scripts.harness.open_requests import OpenRequest
from scripts.harness.processes import accepts_connections, find_program, free_port, stop_process, wait_until_up
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.shipped_proxies import haproxy
from scripts.harness.waiting import TIMEOUT_SECONDS, in_thread, wait_until_async

_OPEN_REQUESTS: Final = 1_000
_LOGS_NOWHERE: Final = {"disk full": ">/dev/full 2>&1", "closed": ">&- 2>&-"}
_REQUESTS_AROUND: Final = 200  # before and after each fault


async def workers_renewed(database: DrillDatabase) -> str:
    """SIGHUP under load, several times."""
    times = 1 if database.short else 10
    async with running_workers(database.dsn, database.folder, workers=2) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds(), clients=8, pause=database.pause) as load:
            for time in range(1, times + 1):
                await load.wait_for_requests(_REQUESTS_AROUND)
                running.process.send_signal(signal.SIGHUP)
                await wait_until_async(partial(running.has_logged, "workers_renewed", time), "renewal")
            await load.wait_for_requests(_REQUESTS_AROUND)
        load.tally.require_all_right()
    return f"{load.tally}; all workers renewed {times} times"


async def ended_with_open_requests(database: DrillDatabase) -> str:
    """SIGTERM while 1,000 requests are open, each in the middle of its body."""
    reports = []
    for workers in (1, 2):
        async with running_workers(database.dsn, database.folder, workers=workers) as running:
            begun = [await OpenRequest.start(running.port) for _ in range(_OPEN_REQUESTS)]
            running.process.send_signal(signal.SIGTERM)
            await wait_until_async(partial(running.has_logged, "stopping", workers), "the workers to stop")
            answers = await asyncio.gather(*(each.finish() for each in begun))
            code = await asyncio.to_thread(running.process.wait, TIMEOUT_SECONDS)
        answered = sum(answer.startswith("/") for answer in answers)
        if (answered, code) != (_OPEN_REQUESTS, 0):
            raise BrokenPromiseError(f"{answered:,} of {_OPEN_REQUESTS:,} open requests were answered; exit {code}")
        reports.append(f"{workers} worker(s): {_OPEN_REQUESTS:,} open requests, {answered:,} answered, exit {code}")
    return "; ".join(reports)


async def workers_killed(database: DrillDatabase) -> str:
    """Workers are killed (SIGKILL) one after the other, behind HAProxy with the configuration that ships."""
    find_program("haproxy")
    times = 2 if database.short else 10
    async with (
        running_workers(database.dsn, database.folder, workers=2) as one,
        running_workers(database.dsn, database.folder, workers=2) as two,
        in_thread(haproxy(database.folder, one.port, two.port)) as proxy,
    ):
        residents = await ResidentRequests.record(proxy.address)
        gets = [residents.postcode, residents.point, residents.page, residents.sector, residents.unchanged_postcode]
        async with ClientLoad(proxy.address, gets, clients=8) as load:
            for number in range(times):
                await load.wait_for_requests(_REQUESTS_AROUND)
                os.kill(one.workers[number % 2], signal.SIGKILL)
                await wait_until_async(partial(one.has_logged, "serving", 3 + number), "a replacement")
            await load.wait_for_requests(_REQUESTS_AROUND)
        load.tally.require_all_right()
    return f"{load.tally}; {times} workers of an instance killed and replaced"


async def logs_nowhere(database: DrillDatabase) -> str:
    """The disk for logs is full (/dev/full), or standard output and error are closed."""
    reports = []
    runs = [(what, workers) for what in _LOGS_NOWHERE for workers in (1, 2)]
    for what, workers in runs[1:3] if database.short else runs:
        with _service_without_log(database, _LOGS_NOWHERE[what], workers) as (process, address, management):
            residents = await ResidentRequests.record(address, 50)
            async with ClientLoad(address, residents.all_kinds(), pause=database.pause) as load:
                await load.wait_for_requests(_REQUESTS_AROUND)
                await wait_until_served(management, await asyncio.to_thread(database.publish))
            load.tally.require_all_right()
            process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(process.wait, TIMEOUT_SECONDS)
        if code:
            raise BrokenPromiseError(f"{what}, {workers} worker(s): the service ended with {code}")
        reports.append(f"{what}, {workers} worker(s): {load.tally}")
    return "\n  ".join(["every request logged", *reports])


@contextmanager
def _service_without_log(
    database: DrillDatabase, redirection: str, workers: int
) -> Iterator[tuple[subprocess.Popen[bytes], str, str]]:
    """The service with a shell redirection of its output, its address, and that of its management."""
    port, management = free_port(), free_port()
    command = f'exec "$0" -m finder serve --port {port} --workers {workers} {redirection}'
    settings = isolated_environment(database.dsn, FINDER_LOG_SAMPLE="1", FINDER_MANAGEMENT_PORT=str(management))
    with subprocess.Popen(
        ["/bin/sh", "-c", command, sys.executable], stdin=subprocess.DEVNULL, env=settings
    ) as process:
        try:
            wait_until_up(process, lambda: accepts_connections(port), "the service", Path(os.devnull))
            yield process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{management}"
        finally:
            stop_process(process)


WORKER_DRILLS: Final = {
    "workers-renewed": workers_renewed,
    "ended-with-open-requests": ended_with_open_requests,
    "workers-killed": workers_killed,
    "logs-nowhere": logs_nowhere,
}
