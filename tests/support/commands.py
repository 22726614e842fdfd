"""Runs the real commands in processes of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.harness.finder_commands import ROOT, isolated_environment
from scripts.harness.servers import RunningServer, running_service_by
from scripts.harness.waiting import wait_until
from tests.support.preloaded_commands import run_finder, start_preloaded

__all__ = ["ROOT", "RunningServer", "isolated_environment", "run_finder", "running_service", "wait_until"]


@contextmanager
def running_service(dsn: str, folder: Path, *arguments: str, **settings: str) -> Iterator[RunningServer]:
    """The production server on a free port, answering, that soon sees what is published."""
    settings = {"FINDER_POLL_INTERVAL": "0.2", **settings}
    with running_service_by(start_preloaded, dsn, folder, *arguments, **settings) as running:
        yield running
