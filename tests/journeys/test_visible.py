"""From a publication to the answers of every worker, with residents asking all the while."""

import asyncio
import http.client
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from finder.storage.announcements import CHANNEL
from finder.storage.connections import connected
from geodata.shipped_data import SHIPPED_FOLDER
from tests.support.commands import RunningServer, run_finder, running_service, wait_until

_AT_FIRST: Final = 4
_AT_MOST: Final = 32  # an idle worker may take many connections that come at once
_WITHIN: Final = 1.0  # seconds, as promised
_PAUSE: Final = 0.005

Answers = list[tuple[float, int, int]]


@dataclass(slots=True)
class Resident:
    """Asks again and again by one connection, which stays with one worker."""

    connection: http.client.HTTPConnection
    answers: Answers = field(default_factory=list)  # when asked, status, publication
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """That of its own end, by which the worker that answers is known."""
        return int(self.connection.sock.getsockname()[1])

    def ask(self) -> None:
        while not self.stop.wait(_PAUSE):
            asked = time.time()
            self.connection.request("GET", "/api/v1/postcodes/B24QA")
            response = self.connection.getresponse()
            body = response.read()
            publication = json.loads(body)["releases"]["publication"] if response.status == 200 else 0
            self.answers.append((asked, response.status, publication))


@contextmanager
def asking(port: int) -> Iterator[Resident]:
    """A resident who asks for as long as the block lasts."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.connect()
    resident = Resident(connection)
    thread = threading.Thread(target=resident.ask)
    thread.start()
    try:
        yield resident
    finally:
        resident.stop.set()
        thread.join()
        connection.close()


def by_worker(server: RunningServer, residents: list[Resident]) -> Mapping[int, list[Resident]]:
    """The residents whose connection each worker holds, by its process."""
    found = defaultdict(list)
    for worker in psutil.Process(server.process.pid).children():
        ports = {each.raddr.port for each in worker.net_connections() if each.status == psutil.CONN_ESTABLISHED}
        found[worker.pid] = [resident for resident in residents if resident.port in ports]
    return found


def ask_every_worker(server: RunningServer, stack: ExitStack) -> Mapping[int, list[Resident]]:
    """Residents enough that each of two workers answers one at least."""
    residents = [stack.enter_context(asking(server.port)) for _ in range(_AT_FIRST)]
    while not all((found := by_worker(server, residents)).values()):
        assert len(residents) < _AT_MOST, "one worker took every connection"
        residents.append(stack.enter_context(asking(server.port)))
    assert len(found) == 2
    return found


async def test_every_worker_uses_a_publication_within_a_second(shipped_database: str, tmp_path: Path) -> None:
    wards = tmp_path / "wards.geojson"
    text = (SHIPPED_FOLDER / "wards.geojson").read_text(encoding="utf-8")
    wards.write_text(text.replace('"WD25NM":"Ladywood"', '"WD25NM":"Lady Wood"'), encoding="utf-8")
    assert run_finder(shipped_database, "load", "wards", wards).returncode == 0
    committed: list[float] = []

    async with connected(shipped_database) as connection:
        await connection.add_listener(CHANNEL, lambda *_: committed.append(time.time()))
        with running_service(shipped_database, tmp_path, "--workers", "2") as server, ExitStack() as stack:
            await asyncio.to_thread(wait_until, lambda: server.output.count('"serving"') == 2, "both workers")
            workers = await asyncio.to_thread(ask_every_worker, server, stack)
            everybody = [resident for residents in workers.values() for resident in residents]
            done = await asyncio.to_thread(run_finder, shipped_database, "publish", "--yes")
            latest = time.time() + 2 * _WITHIN
            await asyncio.to_thread(
                wait_until, lambda: all(each.answers[-1][0] > latest for each in everybody), "two more seconds"
            )
            assert by_worker(server, everybody) == workers

    assert done.returncode == 0, done.stderr
    assert {status for each in everybody for _, status, _ in each.answers} == {200}
    for residents in workers.values():
        answers = [answer for each in residents for answer in each.answers]
        assert {publication for _, _, publication in answers} == {1, 2}
        late = [asked - committed[0] for asked, _, publication in answers if publication == 1]
        assert max(late) < _WITHIN
