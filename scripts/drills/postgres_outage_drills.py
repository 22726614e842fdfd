"""Drills in which PostgreSQL dies, hangs or starts late while residents ask."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import aiohttp
import psutil

from finder.services.publishing.plan import plan_publication
from finder.services.publishing.publish import publish
from finder.storage.connections import Server, connected
from geodata.police_forces import PoliceForces
from scripts.drills.drill_database import DrillDatabase
from scripts.drills.observe_service import get_json, get_metric, running_workers, wait_until_served
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.postgres_proxy import PostgresProxy
from scripts.harness.process_memory import slope_per_hour
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.waiting import wait_until_async

_MAX_SECONDS_TO_FOLLOW: Final = 5.0  # from the return of PostgreSQL until a publication is served
_MAX_GROWTH_MIB: Final = 16.0
_WARM_UP_SECONDS: Final = 10.0
_POLL_INTERVAL: Final = 1.0
_REQUESTS_AROUND: Final = 200  # before and after the fault
_MAX_BUILD_SECONDS: Final = 3.0  # on a busy machine, once the publication is found


async def postgres_killed(database: DrillDatabase) -> str:
    """PostgreSQL is killed (SIGKILL) under load and started again."""
    async with running_workers(database.dsn, database.folder, workers=2) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds(), pause=database.pause) as load:
            database.kill_postgres()
            await asyncio.sleep(2 if database.short else 10)
            state = await get_json(running.management, "/readyz")
            await asyncio.to_thread(database.start_postgres)
            number = await database.publish_without_notice()
            seconds = await wait_until_served(running.management, number, _MAX_SECONDS_TO_FOLLOW)
        load.tally.require_all_right()
    if not state["ready"] or not state["alarms"] or state["snapshot_age_seconds"] < 1:
        raise BrokenPromiseError(f"/readyz said {state}")
    return (
        f"{load.tally}; /readyz said: snapshot {state['snapshot_age_seconds']} s old, PostgreSQL asked "
        f"{state['database_asked_seconds_ago']} s ago, {state['alarms'][0]} "
        f"A publication made as PostgreSQL came back was served {seconds:.1f} s later"
    )


async def postgres_silent(database: DrillDatabase) -> str:
    """PostgreSQL alternately accepts connections without an answer, and cuts them; nothing may pile up."""
    proxy = PostgresProxy(database.dsn)
    async with (
        proxy.listening() as dsn,
        running_workers(dsn, database.folder, FINDER_POLL_INTERVAL="0.2") as running,
    ):
        residents = await ResidentRequests.record(running.address)
        process = psutil.Process(running.process.pid)
        async with ClientLoad(running.address, residents.all_kinds(), pause=database.pause) as load:
            await asyncio.sleep(
                3 if database.short else _WARM_UP_SECONDS
            )  # the first requests of each kind fill caches once
            memory, files = [_sample_memory(process)], process.num_fds()
            for _ in range(1 if database.short else 40):
                proxy.stall()
                await asyncio.sleep(4)
                proxy.resume()
                proxy.cut()
                memory.append(_sample_memory(process))
            proxy.stall()
            await asyncio.sleep(4)
            state = await get_json(running.management, "/readyz")
            number = await asyncio.to_thread(database.publish)
            proxy.resume()
            seconds_to_follow = await wait_until_served(running.management, number, _MAX_SECONDS_TO_FOLLOW)
            await asyncio.sleep(1)
            memory.append(_sample_memory(process))
            more_files = process.num_fds() - files
    load.tally.require_all_right()
    grown = max(level for _, level in memory) - memory[0][1]
    if not state["alarms"] or grown > _MAX_GROWTH_MIB or more_files > 2:  # noqa: PLR2004 - one connecting, one closing
        raise BrokenPromiseError(
            f"alarms {state['alarms']}; memory grew by {grown:.1f} MiB, open files by {more_files}"
        )
    seconds = memory[-2][0] - memory[0][0]
    slope = "" if database.short else f", slope {slope_per_hour(memory[:-1]):+.1f} MiB an hour over {seconds:.0f} s"
    return (
        f"{load.tally}; {proxy.connections_made} connections tried; memory {memory[0][1]:.1f} MiB, "
        f"at most {grown:+.1f}{slope}; open files {more_files:+d}; "
        f"a publication made meanwhile was served {seconds_to_follow:.1f} s after PostgreSQL's return"
    )


def _sample_memory(process: psutil.Process) -> tuple[float, float]:
    """The time in seconds, and the memory in MiB that a process shares with no other."""
    return time.monotonic(), process.memory_full_info().uss / 2**20


async def notification_lost(database: DrillDatabase) -> str:
    """A publication is made without a notification: polling finds it."""
    async with running_workers(
        database.dsn, database.folder, workers=2, FINDER_POLL_INTERVAL=str(_POLL_INTERVAL)
    ) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds(), pause=database.pause) as load:
            await load.wait_for_requests(_REQUESTS_AROUND)
            number = await database.publish_without_notice()
            seconds = await wait_until_served(running.management, number, _POLL_INTERVAL + _MAX_BUILD_SECONDS)
            await load.wait_for_requests(_REQUESTS_AROUND)
    load.tally.require_all_right()
    return f"{load.tally}; found and built after {seconds:.1f} s at a poll interval of {_POLL_INTERVAL:.0f} s"


async def postgres_later(database: DrillDatabase) -> str:
    """The service is started before PostgreSQL: it logs that it waits, and becomes ready by itself."""
    database.kill_postgres()
    reports = []
    for workers in (1, 2):
        async with running_workers(database.dsn, database.folder, workers=workers, wait_for_snapshot=False) as running:
            await asyncio.sleep(2 if database.short else 8)
            state = await get_json(running.management, "/readyz")
            attempts = running.count_logged("waiting_for_database")
            async with aiohttp.ClientSession(running.address) as session, session.get("/healthz") as response:
                up = response.status
            if state["ready"] or not state["alarms"] or up != 200 or not attempts:  # noqa: PLR2004 - OK
                raise BrokenPromiseError(
                    f"while it waits /healthz says {up}, /readyz {state}; {attempts} attempts were logged"
                )
            await asyncio.to_thread(database.start_postgres)
            all_serve = partial(running.has_logged, "serving", workers)
            seconds = await wait_until_async(all_serve, "the service to become ready")
            residents = await ResidentRequests.record(running.address, 50)
            async with ClientLoad(running.address, residents.all_kinds(), pause=database.pause) as load:
                await asyncio.sleep(1)
            load.tally.require_all_right()
        reports.append(
            f"{workers} worker(s): {attempts} attempts logged, ready {seconds:.1f} s after PostgreSQL, {load.tally}"
        )
        if workers == 1:
            database.kill_postgres()
    return "; ".join(reports)


async def schedule_kept(database: DrillDatabase) -> str:
    """A scheduled publication comes due while PostgreSQL is down: every worker switches at its moment."""
    releases = await database.read_live_releases()
    copy = await database.copy_release(releases["directory"])
    async with running_workers(database.dsn, database.folder, workers=2) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds(), pause=database.pause) as load:
            moment = datetime.now(UTC) + timedelta(seconds=6 if database.short else 8)
            async with connected(database.dsn, Server.PRIMARY) as connection:
                plan = await plan_publication(connection, [f"directory-{copy}"], PoliceForces.read())
                number = (await publish(connection, plan, made_by="a drill", note="", at=moment)).number
            await asyncio.sleep(2)
            database.kill_postgres()
            if number in await get_metric(running.management, "finder_publication_number"):
                raise BrokenPromiseError("it was served before its moment")
            await wait_until_served(running.management, number)
            late = (datetime.now(UTC) - moment).total_seconds()
            await asyncio.to_thread(database.start_postgres)
        load.tally.require_all_right()
    if not 0 <= late < 1:
        raise BrokenPromiseError(f"the last worker switched {late:+.2f} s after the moment")
    return f"{load.tally}; both workers had switched {late:.2f} s after the moment"


POSTGRES_OUTAGE_DRILLS: Final = {
    "postgres-killed": postgres_killed,
    "postgres-silent": postgres_silent,
    "notification-lost": notification_lost,
    "postgres-later": postgres_later,
    "schedule-kept": schedule_kept,
}
