"""From a publication to the answers of every worker, with residents asking all the while."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from geodata.places import SHIPPED
from tests.support.commands import run_finder, served, wait_until

_ASKING: Final = 2
_WITHIN: Final = 1.0  # seconds, as promised


@dataclass(slots=True)
class Resident:
    """Asks again and again, each time by a new connection, so that all workers get their share."""

    port: int
    answers: list[tuple[float, int, int]] = field(default_factory=list)  # when asked, status, publication
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        while not self.stop.is_set():
            asked = time.time()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/api/v1/postcodes/B24QA", headers={"Connection": "close"})
            response = connection.getresponse()
            publication = json.loads(response.read())["releases"]["publication"] if response.status == 200 else 0
            connection.close()
            self.answers.append((asked, response.status, publication))


@contextmanager
def asking(port: int) -> Iterator[list[Resident]]:
    """Residents who ask for as long as the block lasts."""
    residents = [Resident(port) for _ in range(_ASKING)]
    threads = [threading.Thread(target=resident.ask) for resident in residents]
    for thread in threads:
        thread.start()
    try:
        yield residents
    finally:
        for resident in residents:
            resident.stop.set()
        for thread in threads:
            thread.join()


def test_every_worker_answers_from_a_publication_within_a_second_of_it(shipped_database: str, tmp_path: Path) -> None:
    wards = tmp_path / "wards.geojson"
    text = (SHIPPED / "wards.geojson").read_text(encoding="utf-8")
    wards.write_text(text.replace('"WD25NM":"Ladywood"', '"WD25NM":"Lady Wood"'), encoding="utf-8")
    assert run_finder(shipped_database, "load", "wards", wards).returncode == 0

    with served(shipped_database, tmp_path, "--workers", "2") as server, asking(server.port) as residents:
        done = run_finder(shipped_database, "publish", "--yes")
        published = time.time()
        wait_until(lambda: all(seen.answers[-1][0] > published + 2 * _WITHIN for seen in residents), "two more seconds")

    assert done.returncode == 0, done.stderr
    answers = [answer for resident in residents for answer in resident.answers]
    assert {status for _, status, _ in answers} == {200}
    assert {publication for _, _, publication in answers} == {1, 2}
    assert [
        asked - published for asked, _, publication in answers if publication == 1 and asked > published + _WITHIN
    ] == []
