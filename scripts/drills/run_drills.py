"""Runs drills: something is killed, refused or flooded, and the answers to residents must not change.

Each drill reports what it observed, and raises BrokenPromiseError if a promise does not hold.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from finder.embedded import EmbeddedPostgresError
from scripts.drills.cluster_drills import CLUSTER_DRILLS
from scripts.drills.damaged_data_drill import DAMAGED_DATA_DRILLS
from scripts.drills.drill_database import DrillDatabase
from scripts.drills.killed_command_drills import KILLED_COMMAND_DRILLS
from scripts.drills.loading_drills import LOADING_DRILLS
from scripts.drills.loading_site import LoadingSite, running_site
from scripts.drills.postgres_outage_drills import POSTGRES_OUTAGE_DRILLS
from scripts.drills.slow_client_drill import SLOW_CLIENT_DRILLS
from scripts.drills.worker_drills import WORKER_DRILLS
from scripts.harness.client_load import BrokenPromiseError
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.waiting import HarnessError

LOAD_DRILLS: Final[Mapping[str, Callable[[LoadingSite, int], Iterator[str]]]] = {
    **KILLED_COMMAND_DRILLS,
    **LOADING_DRILLS,
}
SERVICE_DRILLS: Final[Mapping[str, Callable[[DrillDatabase], Coroutine[Any, Any, str]]]] = {
    **WORKER_DRILLS,
    **SLOW_CLIENT_DRILLS,
    **POSTGRES_OUTAGE_DRILLS,
    **DAMAGED_DATA_DRILLS,
}
ALL_DRILLS: Final = (*LOAD_DRILLS, *SERVICE_DRILLS, *CLUSTER_DRILLS)
_PREFIX: Final = "finder-faults-"


def main() -> int:
    """Run the named drills, or all; returns 1 if a promise did not hold."""
    parser = argparse.ArgumentParser(description="Make things go wrong while data is loaded and while residents ask.")
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"of {', '.join(ALL_DRILLS)}; default: all")
    parser.add_argument("--times", type=int, help="how often commands are killed (default: 50; with --short 5)")
    parser.add_argument("--short", action="store_true", help="shorter faults, fewer clients and rows, as in the tests")
    given = parser.parse_args()
    if unknown := set(given.drills) - set(ALL_DRILLS):
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    chosen = given.drills or ALL_DRILLS
    passed = [
        *_run_load_drills([each for each in chosen if each in LOAD_DRILLS], given.times, short=given.short),
        *_run_service_drills([each for each in chosen if each in SERVICE_DRILLS], short=given.short),
        *_run_cluster_drills([each for each in chosen if each in CLUSTER_DRILLS]),
    ]
    return 0 if all(passed) else 1


def _run_load_drills(names: Sequence[str], times: int | None, *, short: bool) -> Iterator[bool]:
    if not names:
        return
    times = times or (5 if short else 50)
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder, running_site(Path(folder), short=short) as site:
        for name in names:
            site.shorten()  # so that no drill finds its file loaded by the previous one
            yield _report(name, LOAD_DRILLS[name](site, times))


def _run_service_drills(names: Sequence[str], *, short: bool) -> Iterator[bool]:
    if not names:
        return
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder, new_demo_postgres(Path(folder)) as server:
        database = DrillDatabase(server.dsn, Path(folder), short=short)
        for name in names:
            yield _report(name, _run_async(SERVICE_DRILLS[name](database)))


def _run_cluster_drills(names: Sequence[str]) -> Iterator[bool]:
    for name in names:
        with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
            yield _report(name, _run_async(CLUSTER_DRILLS[name](Path(folder))))


def _run_async(drill: Coroutine[Any, Any, str]) -> Iterator[str]:
    yield asyncio.run(drill)


def _report(name: str, observations: Iterable[str]) -> bool:
    """Run a drill and print what it observes; returns False if a promise did not hold."""
    began = time.monotonic()
    try:
        for observed in observations:
            print(f"{name}: {observed} [{time.monotonic() - began:.0f} s]", flush=True)
    except (BrokenPromiseError, HarnessError, EmbeddedPostgresError, TimeoutError) as broken:
        print(f"{name}: BROKEN: {broken!r}", file=sys.stderr, flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
