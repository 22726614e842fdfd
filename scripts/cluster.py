"""The service on more than one machine, on this one: instances behind HAProxy, a PostgreSQL primary and its standby.

Everything is started here and ended here, by its own process id. The data is that which ships, in a folder that goes
with the cluster.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from finder.demo import prepare  # noqa: E402 - the checkout must be on the path first
from finder.embedded import EmbeddedPostgres, EmbeddedPostgresError, EmbeddedStandby  # noqa: E402

MOST_INSTANCES: Final = 4
"""As many as scripts/deploy/haproxy.cfg has names for."""
_CONFIGURATION: Final = ROOT / "scripts" / "deploy" / "haproxy.cfg"
_PATIENCE: Final = 60.0
_POLL: Final = 0.02


class ClusterError(Exception):
    """The cluster cannot be had; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One `finder serve` and its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def events(self, name: str) -> list[Mapping[str, object]]:
        """What it logged under a name."""
        lines = (line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{"))
        return [event for event in map(json.loads, lines) if event.get("event") == name]

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self.events("serving")[0]["address"])

    @property
    def publication(self) -> int:
        """What it answers from; asked of one of its workers."""
        with urllib.request.urlopen(f"{self.address}readyz", timeout=_PATIENCE) as response:  # noqa: S310 - our own server
            return int(json.load(response)["publication"])


@dataclass(frozen=True, slots=True)
class Cluster:
    """All of it, running."""

    address: str
    instances: Sequence[Instance]
    primary: EmbeddedPostgres
    standby: EmbeddedStandby

    @property
    def dsn(self) -> str:
        """The address by which instances and commands reach either database."""
        return self.standby.dsn_of_both

    def run(self, *arguments: str | Path) -> str:
        """Run a finder command to its good end, and give what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "finder", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
            env=environment(self.dsn),
        )
        if done.returncode:
            raise ClusterError(f"finder {arguments[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout


@contextmanager
def started(
    folder: Path, *, instances: int = 2, workers: int = 1, port: int = 0, poll_interval: float = 2.0
) -> Iterator[Cluster]:
    """A cluster on a new database in an empty folder, for as long as the block lasts."""
    haproxy = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if haproxy is None:
        raise ClusterError("HAProxy is not installed. On Debian and Ubuntu: apt-get install haproxy")
    with ExitStack() as stack:
        primary = stack.enter_context(EmbeddedPostgres(folder / "a"))
        asyncio.run(prepare(primary.dsn))
        standby = stack.enter_context(EmbeddedStandby(folder / "b", primary))
        settings = environment(standby.dsn_of_both) | {"FINDER_POLL_INTERVAL": str(poll_interval)}
        serving = [
            stack.enter_context(_instance(folder / f"instance-{number}.log", workers, settings))
            for number in range(1, instances + 1)
        ]
        for each in serving:
            wait_until(lambda each=each: _is_serving(each, workers), f"an instance; its log is {each.log}")  # type: ignore[misc]
        listening = f"127.0.0.1:{port or free_port()}"
        addresses = {f"SERVER{number}": each.address[7:-1] for number, each in enumerate(serving, 1)}
        stack.enter_context(_haproxy(haproxy, folder / "haproxy.log", {"LISTEN": listening} | addresses))
        yield Cluster(f"http://{listening}/", serving, primary, standby)


@contextmanager
def _instance(log: Path, workers: int, settings: Mapping[str, str]) -> Iterator[Instance]:
    command = [sys.executable, "-m", "finder", "serve", "--port", "0", "--workers", str(workers)]
    with child(command, log, {**settings, "FINDER_LOG_FORMAT": "json"}) as process:
        yield Instance(process, log)


def _is_serving(instance: Instance, workers: int) -> bool:
    if instance.process.poll() is not None:
        raise ClusterError(f"An instance ended: {instance.log.read_text(encoding='utf-8')[-500:]}")
    return len(instance.events("serving")) >= workers


@contextmanager
def _haproxy(program: str, log: Path, addresses: Mapping[str, str]) -> Iterator[None]:
    host, port = addresses["LISTEN"].split(":")
    with child([program, "-db", "-f", str(_CONFIGURATION)], log, {**os.environ, **addresses}) as process:

        def is_up() -> bool:
            if process.poll() is not None:
                raise ClusterError(f"HAProxy ended: {log.read_text(encoding='utf-8')[-500:]}")
            with socket.socket() as probe:
                return probe.connect_ex((host, int(port))) == 0

        wait_until(is_up, "HAProxy")
        yield


@contextmanager
def child(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, so that Ctrl-C reaches this script alone, which then ends all in order."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def wait_until(condition: Callable[[], bool], what: str, patience: float = _PATIENCE) -> float:
    """Look again and again, up to a deadline; gives the seconds that it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience:
            raise ClusterError(f"in vain waited {patience:.0f} s for {what}")
        time.sleep(_POLL)
    return time.monotonic() - began


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(dsn: str) -> dict[str, str]:
    """The environment of a command on this database, with no settings of the caller's own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("FINDER_", "PG"))}
    return own | {"FINDER_DATABASE_URL": dsn, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


def _describe(cluster: Cluster) -> None:
    print(f"\nReady: {cluster.address}  (HAProxy; Ctrl-C stops everything)")
    for number, each in enumerate(cluster.instances, 1):
        print(f"  instance {number}   {each.address}  process {each.process.pid}")
    print(f"  primary      process {cluster.primary.postmaster}, standby process {cluster.standby.postmaster}\n")
    print(f"  export FINDER_DATABASE_URL='{cluster.dsn}'")
    print("  .venv/bin/finder surgery list ladywood   # commands find the primary, instances read from the standby")
    print(f"  kill -9 {cluster.primary.postmaster}                     # lose the primary; lookups do not notice")
    print(f"  kill -USR1 {os.getpid()}                  # promote the standby", flush=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Start everything, print where it is, and wait for Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=2, choices=range(1, MOST_INSTANCES + 1))
    parser.add_argument("--workers", type=int, default=1, help="processes of each instance (default: 1)")
    parser.add_argument("--port", type=int, default=8000, help="where HAProxy listens (default: 8000)")
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # whoever starts it in the background may have SIGINT ignored
        signal.signal(number, _stop)
    promotions: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, _: promotions.append(number))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="finder-", ignore_cleanup_errors=True) as name,
            started(Path(name), instances=given.instances, workers=given.workers, port=given.port) as cluster,
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
    except (ClusterError, EmbeddedPostgresError) as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
