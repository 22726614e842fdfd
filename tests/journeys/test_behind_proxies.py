"""The proxies whose configuration ships, in front of the real service: nothing lost, nothing personal in a log."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from scripts.harness.client_load import ClientLoad
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.sample_postcodes import sample_postcodes
from tests.support.commands import RunningServer, running_service, wait_until
from tests.support.proxies import DEPLOY, Proxy, haproxy, nginx, require_program
from tests.support.raw_http import get, send_raw

_HOMES: Final = 500


def asking(proxy: Proxy, residents: ResidentRequests) -> ClientLoad:
    """Clients that ask without a pause, and know the right answers."""
    return ClientLoad(proxy.address, [residents.postcode], clients=8, pause=0)


@contextmanager
def behind_haproxy(dsn: str, folder: Path) -> Iterator[tuple[Proxy, list[RunningServer]]]:
    """Two instances of two workers each behind HAProxy."""
    folders = [folder / "one", folder / "two"]
    for each in folders:
        each.mkdir()
    with (
        running_service(dsn, folders[0], "--workers", "2") as one,
        running_service(dsn, folders[1], "--workers", "2") as two,
        haproxy(folder, one.port, two.port) as proxy,
    ):
        wait_until(lambda: one.has_logged("serving", 2) and two.has_logged("serving", 2), "both workers of each")
        yield proxy, [one, two]


async def test_behind_haproxy_no_request_fails_when_instances_are_renewed_ended_or_killed(
    shipped_database: str, tmp_path: Path
) -> None:
    with behind_haproxy(shipped_database, tmp_path) as (proxy, (one, two)):
        async with asking(proxy, await ResidentRequests.record(proxy.address, _HOMES)) as load:
            await load.wait_for_requests(300)
            one.process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(wait_until, lambda: "workers_renewed" in one.output, "renewal")
            await load.wait_for_requests(300)
            two.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(two.process.wait, 30)
            await load.wait_for_requests(300)
        logged = proxy.log.read_text()

    load.tally.require_no_retry()
    assert [
        home for home in sample_postcodes(_HOMES) if home.postcode in logged or home.postcode.lower() in logged
    ] == []


async def test_behind_haproxy_no_request_fails_when_a_worker_is_killed(shipped_database: str, tmp_path: Path) -> None:
    with behind_haproxy(shipped_database, tmp_path) as (proxy, (one, _two)):
        async with asking(proxy, await ResidentRequests.record(proxy.address, _HOMES)) as load:
            await load.wait_for_requests(300)
            for worker in one.workers:
                os.kill(worker, signal.SIGKILL)
                await load.wait_for_requests(300)

    load.tally.require_no_retry()


async def test_a_cache_answers_for_the_service_even_when_it_is_down(shipped_database: str, tmp_path: Path) -> None:
    postcodes = [home.postcode for home in sample_postcodes(50)]
    with running_service(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
        first = await ask_each(proxy.port, postcodes)
        again = await ask_each(proxy.port, postcodes)
        await asyncio.to_thread(server.stop)
        alone = await ask_each(proxy.port, postcodes)
        logged = proxy.log.read_text()

    assert [status for status, _ in first] == [200] * len(postcodes)
    assert again == first
    assert alone == first
    assert logged.count(" HIT") >= len(postcodes)
    assert [postcode for postcode in postcodes if postcode in logged] == []


@pytest.mark.parametrize("start", [haproxy, nginx])
async def test_no_proxy_gives_metrics_or_alarms_to_the_public(
    shipped_database: str, tmp_path: Path, start: Callable[..., AbstractContextManager[Proxy]]
) -> None:
    paths = ("/metrics", "/%6Detrics", "/%72eadyz", "//metrics", "/./metrics", "/x/../metrics")
    with running_service(shipped_database, tmp_path) as server, start(tmp_path, server.port) as proxy:
        answers = {path: await send_raw("127.0.0.1", proxy.port, get(path)) for path in paths}

    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(paths, 404)
    assert [path for path, answer in answers.items() if b"finder_" in answer.body] == []


async def ask_each(port: int, postcodes: list[str]) -> list[tuple[int, bytes]]:
    """Status and body of the answer to each."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        found = []
        for postcode in postcodes:
            async with session.get(f"/api/v1/postcodes/{postcode}") as response:
                found.append((response.status, await response.read()))
    return found


@pytest.mark.parametrize("resolve", [{}, {"RESOLVE": "1"}], ids=["addresses", "names"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_haproxy_accepts_the_configuration_for_any_number_of_instances(count: int, resolve: dict[str, str]) -> None:
    servers = {f"SERVER{number}": f"localhost:{9000 + number}" for number in range(1, count + 1)}
    checked = subprocess.run(
        [require_program("haproxy"), "-c", "-V", "-f", DEPLOY / "haproxy.cfg"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LISTEN": "127.0.0.1:9000"} | servers | resolve,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "[WARNING]" not in checked.stdout + checked.stderr


def test_prometheus_accepts_the_alert_rules() -> None:
    checked = subprocess.run(
        [require_program("promtool"), "check", "rules", DEPLOY / "alerts.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
