"""Drills of what happens to the service when its PostgreSQL dies, goes silent, comes late or holds damaged data."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import aiohttp
import psutil

from finder.services.publishing.publish import plan_publication, publish
from finder.storage.connections import Server, connected
from geodata.police_forces import Places
from scripts.drills.stage import DrillDatabase, ask_json, ask_metrics, running_workers, service_drill, wait_until_served
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.finder_commands import run_finder
from scripts.harness.postgres_proxy import PostgresProxy
from scripts.harness.process_memory import slope_per_hour
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.servers import RunningServer
from scripts.harness.waiting import wait_until_async

_SOON: Final = 5.0  # seconds after the return of PostgreSQL within which a publication must be served
_MOST_GROWTH: Final = 16.0  # MiB
_WARM_UP: Final = 10.0
_POLL: Final = 1.0
_SETTLED: Final = 500  # requests before and after
_BUILD: Final = 3.0  # seconds that building a snapshot may take on a busy machine, once the publication is found
_DAMAGES: Final = {
    "broken boundary": "UPDATE ward SET polygon = '\\x0103' WHERE release = {wards} AND gss_code = 'E05011151'",
    "missing team": "DELETE FROM team WHERE release = {directory} AND id = 'ladywood'",
    "missing ward": "DELETE FROM ward WHERE release = {wards} AND gss_code = 'E05011151'",
    "team of a ward unknown": "UPDATE coverage SET team = 'nobody' WHERE release = {directory} AND team = 'ladywood'",
    "missing postcodes": "DELETE FROM postcode WHERE release = {postcodes} AND postcode < 'B2'",
}


@service_drill
async def postgres_killed(stage: DrillDatabase) -> str:
    """PostgreSQL is killed (SIGKILL) under load and started again."""
    async with running_workers(stage.dsn, stage.folder, workers=2) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds()) as load:
            stage.kill_postgres()
            await asyncio.sleep(2 if stage.short else 10)
            state = await ask_json(running.address, "/readyz")
            await asyncio.to_thread(stage.start_postgres)
            took = await wait_until_served(running.address, await _publish_in_silence(stage), _SOON)
        load.tally.require_all_right()
    if not state["ready"] or not state["alarms"] or state["snapshot_age_seconds"] < 1:
        raise BrokenPromiseError(f"/readyz said {state}")
    return (
        f"{load.tally}; /readyz said: snapshot {state['snapshot_age_seconds']} s old, PostgreSQL asked "
        f"{state['database_asked_seconds_ago']} s ago, {state['alarms'][0]} "
        f"A publication made as PostgreSQL came back was served {took:.1f} s later"
    )


@service_drill
async def postgres_silent(stage: DrillDatabase) -> str:
    """PostgreSQL accepts and never answers, in turn with connections that are cut; nothing may pile up."""
    wire = PostgresProxy(stage.dsn)
    async with wire.listening() as dsn, running_workers(dsn, stage.folder, FINDER_POLL_INTERVAL="0.2") as running:
        residents = await ResidentRequests.record(running.address)
        process = psutil.Process(running.process.pid)
        async with ClientLoad(running.address, residents.all_kinds()) as load:
            await asyncio.sleep(_WARM_UP)  # what the first requests of each kind bring with them comes once
            memory, files = [_used(process)], process.num_fds()
            for _ in range(2 if stage.short else 40):
                wire.stall()
                await asyncio.sleep(4)
                wire.resume()
                wire.cut()
                memory.append(_used(process))
            wire.stall()
            await asyncio.sleep(4)
            state = await ask_json(running.address, "/readyz")
            number = await asyncio.to_thread(stage.publish)
            wire.resume()
            took = await wait_until_served(running.address, number, _SOON)
            await asyncio.sleep(1)
            memory.append(_used(process))
            more = process.num_fds() - files
    load.tally.require_all_right()
    grown = max(level for _, level in memory) - memory[0][1]
    if not state["alarms"] or grown > _MOST_GROWTH or more > 2:  # noqa: PLR2004 - one connecting, one going
        raise BrokenPromiseError(f"alarms {state['alarms']}; memory grew by {grown:.1f} MiB, open files by {more}")
    seconds = memory[-2][0] - memory[0][0]
    slope = "" if stage.short else f", slope {slope_per_hour(memory[:-1]):+.1f} MiB an hour over {seconds:.0f} s"
    return (
        f"{load.tally}; {wire.connections_made} connections tried; memory {memory[0][1]:.1f} MiB, "
        f"at most {grown:+.1f}{slope}; "
        f"open files {more:+d}; a publication made meanwhile was served {took:.1f} s after PostgreSQL's return"
    )


def _used(process: psutil.Process) -> tuple[float, float]:
    """Now, in seconds, and the memory that a process has to itself, in MiB."""
    return time.monotonic(), process.memory_full_info().uss / 2**20


@service_drill
async def notification_lost(stage: DrillDatabase) -> str:
    """A publication is made and nobody is told: polling finds it."""
    async with running_workers(stage.dsn, stage.folder, workers=2, FINDER_POLL_INTERVAL=str(_POLL)) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds()) as load:
            await load.wait_for_requests(_SETTLED)
            number = await _publish_in_silence(stage)
            took = await wait_until_served(running.address, number, _POLL + _BUILD)
            await load.wait_for_requests(_SETTLED)
    load.tally.require_all_right()
    return f"{load.tally}; found and built after {took:.1f} s at a poll interval of {_POLL:.0f} s"


async def _publish_in_silence(stage: DrillDatabase, **releases: int) -> int:
    """Insert a publication like the last one, but for these releases, and announce it to nobody."""
    columns = ", ".join(str(releases.get(kind, kind)) for kind in ("postcodes", "wards", "directory"))
    return int(
        await stage.execute(
            "INSERT INTO publication (number, live_from, made_by, note, postcodes, wards, directory) "  # noqa: S608 - numbers
            f"SELECT number + 1, clock_timestamp(), 'a drill', '', {columns} "
            "FROM publication ORDER BY number DESC LIMIT 1 RETURNING number"
        )
    )


@service_drill
async def damaged_data(stage: DrillDatabase) -> str:
    """What is live cannot be right: the old snapshot stays, with an alarm; a service that starts refuses."""
    good = dict(await _live_releases(stage))
    told = []
    async with running_workers(stage.dsn, stage.folder, workers=2, FINDER_POLL_INTERVAL="0.2") as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds()) as load:
            for damage, statement in list(_DAMAGES.items())[: 2 if stage.short else None]:
                bad = {kind: await _copy_release(stage, number) for kind, number in good.items()}
                await stage.execute(statement.format(**bad))
                before = (await ask_json(running.address, "/readyz"))["publication"]
                await _publish_in_silence(stage, **bad)
                alarm = await _alarm(running, before)
                told.append(f"{damage}: {alarm} ({await _refusal(stage)})")
                await wait_until_served(running.address, await _publish_in_silence(stage, **good))
                if (await ask_json(running.address, "/readyz"))["alarms"]:
                    raise BrokenPromiseError("the alarm stays after a good publication")
    load.tally.require_all_right()
    return f"{load.tally}\n  " + "\n  ".join(told)


async def _live_releases(stage: DrillDatabase) -> list[tuple[str, int]]:
    return [
        (kind, int(await stage.execute(f"SELECT {kind} FROM publication ORDER BY number DESC LIMIT 1")))  # noqa: S608
        for kind in ("postcodes", "wards", "directory")
    ]


async def _copy_release(stage: DrillDatabase, number: int) -> int:
    """A release with the same rows as another."""
    copy = int(await stage.execute(f"INSERT INTO release (kind) SELECT kind FROM release WHERE number = {number} RETURNING number"))  # fmt: skip # noqa: S608, E501
    if await stage.execute(f"SELECT kind FROM release WHERE number = {copy}") == "postcodes":  # noqa: S608
        await stage.execute(f"SELECT open_postcodes({copy})")
        await stage.execute(f"SELECT close_postcodes({copy})")
    for table in ("release_report", "postcode", "ward", "team", "coverage", "officer", "priority", "surgery", "surgery_change"):  # fmt: skip # noqa: E501
        columns = await stage.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "  # noqa: S608 - names from above
            f"WHERE table_name = '{table}' AND column_name <> 'release' AND is_generated = 'NEVER'"
        )
        await stage.execute(
            f"INSERT INTO {table} (release, {columns}) SELECT {copy}, {columns} FROM {table} WHERE release = {number}"  # noqa: S608
        )
    return copy


async def _alarm(running: RunningServer, before: int) -> str:
    """The alarm that is raised by /readyz, metric and log, while the older publication goes on being served."""
    for _ in range(100):
        if set(await ask_metrics(running.address, "finder_publication_unusable")) == {1.0}:
            break
        await asyncio.sleep(0.1)
    state = await ask_json(running.address, "/readyz")
    if state["publication"] != before or not state["alarms"] or not running.count_logged("publication_unusable"):
        raise BrokenPromiseError(f"/readyz says {state}; logged {running.count_logged('publication_unusable')} times")
    return str(state["alarms"][0])


async def _refusal(stage: DrillDatabase) -> str:
    """How a service that starts refuses what is live."""
    start = partial(run_finder, stage.dsn, "serve", "--port", "0", FINDER_LOG_FORMAT="json")
    done = await asyncio.to_thread(start)
    sentence = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    if done.returncode != 1 or not re.search("cannot be used", " ".join(sentence)) or "Traceback" in done.stderr:
        raise BrokenPromiseError(f"a service that starts ends with {done.returncode}: {done.stderr[-500:]}")
    return "a start is refused with the same, exit 1"


@service_drill
async def postgres_later(stage: DrillDatabase) -> str:
    """The service is started before PostgreSQL: it says that it waits, and becomes ready by itself."""
    stage.kill_postgres()
    told = []
    for workers in (1, 2):
        async with running_workers(stage.dsn, stage.folder, workers=workers, awaited=False) as running:
            await asyncio.sleep(2 if stage.short else 8)
            state, attempts = await ask_json(running.address, "/readyz"), running.count_logged("waiting_for_database")
            async with aiohttp.ClientSession(running.address) as session, session.get("/healthz") as response:
                up = response.status
            if state["ready"] or not state["alarms"] or up != 200 or not attempts:  # noqa: PLR2004 - all is well
                raise BrokenPromiseError(
                    f"while it waits /healthz says {up}, /readyz {state}; {attempts} attempts were logged"
                )
            await asyncio.to_thread(stage.start_postgres)
            took = await wait_until_async(
                partial(running.has_logged, "serving", workers), "the service to become ready"
            )
            async with ClientLoad(
                running.address, (await ResidentRequests.record(running.address, 50)).all_kinds()
            ) as load:
                await asyncio.sleep(1)
            load.tally.require_all_right()
        told.append(f"{workers} worker(s): {attempts} attempts said, ready {took:.1f} s after PostgreSQL, {load.tally}")
        if workers == 1:
            stage.kill_postgres()
    return "; ".join(told)


@service_drill
async def schedule_kept(stage: DrillDatabase) -> str:
    """A scheduled publication comes due while PostgreSQL is down: every worker switches at its moment."""
    releases = dict(await _live_releases(stage))
    copy = await _copy_release(stage, releases["directory"])
    async with running_workers(stage.dsn, stage.folder, workers=2) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds()) as load:
            moment = datetime.now(UTC) + timedelta(seconds=8)
            async with connected(stage.dsn, Server.PRIMARY) as connection:
                plan = await plan_publication(connection, [f"directory-{copy}"], Places.read())
                number = (await publish(connection, plan, made_by="a drill", note="", at=moment)).number
            await asyncio.sleep(3)
            stage.kill_postgres()
            if number in await ask_metrics(running.address, "finder_publication_number"):
                raise BrokenPromiseError("it was served before its moment")
            await wait_until_served(running.address, number)
            late = (datetime.now(UTC) - moment).total_seconds()
            await asyncio.to_thread(stage.start_postgres)
        load.tally.require_all_right()
    if not 0 <= late < 1:
        raise BrokenPromiseError(f"the last worker switched {late:+.2f} s after the moment")
    return f"{load.tally}; both workers had switched {late:.2f} s after the moment"
