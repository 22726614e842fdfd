"""Drills of what happens to residents when workers are renewed, ended or killed, and when other clients misbehave."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from scripts.drills.stage import DrillDatabase, ask_metrics, running_workers, service_drill, wait_until_served
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.finder_commands import ROOT, isolated_environment
from scripts.harness.open_requests import OpenRequest
from scripts.harness.processes import accepts_connections, find_program, free_port, stop_process, wait_until_up
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.servers import RunningServer
from scripts.harness.shipped_proxies import haproxy
from scripts.harness.waiting import TIMEOUT_SECONDS, in_thread, wait_until_async

_OPEN: Final = 1_000
_SETTLED: Final = 200  # requests before and after each time that something happens to workers
_MOST_TIMES: Final = 3.0  # by so many times may the p99 of others rise
_TRIES: Final = 3
_BAD: Final = ("half-open", "huge-headers", "pipelines", "flood")
_MOST_OPEN: Final = 0.8  # of the half-open ones: those that were cut off wait a second before they come again
_QUICK_MS: Final = 15.0  # in the short form, beside other tests, what is within this is quick whatever it was before


@service_drill
async def workers_renewed(stage: DrillDatabase) -> str:
    """SIGHUP under load, again and again."""
    times = 2 if stage.short else 10
    async with running_workers(stage.dsn, stage.folder, workers=2) as running:
        residents = await ResidentRequests.record(running.address)
        async with ClientLoad(running.address, residents.all_kinds(), clients=8) as load:
            for time in range(1, times + 1):
                await load.wait_for_requests(_SETTLED)
                running.process.send_signal(signal.SIGHUP)
                await wait_until_async(partial(running.has_logged, "workers_renewed", time), "renewal")
            await load.wait_for_requests(_SETTLED)
        load.tally.require_all_right()
    return f"{load.tally}; all workers renewed {times} times"


@service_drill
async def ended_with_open_requests(stage: DrillDatabase) -> str:
    """SIGTERM while 1,000 requests are open, each in the middle of its body."""
    told = []
    for workers in (1, 2):
        async with running_workers(stage.dsn, stage.folder, workers=workers) as running:
            begun = [await OpenRequest.begin(running.port) for _ in range(_OPEN)]
            running.process.send_signal(signal.SIGTERM)
            await wait_until_async(partial(running.has_logged, "stopping", workers), "the workers to stop")
            answers = await asyncio.gather(*(each.finish() for each in begun))
            code = await asyncio.to_thread(running.process.wait, TIMEOUT_SECONDS)
        answered = sum(answer.startswith("/") for answer in answers)
        if (answered, code) != (_OPEN, 0):
            raise BrokenPromiseError(f"of {_OPEN:,} open requests {answered:,} were answered; exit {code}")
        told.append(f"{workers} worker(s): {_OPEN:,} open requests, {answered:,} answered, exit {code}")
    return "; ".join(told)


@service_drill
async def workers_killed(stage: DrillDatabase) -> str:
    """Workers are killed (SIGKILL) in turn, behind HAProxy with the configuration that ships."""
    find_program("haproxy")
    times = 2 if stage.short else 10
    async with (
        running_workers(stage.dsn, stage.folder, workers=2) as one,
        running_workers(stage.dsn, stage.folder, workers=2) as two,
        in_thread(haproxy(stage.folder, one.port, two.port)) as proxy,
    ):
        residents = await ResidentRequests.record(proxy.address)
        gets = [residents.postcode, residents.point, residents.page, residents.sector, residents.unchanged_postcode]
        async with ClientLoad(proxy.address, gets, clients=8) as load:
            for number in range(times):
                await load.wait_for_requests(_SETTLED)
                os.kill(one.workers[number % 2], signal.SIGKILL)
                await wait_until_async(partial(one.has_logged, "serving", 3 + number), "a successor")
            await load.wait_for_requests(_SETTLED)
        load.tally.require_all_right()
    return f"{load.tally}; {times} workers of an instance killed and replaced"


@service_drill
async def slow_clients(stage: DrillDatabase) -> str:
    """Half-open connections, headers without end, pipelines and floods of connections, while others look up."""
    count = 2_000 if stage.short else 10_000
    async with running_workers(stage.dsn, stage.folder) as running:
        residents = await ResidentRequests.record(running.address)
        told = [await _others(stage, running, residents, kind, count) for kind in _BAD]
        late, made_room = [
            (await ask_metrics(running.address, f"finder_connections_{each}"))[0] for each in ("timed_out", "made_room")
        ]
    told.append(f"closed: {late:,.0f} late, {made_room:,.0f} to make room")
    return "\n  ".join([f"{count:,} clients", *told])


async def _others(
    stage: DrillDatabase, running: RunningServer, residents: ResidentRequests, kind: str, count: int
) -> str:
    """What others notice of clients that misbehave; tried anew, since the machine may be busy with other things."""
    told = ""
    for _ in range(_TRIES):
        quiet, _quietly = await _measure(running, residents, 3)
        async with _misbehaving(stage, running, kind, count):
            p99, tally = await _measure(running, residents, 5)
            opened = (await ask_metrics(running.address, "finder_connections_open"))[0]
        if kind == "half-open" and opened < _MOST_OPEN * count:
            raise BrokenPromiseError(f"{kind}: of {count:,} only {opened:,.0f} are open")
        told = f"{kind}: {opened:,.0f} open; others {tally}, p99 {quiet:.1f} -> {p99:.1f} ms"
        if p99 <= max(_MOST_TIMES * quiet, _QUICK_MS if stage.short else 0.0):
            return told
        print(f"{told}: once more", flush=True)
    raise BrokenPromiseError(told)


async def _measure(running: RunningServer, residents: ResidentRequests, seconds: float) -> tuple[float, str]:
    async with ClientLoad(running.address, [residents.postcode], clients=4, pause=0.01) as load:
        await asyncio.sleep(seconds)
    load.tally.require_all_right()
    return load.tally.p99_ms(), str(load.tally)


@asynccontextmanager
async def _misbehaving(stage: DrillDatabase, running: RunningServer, kind: str, count: int) -> AsyncIterator[None]:
    """So many clients of a kind, in a process of their own, all of them there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "scripts" / "drills" / "misbehaving_clients.py"),
        kind,
        str(running.port),
        str(count),
        stdout=asyncio.subprocess.PIPE,
        env=isolated_environment(stage.dsn),
    )
    try:
        if process.stdout is None or not await process.stdout.readline():
            raise BrokenPromiseError(f"{kind}: the clients did not come up")
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@service_drill
async def logs_nowhere(stage: DrillDatabase) -> str:
    """The disk for logs is full (/dev/full), and standard output and error are closed."""
    told = []
    for what, redirection in {"disk full": ">/dev/full 2>&1", "closed": ">&- 2>&-"}.items():
        for workers in (1, 2):
            with _unheard(stage, redirection, workers) as (process, address):
                async with ClientLoad(address, (await ResidentRequests.record(address, 50)).all_kinds()) as load:
                    await asyncio.sleep(2)
                    await wait_until_served(address, await asyncio.to_thread(stage.publish))
                load.tally.require_all_right()
                process.send_signal(signal.SIGTERM)
                code = await asyncio.to_thread(process.wait, TIMEOUT_SECONDS)
            if code:
                raise BrokenPromiseError(f"{what}, {workers} worker(s): it ended with {code}")
            told.append(f"{what}, {workers} worker(s): {load.tally}")
    return "\n  ".join(["every request logged", *told])


@contextmanager
def _unheard(stage: DrillDatabase, redirection: str, workers: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = f'exec "$0" -m finder serve --port {port} --workers {workers} {redirection}'
    own = isolated_environment(stage.dsn, FINDER_LOG_SAMPLE="1")
    with subprocess.Popen(["/bin/sh", "-c", command, sys.executable], stdin=subprocess.DEVNULL, env=own) as process:
        try:
            wait_until_up(process, lambda: accepts_connections(port), "the service", Path(os.devnull))
            yield process, f"http://127.0.0.1:{port}"
        finally:
            stop_process(process)
