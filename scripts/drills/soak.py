"""A long run: residents ask without a pause while staff publish every minute. Nothing may fail or leak memory.

Staff cancel a surgery, restore it, then load the postcodes, in turn with one row less and complete: a new directory
rebuilds a part of the snapshot, new postcodes rebuild all of it. Memory is that of the supervisor and its workers which
no file backs, with pages that they share counted once. Files do not leak, and their share depends on other programs.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from geodata.shipped_data import SHIPPED_FOLDER
from scripts.drills.observe_service import running_workers, wait_until_served
from scripts.harness.client_load import BrokenPromiseError, ClientLoad
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.finder_commands import finder_output
from scripts.harness.process_memory import anonymous_kib, slope_per_hour
from scripts.harness.resident_requests import ResidentRequests
from scripts.harness.servers import RunningServer
from scripts.harness.waiting import HarnessError

_KIB: Final = 1024  # in a MiB
_WARM_UP_SHARE: Final = 1 / 6  # of the whole time


@dataclass(slots=True)
class Memory:
    """Samples of the memory of a service, in MiB over seconds."""

    process: psutil.Process
    began: float = field(default_factory=time.monotonic)
    samples: list[tuple[float, float]] = field(default_factory=list)

    def sample(self) -> None:
        """Take a sample."""
        family = [self.process, *self.process.children()]
        self.samples.append((time.monotonic() - self.began, sum(anonymous_kib(each.pid) for each in family) / _KIB))

    def after(self, seconds: float) -> list[tuple[float, float]]:
        """The samples taken later than that."""
        return [each for each in self.samples if each[0] >= seconds]


class Staff:
    """Publishes, and counts the publications."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self._dsn = dsn
        self._changes = 0
        self._surgery = finder_output(dsn, "surgery", "list", "edgbaston").split()[0]
        self._complete = SHIPPED_FOLDER / "postcodes.csv"
        self._shorter = folder / "postcodes.csv"
        rows = self._complete.read_text(encoding="utf-8").splitlines(keepends=True)
        # The last row lies outside the force.
        self._shorter.write_text("".join(rows[:-1]), encoding="utf-8")
        self.published = 1

    def publish(self) -> None:
        """Make the next publication."""
        change, self._changes = self._changes, self._changes + 1
        if change % 3 == 2:  # noqa: PLR2004 - every third
            file = self._shorter if change % 2 == 0 else self._complete
            finder_output(self._dsn, "load", "postcodes", file, "--publish", "--accept-warnings")
        else:
            finder_output(self._dsn, "surgery", "cancel" if change % 3 == 0 else "restore", self._surgery)
        self.published += 1


async def run(dsn: str, folder: Path, options: argparse.Namespace) -> list[str]:
    """Soak a service of its own; returns the faults."""
    async with running_workers(dsn, folder, workers=options.workers) as running:
        wrong = await soak(running, await asyncio.to_thread(Staff, dsn, folder), options)
        return [*wrong, "a worker died"] if running.count_logged("worker_died") else wrong


async def soak(running: RunningServer, staff: Staff, options: argparse.Namespace) -> list[str]:
    """Send requests and publish for the given time; returns the faults."""
    seconds = options.minutes * 60
    memory = Memory(psutil.Process(running.process.pid))
    residents = await ResidentRequests.record(running.address)
    async with ClientLoad(running.address, residents.all_kinds(), options.clients, options.pause) as load:
        stop = asyncio.Event()
        publishing = asyncio.create_task(_publish(staff, options.publish_every, stop))
        next_report = 0.0
        while (passed := time.monotonic() - memory.began) < seconds:
            await asyncio.to_thread(memory.sample)
            if passed >= next_report:
                print(f"{passed / 60:5.1f} min  {memory.samples[-1][1]:6.1f} MiB  {load.tally}", flush=True)
                next_report += max(seconds / 30, 10)
            await asyncio.sleep(min(options.sample_every, seconds - passed))
        stop.set()  # a publication that has started is finished
        wrong = [str(fault) for fault in await asyncio.gather(publishing, return_exceptions=True) if _is_fault(fault)]
    try:
        await wait_until_served(running.management, staff.published)
    except BrokenPromiseError as outdated:
        wrong.append(str(outdated))
    level = memory.after(seconds * _WARM_UP_SHARE)
    print(f"\nrequests: {load.tally}; p99 {load.tally.p99_ms():.1f} ms; {staff.published - 1} publications made")
    print(
        f"memory: {level[0][1]:.1f} MiB after the warm-up, {level[-1][1]:.1f} MiB at the end, "
        f"{max(each for _, each in level):.1f} MiB at most; slope {slope_per_hour(level):+.1f} MiB an hour"
    )
    if load.tally.failed or load.tally.wrong:
        wrong.append(str(load.tally))
    grown = level[-1][1] - level[0][1]
    if grown > options.most_growth:
        wrong.append(f"memory rose by {grown:.0f} MiB, more than {options.most_growth:.0f}")
    if slope_per_hour(level) > options.most_slope:
        wrong.append(f"memory rises by more than {options.most_slope:.0f} MiB an hour")
    return wrong


async def _publish(staff: Staff, interval: float, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), interval)
            return
        await asyncio.to_thread(staff.publish)


def _is_fault(outcome: BaseException | None) -> bool:
    return isinstance(outcome, Exception)


def main() -> int:
    """Soak; returns 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30, help="how long (default: 30)")
    parser.add_argument("--publish-every", type=float, default=60, help="seconds between publications (default: 60)")
    parser.add_argument("--sample-every", type=float, default=5, help="seconds between memory samples (default: 5)")
    parser.add_argument("--workers", type=int, default=2, help="processes that serve (default: 2)")
    parser.add_argument("--clients", type=int, default=4, help="clients that ask at once (default: 4)")
    parser.add_argument(
        "--pause", type=float, default=0.005, help="seconds that each waits after an answer (default: 0.005)"
    )
    parser.add_argument("--most-slope", type=float, default=10, help="highest slope in MiB an hour (default: 10)")
    parser.add_argument("--most-growth", type=float, default=64, help="highest growth in MiB (default: 64)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="finder-soak-") as name, new_demo_postgres(Path(name)) as server:
        try:
            wrong = asyncio.run(run(server.dsn, Path(name), options))
        except (BrokenPromiseError, HarnessError) as broken:
            wrong = [str(broken)]
    for each in wrong:
        print(f"BROKEN: {each}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
