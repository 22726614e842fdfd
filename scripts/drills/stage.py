"""Where drills of the service take place, and what they ask it for."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg

from finder.embedded import EmbeddedPostgres
from scripts.harness.client_load import BrokenPromiseError
from scripts.harness.finder_commands import finder_output
from scripts.harness.processes import wait_until_up
from scripts.harness.servers import RunningServer, running_service
from scripts.harness.waiting import TIMEOUT_SECONDS, in_thread


@asynccontextmanager
async def running_workers(
    dsn: str, folder: Path, *, workers: int = 1, awaited: bool = True, **settings: str
) -> AsyncIterator[RunningServer]:
    """The service on a free port; it is `awaited` until all its workers serve, or else until it accepts."""
    async with in_thread(running_service(dsn, folder, "--workers", str(workers), **settings)) as running:
        if awaited:
            all_serve = partial(running.has_logged, "serving", workers)
            await asyncio.to_thread(wait_until_up, running.process, all_serve, "the service", running.output_file)
        yield running


@dataclass(slots=True)
class DrillDatabase:
    """Where drills of the service take place: a PostgreSQL of their own with the data that ships."""

    dsn: str
    folder: Path
    short: bool = False
    _surgery: str = ""
    _turn: int = 0

    def kill_postgres(self) -> None:
        """End PostgreSQL with all its processes as kill -9 and a power cut do."""
        os.kill(find_postmaster(self.dsn), signal.SIGKILL)

    def start_postgres(self) -> None:
        """Start it again; it stays until the drills are over."""
        with EmbeddedPostgres(self.folder):
            pass

    def publish(self) -> int:
        """Cancel a surgery, or restore it, and give the number of the publication that says so."""
        self._surgery = self._surgery or finder_output(self.dsn, "surgery", "list", "edgbaston").split()[0]
        finder_output(self.dsn, "surgery", "restore" if self._turn % 2 else "cancel", self._surgery)
        self._turn += 1
        return asyncio.run(self._live_number())

    async def execute(self, statement: str) -> Any:
        """Run a statement, past the triggers that guard what is staged, and give its first value."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute("SET session_replication_role = replica")
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def _live_number(self) -> int:
        return int(await self.execute("SELECT max(number) FROM publication WHERE live_from <= now()"))


def find_postmaster(dsn: str) -> int:
    """The process id of an embedded PostgreSQL."""
    data = Path(parse_qs(urlsplit(dsn).query)["host"][0]).parent / "data" / "postmaster.pid"
    return int(data.read_text(encoding="ascii").split()[0])


async def ask_json(address: str, path: str) -> dict[str, Any]:
    """What the service says of itself, ready or not."""
    async with aiohttp.ClientSession(address) as session, session.get(path) as response:
        found: dict[str, Any] = await response.json()
    return found


async def ask_metrics(address: str, name: str) -> list[float]:
    """The samples of a metric, one a worker."""
    async with aiohttp.ClientSession(address) as session, session.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}[ {{]", line)]


async def wait_until_served(address: str, number: int, patience: float = TIMEOUT_SECONDS) -> float:
    """Wait until every worker answers from a publication; gives how long that took."""
    began = time.monotonic()
    found: list[float] = []
    while time.monotonic() < began + patience:
        found = await ask_metrics(address, "finder_publication_number")
        if set(found) == {number}:
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    raise BrokenPromiseError(f"after {patience:.0f} s publication {number} is not served: {found}")


ServiceDrill = Callable[[DrillDatabase], Coroutine[Any, Any, str]]
SERVICE_DRILLS: Final[dict[str, ServiceDrill]] = {}


def service_drill(function: ServiceDrill) -> ServiceDrill:
    """Put a drill on the list, under its name with dashes."""
    SERVICE_DRILLS[getattr(function, "__name__", "").replace("_", "-")] = function
    return function
