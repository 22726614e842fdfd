"""The proxies whose configuration ships, in front of the real service: nothing lost, nothing personal in a log."""

import asyncio
import csv
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import aiohttp
import pytest

from geodata.places import SHIPPED
from tests.support.commands import Served, served, wait_until
from tests.support.proxies import DEPLOY, Proxy, haproxy, nginx, program

_CLIENTS: Final = 8


def some_postcodes(count: int) -> list[str]:
    """Postcodes of the force, from all over it."""
    with (SHIPPED / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        own = [row["postcode"].replace(" ", "") for row in csv.DictReader(stream) if row["ward"]]
    return own[:: len(own) // count][:count]


@dataclass(slots=True)
class Load:
    """Clients that ask without a pause until told to stop."""

    base: str
    postcodes: list[str]
    asked: int = 0
    failures: list[str] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._ask(number)) for number in range(_CLIENTS)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping = True
        await asyncio.gather(*self._tasks)

    async def more(self, count: int) -> None:
        """Wait until so many more requests have been answered or have failed."""
        target = self.asked + count
        async with asyncio.timeout(60):
            while self.asked < target:  # noqa: ASYNC110 - counted by tasks of the same loop
                await asyncio.sleep(0.01)

    async def _ask(self, number: int) -> None:
        async with aiohttp.ClientSession(self.base) as session:
            while not self._stopping:
                postcode = self.postcodes[(number + self.asked) % len(self.postcodes)]
                try:
                    async with session.get(f"/api/v1/postcodes/{postcode}") as response:
                        await response.read()
                        if response.status != 200:
                            self.failures.append(f"status {response.status}")
                except aiohttp.ClientError as error:
                    self.failures.append(type(error).__name__)
                self.asked += 1


@contextmanager
def behind_haproxy(dsn: str, folder: Path) -> Iterator[tuple[Proxy, list[Served]]]:
    """Two instances of two workers each behind HAProxy."""
    folders = [folder / "one", folder / "two"]
    for each in folders:
        each.mkdir()
    with (
        served(dsn, folders[0], "--workers", "2") as one,
        served(dsn, folders[1], "--workers", "2") as two,
        haproxy(folder, one.port, two.port) as proxy,
    ):
        yield proxy, [one, two]


async def test_renewed_ended_and_killed_instances_cost_no_request_behind_haproxy(
    shipped_database: str, tmp_path: Path
) -> None:
    postcodes = some_postcodes(500)
    with behind_haproxy(shipped_database, tmp_path) as (proxy, (one, two)):
        async with Load(f"http://127.0.0.1:{proxy.port}", postcodes) as load:
            await load.more(300)
            one.process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(wait_until, lambda: "workers_renewed" in one.output, "renewal")
            await load.more(300)
            two.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(two.process.wait, 30)
            await load.more(300)
        logged = proxy.log.read_text()

    assert load.failures == []
    assert [postcode for postcode in postcodes if postcode in logged or postcode.lower() in logged] == []


async def test_a_killed_worker_costs_no_request_behind_haproxy(shipped_database: str, tmp_path: Path) -> None:
    with behind_haproxy(shipped_database, tmp_path) as (proxy, (one, _two)):
        async with Load(f"http://127.0.0.1:{proxy.port}", some_postcodes(500)) as load:
            await load.more(300)
            for event in [each for each in one.events() if each.get("event") == "serving"]:
                os.kill(int(str(event["pid"])), signal.SIGKILL)
                await load.more(300)

    assert load.failures == []


async def test_a_cache_answers_for_the_service_and_goes_on_when_it_is_gone(
    shipped_database: str, tmp_path: Path
) -> None:
    postcodes = some_postcodes(50)
    with served(shipped_database, tmp_path) as server, nginx(tmp_path, server.port) as proxy:
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
def test_haproxy_takes_the_configuration_for_any_number_of_instances(count: int, resolve: dict[str, str]) -> None:
    servers = {f"SERVER{number}": f"localhost:{9000 + number}" for number in range(1, count + 1)}
    checked = subprocess.run(
        [program("haproxy"), "-c", "-V", "-f", DEPLOY / "haproxy.cfg"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LISTEN": "127.0.0.1:9000"} | servers | resolve,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "[WARNING]" not in checked.stdout + checked.stderr


def test_the_alert_rules_are_ones_that_prometheus_takes() -> None:
    checked = subprocess.run(
        [program("promtool"), "check", "rules", DEPLOY / "alerts.yml"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
