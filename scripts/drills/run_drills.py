"""Drills: something is killed, refused or flooded, and what residents are told must not change.

Those of loads stand in loading_drills, those of the service in database_drills and client_drills, those of several
instances and two databases in cluster_drills. Each says what it saw, and raises Broken where a promise does not hold.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from finder.embedded import EmbeddedPostgresError
from scripts.drills import (
    database_drills,  # noqa: F401 - they bring their drills
)
from scripts.drills.cluster_drills import CLUSTER_DRILLS
from scripts.drills.loading_drills import LOADING_DRILLS
from scripts.drills.loading_site import running_site
from scripts.drills.stage import SERVICE_DRILLS, DrillDatabase
from scripts.harness.client_load import BrokenPromiseError
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.waiting import HarnessError

ALL_DRILLS: Final = (*LOADING_DRILLS, *SERVICE_DRILLS, *CLUSTER_DRILLS)


def main() -> int:
    """Run the drills that are named, or all; 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(description="Make things go wrong while data is loaded and while residents ask.")
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"of {', '.join(ALL_DRILLS)}; default: all")
    parser.add_argument("--times", type=int, help="how often loaders are killed (default: 50; with --short 5)")
    parser.add_argument("--short", action="store_true", help="shorter faults and fewer clients, as in the tests")
    given = parser.parse_args()
    if unknown := set(given.drills) - set(ALL_DRILLS):
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    wanted = given.drills or ALL_DRILLS
    failed = 0
    if of_loads := [each for each in wanted if each in LOADING_DRILLS]:
        with tempfile.TemporaryDirectory(prefix="finder-faults-") as name, running_site(Path(name)) as site:
            for each in of_loads:
                site.shorten()  # so that no drill is told that the one before has loaded its file
                failed += not report(each, LOADING_DRILLS[each](site, given.times or (5 if given.short else 50)))
    if of_serving := [each for each in wanted if each in SERVICE_DRILLS]:
        with tempfile.TemporaryDirectory(prefix="finder-faults-") as name, new_demo_postgres(Path(name)) as server:
            stage = DrillDatabase(server.dsn, Path(name), short=given.short)
            for each in of_serving:
                failed += not report(each, run_async(SERVICE_DRILLS[each](stage)))
    for each in wanted:
        if each in CLUSTER_DRILLS:
            with tempfile.TemporaryDirectory(prefix="finder-faults-", ignore_cleanup_errors=True) as name:
                failed += not report(each, run_async(CLUSTER_DRILLS[each](Path(name))))
    return min(failed, 1)


def run_async(drill: Coroutine[Any, Any, str]) -> Iterator[str]:
    """What a drill says that is run in a loop of its own."""
    yield asyncio.run(drill)


def report(name: str, said_by_drill: Iterable[str]) -> bool:
    """Run a drill and print what it says; False where a promise did not hold."""
    began = time.monotonic()
    try:
        for said in said_by_drill:
            print(f"{name}: {said} [{time.monotonic() - began:.0f} s]", flush=True)
    except (BrokenPromiseError, HarnessError, EmbeddedPostgresError, TimeoutError) as broken:
        print(f"{name}: BROKEN: {broken!r}", file=sys.stderr, flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
