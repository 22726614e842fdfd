"""Measures comparing releases of the whole country, and how soon every worker answers from a publication."""

import http.client
import json
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import psutil

from geodata.shipped_data import SHIPPED_FOLDER
from scripts.benchmarks.measured_commands import Run, finder
from scripts.harness.servers import running_service
from scripts.harness.waiting import wait_until

_CONNECTIONS = 8
_MOST_CONNECTIONS = 100


def measure_comparing(environment: Mapping[str, str], wards: Path, folder: Path) -> None:
    """`finder publish` and `finder diff` of the country's postcodes between two sets of its wards."""
    print("\nReleases of Great Britain compared, with their checks against each other")
    _say("load wards", finder(environment, "load", "wards", wards))
    finder(environment, "load", "directory", SHIPPED_FOLDER / "directory")
    _say("publish (the first)", finder(environment, "publish", "--yes", "--accept-warnings"))
    finder(environment, "load", "wards", _exchanged(wards, folder))
    _say("diff, every fifth ward exchanged", finder(environment, "diff", "--csv", folder / "moved.csv"))
    with (folder / "moved.csv").open(encoding="utf-8") as stream:
        print(f"postcodes that change ward: {sum(1 for _ in stream) - 1:,}")


def _say(what: str, run: Run) -> None:
    print(f"{what}: {run.seconds:.1f} s, peak memory {run.memory_mb:.0f} MB", flush=True)


def _exchanged(wards: Path, folder: Path) -> Path:
    """The same wards, where every tenth ward has swapped codes with the next one."""
    path = folder / "exchanged.geojson"
    content = json.loads(wards.read_text(encoding="utf-8"))
    for one, other in zip(content["features"][::10], content["features"][1::10], strict=False):
        one["properties"], other["properties"] = other["properties"], one["properties"]
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def measure_publishing(environment: Mapping[str, str], folder: Path, times: int) -> None:
    """From the return of `finder publish` until every connection to every worker is answered from the publication."""
    print("\nPublish to visible, West Midlands, two workers under requests all the time")
    renamed = folder / "renamed.geojson"
    text = (SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8")
    renamed.write_text(text.replace('"WD25NM":"Ladywood"', '"WD25NM":"Lady Wood"'), encoding="utf-8")
    finder(environment, "load", "wards", renamed)
    first, second = _ward_releases(environment)
    waits = []
    with running_service(environment["FINDER_DATABASE_URL"], folder, "--workers", "2") as server, ExitStack() as stack:
        wait_until(lambda: server.has_logged("serving", 2), "both workers")
        askers = [stack.enter_context(_Asker(server.port)) for _ in range(_CONNECTIONS)]
        while not all(spread := _spread(server.process.pid, askers)):  # an idle worker may take all that come at once
            if len(askers) == _MOST_CONNECTIONS:
                sys.exit("One worker took every connection: run it again.")
            askers.append(stack.enter_context(_Asker(server.port)))
        print(f"connections by worker: {spread}")
        for number in range(times):
            release = (second, first)[number % 2]
            returned = finder(environment, "publish", release, "--yes", "--accept-warnings").ended_at
            seen = [asker.first_seen(number + 2) for asker in askers]
            waits.append(max(seen) - returned)
    shown = ", ".join(f"{wait:.2f}" for wait in waits)
    print(f"seconds after the return of publish: median {statistics.median(waits):.2f} ({shown}); below 0 is before it")
    failed = sum(asker.failed for asker in askers)
    print(f"failed requests: {failed} of {sum(asker.sent for asker in askers):,}")


def _ward_releases(environment: Mapping[str, str]) -> Sequence[str]:
    command = [sys.executable, "-m", "finder", "releases"]
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(environment)).stdout
    return sorted(set(re.findall(r"wards-[0-9]+", output)), key=lambda name: int(name.partition("-")[2]))


class _Asker:
    """An open connection of a resident to one worker, with one request after another."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._first: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.sent = self.failed = 0

    def __enter__(self) -> Self:
        self._connection.connect()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._connection.close()

    @property
    def own_port(self) -> int:
        """The port of the client's end, which identifies the worker's end."""
        return int(self._connection.sock.getsockname()[1])

    def first_seen(self, publication: int) -> float:
        """The moment of the first answer from the publication."""
        wait_until(lambda: publication in self._first, f"publication {publication}")
        return self._first[publication]

    def _ask(self) -> None:
        while not self._stop.wait(0.01):
            self._connection.request("GET", "/api/v1/postcodes/B24QA")
            response = self._connection.getresponse()
            body = response.read()
            self.sent += 1
            if response.status == http.HTTPStatus.OK:
                self._first.setdefault(json.loads(body)["releases"]["publication"], time.monotonic())
            else:
                self.failed += 1


def _spread(parent: int, askers: Sequence[_Asker]) -> list[int]:
    """How many of the connections each worker has; a worker without any cannot be observed."""
    ports = {asker.own_port for asker in askers}
    workers = psutil.Process(parent).children()
    held = [
        {each.raddr.port for each in worker.net_connections() if each.status == psutil.CONN_ESTABLISHED}
        for worker in workers
    ]
    return [len(ports & others) for others in held]
