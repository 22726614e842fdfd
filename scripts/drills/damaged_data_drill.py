"""A drill in which what is live has missing or broken rows: the previous snapshot stays, with an alarm."""

import asyncio
import re
from functools import partial
from typing import Final

from scripts.drills.drill_database import DrillDatabase
from scripts.drills.observe_service import get_json, get_metric, running_workers, wait_until_served
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.finder_commands import run_finder
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.servers import RunningServer

_DAMAGES: Final = {
    "broken boundary": "UPDATE ward SET polygon = '\\x0103' WHERE release = {wards} AND gss_code = 'E05011151'",
    "missing team": "DELETE FROM team WHERE release = {directory} AND id = 'ladywood'",
    "missing ward": "DELETE FROM ward WHERE release = {wards} AND gss_code = 'E05011151'",
    "team of a ward unknown": "UPDATE coverage SET team = 'nobody' WHERE release = {directory} AND team = 'ladywood'",
    "missing postcodes": "DELETE FROM postcode WHERE release = {postcodes} AND postcode < 'B2'",
}


async def damaged_data(database: DrillDatabase) -> str:
    """Workers keep their snapshot and raise an alarm; a service that starts refuses."""
    good = await database.read_live_releases()
    reports = []
    async with running_workers(database.dsn, database.folder, workers=2, FINDER_POLL_INTERVAL="0.2") as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds(), pause=database.pause) as load:
            for damage, statement in list(_DAMAGES.items())[: 2 if database.short else None]:
                bad = {kind: await database.copy_release(number) for kind, number in good.items()}
                await database.execute(statement.format(**bad))
                previous = (await get_json(running.management, "/readyz"))["publication"]
                await database.publish_without_notice(**bad)
                alarm = await _wait_for_alarm(running, previous)
                await _require_refused_start(database)
                reports.append(f"{damage}: {alarm} (a start is refused with the same, exit 1)")
                await wait_until_served(running.management, await database.publish_without_notice(**good))
                if (await get_json(running.management, "/readyz"))["alarms"]:
                    raise BrokenPromiseError("the alarm stays after a good publication")
    load.tally.require_all_right()
    return "\n  ".join([str(load.tally), *reports])


async def _wait_for_alarm(running: RunningServer, previous: int) -> str:
    """The alarm of /readyz, metric and log, while the previous publication is still served."""
    for _ in range(100):
        if set(await get_metric(running.management, "finder_publication_unusable")) == {1.0}:
            break
        await asyncio.sleep(0.1)
    state = await get_json(running.management, "/readyz")
    logged = running.count_logged("publication_unusable")
    if state["publication"] != previous or not state["alarms"] or not logged:
        raise BrokenPromiseError(f"/readyz says {state}; logged {logged} times")
    return str(state["alarms"][0])


async def _require_refused_start(database: DrillDatabase) -> None:
    """Raise BrokenPromiseError unless a service that starts refuses what is live with a sentence."""
    start = partial(run_finder, database.dsn, "serve", "--port", "0", FINDER_LOG_FORMAT="json")
    done = await asyncio.to_thread(start)
    sentence = " ".join(line for line in done.stderr.splitlines() if not line.startswith("{"))
    if done.returncode != 1 or not re.search("cannot be used", sentence) or "Traceback" in done.stderr:
        raise BrokenPromiseError(f"a service that starts ends with {done.returncode}: {done.stderr[-500:]}")


DAMAGED_DATA_DRILLS: Final = {"damaged-data": damaged_data}
