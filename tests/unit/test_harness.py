"""What the scripts' harness says of what it starts and measures."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from scripts.benchmarks.wrk import Round, read_round
from scripts.harness.client_load import BrokenPromiseError, ClientLoad, Tally
from scripts.harness.processes import child_process, wait_until_up
from scripts.harness.resident_requests import WrongAnswerError
from scripts.harness.waiting import HarnessError, wait_until

WRK = """\
Running 4s test @ http://127.0.0.1:8080
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.43ms  211.07us  10.20ms   99.10%
    Req/Sec    22.50k   401.20     23.20k    99.00%
  Latency Distribution
     50%    1.39ms
     75%    1.50ms
     90%    1.61ms
     99%    {p99}
  20000 requests in 4.00s, 21.40MB read
{failures}Requests/sec:   5000.25
Transfer/sec:      5.35MB
"""


@pytest.mark.parametrize(("said", "milliseconds"), [("850.00us", 0.85), ("2.06ms", 2.06), ("1.20s", 1200.0)])
def test_the_output_of_wrk_is_read_in_any_unit(said: str, milliseconds: float) -> None:
    found = read_round(WRK.format(p99=said, failures=""), cpu_seconds=0.5)

    assert found.p99_ms == pytest.approx(milliseconds)
    assert replace(found, p99_ms=0.0) == Round(per_second=5000.25, cpu_us=25.0, p99_ms=0.0, failed=0)


def test_refusals_and_broken_connections_both_count_as_failed() -> None:
    failures = "  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 50\n"

    assert read_round(WRK.format(p99="2.06ms", failures=failures), cpu_seconds=0.5).failed == 60


def test_a_process_that_ends_before_it_is_ready_is_reported_with_its_output(tmp_path: Path) -> None:
    log = tmp_path / "log"

    with (
        pytest.raises(HarnessError, match=r"the echo ended with 3: no such street$"),
        child_process(
            [sys.executable, "-c", "print('no such street'); raise SystemExit(3)"], log, os.environ
        ) as process,
    ):
        wait_until_up(process, lambda: False, "the echo", log)


def test_a_process_ends_with_its_block(tmp_path: Path) -> None:
    with child_process(["sleep", "60"], tmp_path / "log", os.environ) as process:
        pass

    assert process.returncode == -15


def test_a_timeout_names_the_condition() -> None:
    with pytest.raises(HarnessError, match="in vain waited 0 s for a postcode"):
        wait_until(lambda: False, "a postcode", patience=0)


async def test_load_counts_what_failed_and_what_was_wrong() -> None:
    async def fail(_session: ClientSession) -> None:
        raise ConnectionResetError

    async def err(_session: ClientSession) -> None:
        raise WrongAnswerError

    for ask, expected in ((fail, "failed"), (err, "wrong")):
        async with ClientLoad("http://127.0.0.1", [ask], clients=1) as load:
            await load.wait_for_requests(1)

        assert getattr(load.tally, expected) == load.tally.sent
        with pytest.raises(BrokenPromiseError, match=expected):
            load.tally.require_all_right()


async def test_load_notices_a_request_that_the_client_repeated() -> None:
    kept: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        """Closes each connection instead of answering its second request."""
        assert request.transport is not None
        if any(each.transport is request.transport for each in kept):
            request.transport.abort()
        kept.append(request)
        return web.Response()

    async def ask(session: ClientSession) -> None:
        async with session.get("/") as response:
            await response.read()

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server, ClientLoad(str(server.make_url("")), [ask], clients=1) as load:
        await load.wait_for_requests(4)

    load.tally.require_all_right()
    with pytest.raises(BrokenPromiseError, match="sent again"):
        load.tally.require_no_retry()


def test_a_load_without_requests_is_not_clean() -> None:
    with pytest.raises(BrokenPromiseError, match="0 sent"):
        Tally().require_all_right()
