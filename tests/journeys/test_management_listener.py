"""The management listener of the real service: where it listens, and what happens if its port is taken."""

import json
import urllib.request
from pathlib import Path

from scripts.harness.processes import free_port
from tests.support.commands import run_finder, running_service


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310 - our own server
        body: bytes = response.read()
    return body


def test_management_listens_where_the_setting_says(shipped_database: str, tmp_path: Path) -> None:
    port = free_port()

    with running_service(shipped_database, tmp_path, FINDER_MANAGEMENT_PORT=str(port)) as server:
        ready = json.loads(get(f"http://127.0.0.1:{port}/readyz"))
        metrics = get(f"http://127.0.0.1:{port}/metrics")

        assert server.management_port == port
    assert (ready["publication"], ready["alarms"]) == (1, [])
    assert b"finder_publication_number 1.0" in metrics


def test_a_second_instance_takes_a_free_port_if_none_is_set(shipped_database: str, tmp_path: Path) -> None:
    with (
        running_service(shipped_database, tmp_path, FINDER_MANAGEMENT_PORT="") as one,
        running_service(shipped_database, tmp_path, FINDER_MANAGEMENT_PORT="") as two,
    ):
        assert one.management_port not in {0, two.management_port}
        assert two.count_logged("management_port_taken") == 1
        assert b"finder_publication_number 1.0" in get(f"{two.management}/metrics")


def test_a_port_that_is_set_and_taken_is_refused(shipped_database: str, tmp_path: Path) -> None:
    with running_service(shipped_database, tmp_path) as one:
        taken = str(one.management_port)

        done = run_finder(shipped_database, "serve", "--port", "0", FINDER_MANAGEMENT_PORT=taken)

    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"Cannot listen on 127.0.0.1 port {taken}: Address already in use. Choose another with FINDER_MANAGEMENT_PORT."
    )
