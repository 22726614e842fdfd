"""Drills on several instances and two databases: one of them goes away under load, and no resident may notice.

Each drill starts a cluster of its own in an empty folder and returns what it observed. Clients ask without a pause.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from finder.storage import publication_store
from finder.storage.connections import connected
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.cluster import Cluster, running_cluster
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.waiting import in_thread, wait_until_async

_SAMPLES: Final = 200
_SECONDS_WITHOUT_PRIMARY: Final = 2.0  # until the standby is promoted
_REQUESTS_AROUND: Final = 1_000  # before and after each fault
_POLL_INTERVAL: Final = 1.0
_MAX_SECONDS_AFTER_POLLING: Final = 1.0  # for replication and building the snapshot on two busy cores


@asynccontextmanager
async def _cluster(folder: Path, workers: int = 1) -> AsyncIterator[Cluster]:
    async with in_thread(running_cluster(folder, workers=workers, poll_interval=_POLL_INTERVAL)) as cluster:
        yield cluster


@asynccontextmanager
async def _looked_up(cluster: Cluster) -> AsyncIterator[ClientLoad]:
    """Lookups through HAProxy during the block; raises BrokenPromiseError unless each is answered correctly."""
    residents = await ResidentRequests.record(cluster.address, _SAMPLES)
    async with ClientLoad(cluster.address, [residents.postcode], pause=0) as load:
        await load.wait_for_requests(_REQUESTS_AROUND)
        yield load
        await load.wait_for_requests(_REQUESTS_AROUND)
    load.tally.require_no_retry()


async def primary_lost(folder: Path) -> str:
    """The primary is killed and, two seconds later, the standby promoted; a loader started meanwhile finds it."""
    async with _cluster(folder) as cluster:
        occurrence, *_ = (await asyncio.to_thread(cluster.run, "surgery", "list", "edgbaston")).split()
        first = await _publish(cluster, "cancel", occurrence)
        async with _looked_up(cluster) as load:
            cluster.primary.kill()
            began = time.monotonic()
            promotion = asyncio.create_task(_promote_later(cluster))
            second = await _publish(cluster, "restore", occurrence)
            took = time.monotonic() - began
            await promotion
    return (
        f"a publication on the primary reached all instances, which read from the standby, in {first:.2f} s\n"
        f"  {load.tally}; a loader started as the primary died, waited {_SECONDS_WITHOUT_PRIMARY:.0f} s for a new one "
        f"and was done after {took:.1f} s; all instances answered from its publication {second:.2f} s after it was "
        "made"
    )


async def _promote_later(cluster: Cluster) -> None:
    await asyncio.sleep(_SECONDS_WITHOUT_PRIMARY)
    await asyncio.to_thread(cluster.standby.promote)


async def _publish(cluster: Cluster, change: str, occurrence: str) -> float:
    """Change a surgery; returns the seconds from the publication's commit until every instance answers from it."""
    before = max(each.publication for each in cluster.instances)
    command = asyncio.create_task(asyncio.to_thread(cluster.run, "surgery", change, occurrence))
    await wait_until_async(lambda: all(each.publication > before for each in cluster.instances), "instances to follow")
    now = datetime.now(UTC)
    await command
    seconds = (now - await _published_at(cluster.dsn)).total_seconds()
    if seconds > _POLL_INTERVAL + _MAX_SECONDS_AFTER_POLLING:
        raise BrokenPromiseError(
            f"instances saw a publication after {seconds:.1f} s; the poll interval is {_POLL_INTERVAL:.0f} s"
        )
    return seconds


async def _published_at(dsn: str) -> datetime:
    async with connected(dsn) as connection:
        live = await publication_store.find_live(connection)
    if live is None:
        raise BrokenPromiseError("nothing is live")
    return live.live_from


async def worker_killed(folder: Path) -> str:
    """Each worker of an instance is killed (SIGKILL), one after the other."""
    async with _cluster(folder, workers=2) as cluster:
        one = cluster.instances[0]
        async with _looked_up(cluster) as load:
            for pid in one.workers:
                os.kill(pid, signal.SIGKILL)
                await load.wait_for_requests(_REQUESTS_AROUND)
        return f"{load.tally}; {one.count_logged('worker_died')} workers killed"


async def rolling_reload(folder: Path) -> str:
    """All workers of every instance are renewed (SIGHUP), and one instance is stopped (SIGTERM)."""
    async with _cluster(folder, workers=2) as cluster:
        async with _looked_up(cluster) as load:
            for each in cluster.instances:
                each.process.send_signal(signal.SIGHUP)
                await wait_until_async(partial(each.has_logged, "workers_renewed"), "renewal")
            await asyncio.to_thread(cluster.instances[0].stop)
        return f"{load.tally}; {len(cluster.instances)} instances of 2 workers renewed, one ended"


ClusterDrill = Callable[[Path], Coroutine[Any, Any, str]]
CLUSTER_DRILLS: Final[dict[str, ClusterDrill]] = {
    "primary-lost": primary_lost,
    "killed-behind-haproxy": worker_killed,
    "renewed-behind-haproxy": rolling_reload,
}
