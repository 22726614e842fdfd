"""Starting the service for a drill, and reading what it reports about itself."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from scripts.harness.client_load import BrokenPromiseError
from scripts.harness.processes import wait_until_up
from scripts.harness.servers import RunningServer, running_service
from scripts.harness.waiting import TIMEOUT_SECONDS, in_thread

_POLL_SECONDS = 0.05


@asynccontextmanager
async def running_workers(
    dsn: str, folder: Path, *, workers: int = 1, wait_for_snapshot: bool = True, **settings: str
) -> AsyncIterator[RunningServer]:
    """The service on a free port, once all its workers answer or, without `wait_for_snapshot`, once it listens."""
    async with in_thread(running_service(dsn, folder, "--workers", str(workers), **settings)) as running:
        if wait_for_snapshot:
            all_serve = partial(running.has_logged, "serving", workers)
            await asyncio.to_thread(wait_until_up, running.process, all_serve, "the service", running.output_file)
        yield running


async def get_json(address: str, path: str) -> dict[str, Any]:
    """The JSON body of an answer, whatever its status."""
    async with aiohttp.ClientSession(address) as session, session.get(path) as response:
        found: dict[str, Any] = await response.json()
    return found


async def get_metric(address: str, name: str) -> list[float]:
    """The samples of a metric, one a worker."""
    async with aiohttp.ClientSession(address) as session, session.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}[ {{]", line)]


async def wait_until_served(address: str, number: int, max_seconds: float = TIMEOUT_SECONDS) -> float:
    """Wait until every worker answers from a publication; returns the seconds that it took."""
    began = time.monotonic()
    found: list[float] = []
    while time.monotonic() < began + max_seconds:
        found = await get_metric(address, "finder_publication_number")
        if set(found) == {number}:
            return time.monotonic() - began
        await asyncio.sleep(_POLL_SECONDS)
    raise BrokenPromiseError(f"after {max_seconds:.0f} s publication {number} is not served: {found}")
