"""Drills on a cluster: a database, a worker, an instance goes away under load, and no resident may notice.

Each is a function that starts a cluster of its own, says what it saw with the figures, and raises Broken where a
promise does not hold.

`scripts/faults` runs them with all the others. Alone: .venv/bin/python scripts/faults_cluster.py primary-lost
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from finder.embedded import EmbeddedPostgresError  # noqa: E402 - the checkout must be on the path first
from finder.storage import publications  # noqa: E402
from finder.storage.connect import connected  # noqa: E402
from geodata.places import SHIPPED  # noqa: E402
from scripts.cluster import Cluster, ClusterError, started, wait_until  # noqa: E402
from scripts.drilling import Broken  # noqa: E402

_CLIENTS: Final = 4
_SAMPLE: Final = 200
_WITHOUT_PRIMARY: Final = 2.0  # seconds until somebody promotes the standby
_SETTLED: Final = 1_000  # requests that must go well before and after each thing that goes wrong
_POLL_INTERVAL: Final = 1.0
_BESIDE_POLLING: Final = 1.0  # seconds for replication, building the snapshot, and two busy cores


@dataclass(slots=True)
class Load:
    """Clients that ask through HAProxy without a pause, and compare what they are told with what they were told."""

    host: str
    expected: dict[str, object] = field(default_factory=dict)
    sent: int = 0
    failed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def learn(self) -> None:
        """Ask for everything once, while all is well."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        self.expected = {postcode: _who(_ask(connection, postcode)) for postcode in _some_postcodes()}
        connection.close()

    def more(self, count: int = _SETTLED) -> None:
        """Wait until so many more requests have been sent."""
        target = self.sent + count
        wait_until(lambda: self.sent >= target, "requests to be answered")

    @property
    def figures(self) -> str:
        """How it went."""
        return f"{self.sent:,} lookups sent, {len(self.failed)} failed, {len(self.wrong)} wrong"

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Ask for as long as the block lasts; raises Broken if anything failed or was wrong."""
        self.learn()
        clients = [threading.Thread(target=self._ask_on, args=(seed,)) for seed in range(_CLIENTS)]
        for each in clients:
            each.start()
        try:
            self.more()
            yield self
            self.more()
        finally:
            self._over.set()
            for each in clients:
                each.join()
        if self.failed or self.wrong:
            raise Broken(f"{self.figures}; {[*self.failed, *self.wrong][:3]}")

    def _ask_on(self, seed: int) -> None:
        postcodes = random.Random(seed).sample(sorted(self.expected), len(self.expected))  # noqa: S311 - any order
        connection = http.client.HTTPConnection(self.host, timeout=10)
        turn = 0
        while not self._over.is_set():
            postcode = postcodes[turn % len(postcodes)]
            turn += 1
            failure = wrong = None
            try:
                wrong = None if _who(_ask(connection, postcode)) == self.expected[postcode] else "another answer"
            except (OSError, http.client.HTTPException, ValueError, Broken) as error:
                failure = f"{type(error).__name__}: {error}"
                connection.close()
            with self._counting:
                self.sent += 1
                self.failed += [failure] if failure else []
                self.wrong += [wrong] if wrong else []
        connection.close()


def _ask(connection: http.client.HTTPConnection, postcode: str) -> dict[str, Any]:
    connection.request("GET", f"/api/v1/postcodes/{postcode}")
    response = connection.getresponse()
    body = response.read()
    if response.status != http.HTTPStatus.OK:
        raise Broken(f"status {response.status}")
    answer: dict[str, Any] = json.loads(body)
    return answer


def _who(answer: dict[str, Any]) -> object:
    """What a lookup is for; publications and surgeries change meanwhile, and may."""
    return answer["postcode"], answer["ward"], answer["match"], answer["team"]["id"], answer["team"]["officers"]


def _some_postcodes() -> list[str]:
    lines = (SHIPPED / "postcodes.csv").read_text(encoding="utf-8").splitlines()
    keys = [line.split(",")[0].strip('"').replace(" ", "") for line in lines if ",E05" in line]
    return random.Random(7).sample(keys, _SAMPLE)  # noqa: S311 - any will do, the same each run


@contextmanager
def _cluster(folder: Path, **wanted: int) -> Iterator[tuple[Cluster, Load]]:
    with started(folder, poll_interval=_POLL_INTERVAL, **wanted) as cluster:
        yield cluster, Load(cluster.address.removeprefix("http://").rstrip("/"))


def primary_lost(folder: Path) -> Iterator[str]:
    """The primary is killed and, two seconds later, the standby promoted; a loader that started meanwhile finds it."""
    with _cluster(folder) as (cluster, load):
        occurrence, *_ = cluster.run("surgery", "list", "edgbaston").split()
        seen = _publish(cluster, "cancel", occurrence)
        yield f"a publication on the primary reached all instances, which read from the standby, in {seen:.2f} s"
        with load.running():
            cluster.primary.kill()
            began = time.monotonic()
            promotion = threading.Timer(_WITHOUT_PRIMARY, cluster.standby.promote)
            promotion.start()
            try:
                seen = _publish(cluster, "restore", occurrence)
            finally:
                promotion.join()
            took = time.monotonic() - began
        yield (
            f"{load.figures}; a loader started as the primary died, waited {_WITHOUT_PRIMARY:.0f} s for a new one and "
            f"was done after {took:.1f} s; all instances answered from its publication {seen:.2f} s after that was made"
        )


def _publish(cluster: Cluster, change: str, occurrence: str) -> float:
    """Change a surgery, and give the seconds from the publication's commit until every instance answers from it."""
    before = max(each.publication for each in cluster.instances)
    allowed = _POLL_INTERVAL + _BESIDE_POLLING
    with ThreadPoolExecutor(1) as other:
        command = other.submit(cluster.run, "surgery", change, occurrence)
        wait_until(lambda: all(each.publication > before for each in cluster.instances), "instances to follow")
        now = datetime.now(UTC)
        command.result()
    seconds = (now - asyncio.run(_published_at(cluster.dsn))).total_seconds()
    if seconds > allowed:
        raise Broken(f"instances saw a publication after {seconds:.1f} s; the poll interval is {_POLL_INTERVAL:.0f} s")
    return seconds


async def _published_at(dsn: str) -> datetime:
    async with connected(dsn) as connection:
        live = await publications.find_live(connection)
    if live is None:
        raise Broken("nothing is live")
    return live.live_from


def worker_killed(folder: Path) -> Iterator[str]:
    """Each worker of an instance is killed (SIGKILL) in turn."""
    with _cluster(folder, workers=2) as (cluster, load):
        one = cluster.instances[0]
        with load.running():
            for event in one.events("serving"):
                os.kill(int(str(event["pid"])), signal.SIGKILL)
                load.more()
        yield f"{load.figures}; {len(one.events('worker_died'))} workers killed"


def rolling_reload(folder: Path) -> Iterator[str]:
    """All workers of every instance are renewed (SIGHUP), and an instance is told to end (SIGTERM)."""
    with _cluster(folder, workers=2) as (cluster, load):
        with load.running():
            for each in cluster.instances:
                each.process.send_signal(signal.SIGHUP)
                wait_until(lambda each=each: bool(each.events("workers_renewed")), "renewal")  # type: ignore[misc]
            cluster.instances[0].process.terminate()
            cluster.instances[0].process.wait(timeout=30)
        yield f"{load.figures}; {len(cluster.instances)} instances of 2 workers renewed, one ended"


FAILURES: Final = (Broken, ClusterError, EmbeddedPostgresError)
"""What a drill raises where a promise does not hold, or where it cannot be run."""
Drill = Callable[[Path], Iterator[str]]
DRILLS: Final[dict[str, Drill]] = {
    "primary-lost": primary_lost,
    "killed-behind-haproxy": worker_killed,
    "renewed-behind-haproxy": rolling_reload,
}
"""By name; each takes an empty folder."""


def main() -> int:
    """Run the drills that are named, or all; 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"of {', '.join(DRILLS)}; default: all")
    names = parser.parse_args().drills or list(DRILLS)
    if unknown := set(names) - set(DRILLS):
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    for each in names:
        with tempfile.TemporaryDirectory(prefix="finder-", ignore_cleanup_errors=True) as folder:
            try:
                for said in DRILLS[each](Path(folder)):
                    print(f"{each}: {said}", flush=True)
            except FAILURES as broken:
                print(f"{each}: BROKEN: {broken}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
