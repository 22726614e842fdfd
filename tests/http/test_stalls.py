"""No input of any kind keeps the event loop of a worker for more than 20 ms, or its memory for more than 16 MB.

Hostile inputs go to a real worker, to each address with empty caches. The stall is processor time of the loop's thread,
so a busy machine does not lengthen it much. Caches that neighbours spoil still may, and so may the scheduler's
accounting: an input that exceeds a limit is tried again in two new workers, and fails if it exceeds the limit in each.
"""

from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio

from finder.api.operation_table import OPERATIONS
from finder.server.app import build_app
from finder.settings import Settings
from scripts.harness.processes import free_port
from tests.conftest import copied
from tests.support.hostile_addresses import ADDRESSES, NO_ADDRESS
from tests.support.hostile_inputs import Address, inputs_of, make_request
from tests.support.measured_worker import HELD_SECONDS
from tests.support.stall_measurements import Measured, MeasuredWorker, measured_worker

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

_STALL_MS: Final = 20.0
_MEMORY_MB: Final = 16.0
_MORE_TRIES: Final = 2
_PROXY: Final = {"FINDER_RATE_LIMIT": "1000000/second", "FINDER_TRUSTED_PROXIES": "127.0.0.0/8, 2001:db8::/32"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(server: str, shipped_template: str) -> AsyncIterator[str]:
    """The address of a database in which the data that ships is live."""
    async for dsn in copied(server, shipped_template):
        yield dsn


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def worker(database: str) -> AsyncIterator[MeasuredWorker]:
    """A worker with the usual settings."""
    async with measured_worker(database) as running:
        yield running


def exceeds(found: Measured) -> bool:
    return found.stall_ms >= _STALL_MS or found.memory_mb >= _MEMORY_MB


async def faults_of(worker: MeasuredWorker, database: str, address: Address, **settings: str) -> list[str]:
    """Describes the inputs that exceed a limit, each time that they are tried."""
    faults = []
    for name, request in inputs_of(address):
        found = await worker.measure(request)
        for _ in range(_MORE_TRIES):
            if exceeds(found):
                async with measured_worker(database, **settings) as another:
                    found = min(found, await another.measure(request))
        if exceeds(found):
            faults.append(f"{name}: {found.stall_ms:.0f} ms, {found.memory_mb:.0f} MB, {found.answer[:40]!r}")
    return faults


async def test_every_address_has_its_hostile_inputs(make_settings: type[Settings]) -> None:
    app = build_app(make_settings(), "postgresql://nowhere.invalid/")
    known = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }

    assert known == set(ADDRESSES)
    assert {f"{each.method.upper()} {each.path}" for each in OPERATIONS} <= known


@pytest.mark.parametrize("address", [*ADDRESSES.values(), NO_ADDRESS], ids=[*ADDRESSES, "no address"])
async def test_no_input_holds_the_event_loop_or_much_memory(
    worker: MeasuredWorker, database: str, address: Address
) -> None:
    usual = await worker.measure(make_request(address.method, address.target))

    assert usual.answer.startswith(b"HTTP/1.1 ")
    assert await faults_of(worker, database, address) == []


async def test_no_input_does_behind_a_proxy_and_with_a_rate_limit(database: str) -> None:
    async with measured_worker(database, **_PROXY) as limited:
        address = ADDRESSES["GET /api/v1/postcodes/{postcode}"]

        assert await faults_of(limited, database, address, **_PROXY) == []


@pytest.mark.parametrize("target", ["/metrics", "/readyz", "/healthz", "/nowhere"])
async def test_no_input_does_at_the_management_listener(database: str, target: str) -> None:
    port = free_port()
    settings = {"FINDER_MANAGEMENT_PORT": str(port)}
    async with measured_worker(database, **settings) as worker:
        management = worker.at(port)
        usual = await management.measure(make_request("GET", target))

        assert usual.answer.startswith(b"HTTP/1.1 404" if target == "/nowhere" else b"HTTP/1.1 200")
        inputs = [*inputs_of(Address("GET", target))]
        faults = []
        for name, request in inputs:
            found = await management.measure(request)
            for _ in range(_MORE_TRIES):
                found = min(found, await management.measure(request)) if exceeds(found) else found
            if exceeds(found):
                faults.append((name, found))
    assert len(inputs) > 50
    assert faults == []


async def test_a_stall_is_measured(worker: MeasuredWorker) -> None:
    assert 1000 * HELD_SECONDS <= await worker.measure_held() < 3000 * HELD_SECONDS


@pytest.mark.parametrize(
    "stream",
    [b"\r\n" * 200_000, b"A" * 1_000_000, b"\xff" * 1_000_000, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a:b\r\n" * 100_000],
    ids=["line ends", "letters", "bytes", "headers without end"],
)
async def test_bytes_that_are_no_request_do_not_either(worker: MeasuredWorker, stream: bytes) -> None:
    found = await worker.measure(stream + make_request("GET", "/healthz"))

    assert not exceeds(found)
