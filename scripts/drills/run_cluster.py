"""Several instances behind HAProxy, on a PostgreSQL primary and its standby, all on this machine.

Serves the data that ships. Ctrl-C stops every process, and the databases are removed.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from finder.embedded import EmbeddedPostgresError
from scripts.harness.cluster import MAX_INSTANCES, Cluster, running_cluster
from scripts.harness.waiting import HarnessError


def _describe(cluster: Cluster) -> None:
    print(f"\nReady: {cluster.address}/  (HAProxy; Ctrl-C stops everything)")
    for number, each in enumerate(cluster.instances, 1):
        print(f"  instance {number}   {each.address}/  process {each.process.pid}")
    print(f"  primary      process {cluster.primary.postmaster}, standby process {cluster.standby.postmaster}\n")
    print(f"  export FINDER_DATABASE_URL='{cluster.dsn}'")
    print("  .venv/bin/finder surgery list ladywood   # commands find the primary, instances read from the standby")
    print(f"  kill -9 {cluster.primary.postmaster}                     # lose the primary; lookups do not notice")
    print(f"  kill -USR1 {os.getpid()}                  # promote the standby", flush=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Start everything, print the addresses, and wait for Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=2, choices=range(1, MAX_INSTANCES + 1))
    parser.add_argument("--workers", type=int, default=1, help="processes of each instance (default: 1)")
    parser.add_argument("--port", type=int, default=8000, help="where HAProxy listens (default: 8000)")
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell that starts it in the background ignores SIGINT
        signal.signal(number, _stop)
    promotions: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, _: promotions.append(number))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="finder-", ignore_cleanup_errors=True) as name,
            running_cluster(Path(name), instances=given.instances, workers=given.workers, port=given.port) as cluster,
        ):
            _describe(cluster)
            while True:
                signal.pause()
                if promotions:
                    cluster.standby.promote()
                    print("The standby is the primary now.", flush=True)
                    promotions.clear()
    except KeyboardInterrupt:
        print("Stopped, the databases included.")
        return 0
    except (HarnessError, EmbeddedPostgresError) as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
