"""A drill in which many clients misbehave, while others look up postcodes and must not wait longer."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from scripts.drills.drill_database import DrillDatabase
from scripts.drills.observe_service import get_metric, running_workers
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.finder_commands import isolated_environment
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.servers import RunningServer

_KINDS: Final = ("half-open", "huge-headers", "pipelines", "flood")
_MAX_P99_RATIO: Final = 3.0  # p99 of the other clients, during against before
_MIN_OPEN_SHARE: Final = 0.8  # of half-open clients: one that was cut off waits a second before it connects again
_ATTEMPTS: Final = 3


async def slow_clients(database: DrillDatabase) -> str:
    """Half-open connections, headers without end, pipelines and floods of connections, while others look up."""
    count = 1_000 if database.short else 10_000
    async with running_workers(database.dsn, database.folder) as running:
        residents = await ResidentRequests.record(running.address)
        reports = [await _disturb(database, running, residents, kind, count) for kind in _KINDS]
        late, made_room = [
            (await get_metric(running.management, f"finder_connections_{each}"))[0]
            for each in ("timed_out", "made_room")
        ]
    reports.append(f"closed: {late:,.0f} late, {made_room:,.0f} to make room")
    return "\n  ".join([f"{count:,} clients", *reports])


async def _disturb(
    database: DrillDatabase, running: RunningServer, residents: ResidentRequests, kind: str, count: int
) -> str:
    """Measure lookups before and during a kind of disturbance; repeats, since other programs may slow the machine.

    The short form runs beside other tests, so it does not judge how long a lookup takes: each must be answered.
    """
    report = ""
    for _ in range(_ATTEMPTS):
        before, _tally = await _measure(running, residents, 0.5 if database.short else 3)
        async with _misbehaving_clients(database, running, kind, count):
            during, tally = await _measure(running, residents, 1.5 if database.short else 5)
            opened = (await get_metric(running.management, "finder_connections_open"))[0]
        if kind == "half-open" and opened < _MIN_OPEN_SHARE * count:
            raise BrokenPromiseError(f"{kind}: only {opened:,.0f} of {count:,} are open")
        report = f"{kind}: {opened:,.0f} open; others {tally}, p99 {before:.1f} -> {during:.1f} ms"
        if database.short or during <= _MAX_P99_RATIO * before:
            return report
        print(f"{report}: once more", flush=True)
    raise BrokenPromiseError(report)


async def _measure(running: RunningServer, residents: ResidentRequests, seconds: float) -> tuple[float, str]:
    """The p99 of single lookups in milliseconds, and their tally."""
    async with ClientLoad(running.address, [residents.postcode], clients=4, pause=0.01) as load:
        await asyncio.sleep(seconds)
    load.tally.require_all_right()
    return load.tally.p99_ms(), str(load.tally)


@asynccontextmanager
async def _misbehaving_clients(
    database: DrillDatabase, running: RunningServer, kind: str, count: int
) -> AsyncIterator[None]:
    """Clients of a kind in a process of their own, once all of them are connected."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scripts.drills.misbehaving_clients",
        kind,
        str(running.port),
        str(count),
        stdout=asyncio.subprocess.PIPE,
        env=isolated_environment(database.dsn),
    )
    try:
        if process.stdout is None or not await process.stdout.readline():
            raise BrokenPromiseError(f"{kind}: the clients did not come up")
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


SLOW_CLIENT_DRILLS: Final = {"slow-clients": slow_clients}
