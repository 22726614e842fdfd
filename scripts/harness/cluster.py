"""Simulates several machines on this one: instances behind HAProxy, a PostgreSQL primary and its standby."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from finder.embedded import EmbeddedPostgres, EmbeddedStandby
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.finder_commands import finder_output
from scripts.harness.processes import find_program, wait_until_up
from scripts.harness.servers import RunningServer, running_service
from scripts.harness.shipped_proxies import haproxy

MAX_INSTANCES: Final = 4
"""As many as scripts/deploy/haproxy.cfg has names for."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster."""

    address: str
    instances: Sequence[RunningServer]
    primary: EmbeddedPostgres
    standby: EmbeddedStandby

    @property
    def dsn(self) -> str:
        """The address that instances and commands use; it names both databases."""
        return self.standby.dsn_of_both

    def run(self, *arguments: str | Path) -> str:
        """Run a finder command that must succeed, and return its output."""
        return finder_output(self.dsn, *arguments)


@contextmanager
def running_cluster(
    folder: Path, *, instances: int = 2, workers: int = 1, port: int = 0, poll_interval: float = 2.0
) -> Iterator[Cluster]:
    """A cluster on a new database in an empty folder, for as long as the block lasts."""
    find_program("haproxy")
    with ExitStack() as stack:
        primary = stack.enter_context(new_demo_postgres(folder / "a"))
        standby = stack.enter_context(EmbeddedStandby(folder / "b", primary))
        serve = partial(running_service, standby.dsn_of_both, folder, FINDER_POLL_INTERVAL=str(poll_interval))
        running = [stack.enter_context(serve("--workers", str(workers))) for _ in range(instances)]
        for each in running:
            wait_until_up(each.process, partial(each.has_logged, "serving", workers), "an instance", each.output_file)
        proxy = stack.enter_context(haproxy(folder, *(each.port for each in running), port=port))
        yield Cluster(proxy.address, running, primary, standby)
