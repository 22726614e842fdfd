"""The service on a primary and a standby: readers read from the standby, and follow what is published."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
import pytest

from finder.cli.demo import prepare
from finder.embedded import EmbeddedPostgres, EmbeddedStandby
from finder.storage.connections import connected
from tests.support.commands import ROOT, RunningServer, isolated_environment, run_finder, running_service, wait_until
from tests.support.proxies import free_port

Pair = tuple[EmbeddedPostgres, EmbeddedStandby]
_POLL_INTERVAL: Final = 0.5
_BESIDE_POLLING: Final = 1.0  # seconds for replication, building the snapshot, and a busy machine
_SESSIONS: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'finder' AND pid <> pg_backend_pid()"


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A primary in which the data that ships is live, and its standby."""
    with (
        tempfile.TemporaryDirectory(prefix="fr-") as folder,
        EmbeddedPostgres(Path(folder) / "a", durable=False) as primary,
    ):
        asyncio.run(prepare(primary.dsn))
        with EmbeddedStandby(Path(folder) / "b", primary, durable=False) as standby:
            yield primary, standby


def publication(server: RunningServer) -> int:
    """The number that an instance answers from."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/readyz", timeout=10) as response:
        return int(json.load(response)["publication"])


def sessions(server: EmbeddedPostgres) -> int:
    """How many connections of the service a database has, this one not counted."""

    async def count() -> int:
        async with connected(server.dsn) as connection:
            return int(await connection.fetchval(_SESSIONS))

    return asyncio.run(count())


def test_a_publication_on_the_primary_reaches_readers_of_the_standby_by_polling(pair: Pair, tmp_path: Path) -> None:
    primary, standby = pair
    both = standby.dsn_of_both
    occurrence, *_ = run_finder(both, "surgery", "list", "edgbaston").stdout.split()
    with running_service(both, tmp_path, FINDER_POLL_INTERVAL=str(_POLL_INTERVAL)) as server:
        read_from = sessions(standby), sessions(primary)
        with subprocess.Popen(
            [sys.executable, "-m", "finder", "surgery", "cancel", occurrence],
            env=isolated_environment(both),
            stdout=subprocess.DEVNULL,
        ) as cancelling:
            wait_until(lambda: publication(server) == 2, "the publication")
            seen_at = time.time()
        failures = [event for event in server.events() if event.get("event") == "snapshot_watch_failed"]

    assert cancelling.returncode == 0
    assert read_from == (1, 0)
    assert seen_at - asyncio.run(published_at(primary)) <= _POLL_INTERVAL + _BESIDE_POLLING
    assert failures == []


async def published_at(primary: EmbeddedPostgres) -> float:
    """When the last publication was made."""
    async with connected(primary.dsn) as connection:
        question = "SELECT extract(epoch FROM live_from) FROM publication ORDER BY number DESC LIMIT 1"
        return float(await connection.fetchval(question))


def test_the_cluster_prints_its_address_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with (
        said.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-u", "-m", "scripts.drills.run_cluster", "--port", str(free_port())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as cluster,
    ):
        wait_until(lambda: "Ready: " in said.read_text() or cluster.poll() is not None, "the cluster", patience=90)
        assert cluster.poll() is None, said.read_text()
        started = psutil.Process(cluster.pid).children(recursive=True)
        [address] = re.findall(r"Ready: http://(\S+)", said.read_text())
        with urllib.request.urlopen(f"http://{address}api/v1/postcodes/B24QA", timeout=10) as response:
            team = json.load(response)["team"]["id"]
        instances = re.findall(r"instance \d +(\S+)", said.read_text())
        databases = [int(found) for found in re.findall(r"(?:primary|standby) +process (\d+)", said.read_text())]
        cluster.send_signal(signal.SIGINT)
        try:
            code = cluster.wait(timeout=60)
        except subprocess.TimeoutExpired:
            cluster.terminate()  # or leaving the block would wait for it without end
            raise

    assert team == "ladywood"
    assert (len(instances), len(databases)) == (2, 2)
    assert len(started) >= 3
    assert code == 0
    assert [each.pid for each in started if is_at_work(each.pid)] == []
    assert [number for number in databases if is_at_work(number)] == []


def is_at_work(pid: int) -> bool:
    """Whether a process runs; one that has ended may wait for init to notice."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_no_lookup_fails_when_the_primary_is_lost_and_loaders_find_the_new_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.drills.run_drills", "primary-lost"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    [(sent, failed, wrong)] = re.findall(r"([\d,]+) sent, (\d+) failed, (\d+) wrong", done.stdout)
    assert int(sent.replace(",", "")) >= 1_000
    assert (failed, wrong) == ("0", "0")
