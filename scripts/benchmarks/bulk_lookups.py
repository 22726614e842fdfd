"""Compares 100,000 postcodes as CSV through POST /api/v1/lookups with the same postcodes one by one.

One by one means one client with one kept connection, which sends a request when it has the answer to the last one.
The server is pinned to one core, the clients to another. Each round sends postcodes one by one, then looks up single
postcodes on an idle server, then sends the table while a second client looks up single postcodes. The p99 of that
client shows what the table costs others.
"""

import argparse
import asyncio
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from finder.settings import Settings
from scripts.harness.demo_databases import kept_demo_database
from scripts.harness.finder_commands import own_environment
from scripts.harness.sample_postcodes import read_force_postcodes
from scripts.harness.servers import RunningServer, running_server

SERVE = (sys.executable, "-m", "finder", "serve", "--port", "{port}")
PACE = 0.005  # seconds from one single lookup to the next
LOOKUPS = b"POST /api/v1/lookups HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n"
END = b"0\r\n\r\n"
NEWLINE = b"\n"


@dataclass
class Measured:
    """The measurements of all rounds."""

    one_by_one: list[float] = field(default_factory=list)  # a second
    bulk: list[float] = field(default_factory=list)  # a second
    one_by_one_cpu: list[float] = field(default_factory=list)  # microseconds each
    bulk_cpu: list[float] = field(default_factory=list)  # microseconds each
    quiet: list[float] = field(default_factory=list)  # seconds
    during_bulk: list[float] = field(default_factory=list)  # seconds


def main() -> None:
    """Measure and print."""
    options = _options()
    postcodes = _choose(options.rows)
    with kept_demo_database(options.data_dir) as dsn, _serving(dsn) as server:
        _round(server, postcodes, Measured())  # the first round fills what is computed once
        before = server.memory_mb()
        server.reset_peak_memory()
        measured = Measured()
        for number in range(1, options.rounds + 1):
            _round(server, postcodes, measured)
            print(f"round {number}: bulk {measured.bulk[-1]:,.0f}/s, one by one {measured.one_by_one[-1]:,.0f}/s")
        peak, after = server.memory_mb("VmHWM"), server.memory_mb()
    _report(measured)
    print(f"memory: before {before:.1f} MB, peak {peak:.1f} MB, after {after:.1f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: scripts/bench bulk --rounds 5")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--data-dir", type=Path, default=Settings().data_dir, help="folder of the embedded database")
    return parser.parse_args()


def _choose(count: int) -> list[str]:
    """Random postcodes of the force, some of them repeated; the same in every run."""
    own = [row["postcode"] for row in read_force_postcodes()]
    return random.Random(2025).choices(own, k=count)  # noqa: S311 - a sample, not a secret


def _table(postcodes: list[str]) -> bytes:
    return b"case,postcode\n" + b"".join(b"%d,%b\n" % (case, each.encode()) for case, each in enumerate(postcodes))


@contextmanager
def _serving(dsn: str) -> Iterator[RunningServer]:
    """The service with its production settings on the first core; this process moves to the last."""
    cores = sorted(os.sched_getaffinity(0))
    with running_server("the service", SERVE, own_environment(dsn), cores[:1]) as server:
        os.sched_setaffinity(0, {cores[-1]})
        try:
            yield server
        finally:
            os.sched_setaffinity(0, cores)


def _round(server: RunningServer, postcodes: list[str], measured: Measured) -> None:
    sample = postcodes[: len(postcodes) // 20]
    began, used = time.perf_counter(), server.cpu_seconds()
    asyncio.run(_ask(server.port, sample))
    measured.one_by_one.append(len(sample) / (time.perf_counter() - began))
    measured.one_by_one_cpu.append(_microseconds(server, used) / len(sample))
    used = server.cpu_seconds()
    measured.bulk.append(len(postcodes) / asyncio.run(_send_table(server.port, _table(postcodes))))
    measured.bulk_cpu.append(_microseconds(server, used) / len(postcodes))
    measured.quiet += asyncio.run(_ask(server.port, postcodes[:400], PACE))
    measured.during_bulk += _look_up_during_bulk(server.port, postcodes)


def _microseconds(server: RunningServer, used: float) -> float:
    """Microseconds of CPU that the service has used since it had used so many seconds."""
    return (server.cpu_seconds() - used) * 1e6


def _look_up_during_bulk(port: int, postcodes: list[str]) -> list[float]:
    """Seconds that single lookups take while another process sends the table."""
    ours, theirs = get_context("spawn").Pipe()
    sender = get_context("spawn").Process(target=_send_when_told, args=(port, _table(postcodes), theirs))
    sender.start()
    ours.recv()
    ours.send("go")
    took = asyncio.run(_ask(port, postcodes, PACE, until=ours))
    sender.join()
    return took


async def _ask(port: int, postcodes: list[str], pace: float = 0.0, until: Connection | None = None) -> list[float]:
    """Sends single lookups on one connection until the control pipe has data; returns the seconds of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for postcode in postcodes:
        began = time.perf_counter()
        writer.write(b"GET /api/v1/postcodes/%b HTTP/1.1\r\nHost: a\r\n\r\n" % postcode.replace(" ", "").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"A lookup failed: {head.splitlines()[0]!r}")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r", 1)[0]))
        took.append(time.perf_counter() - began)
        if until is not None and until.poll():
            break
        if pace:
            await asyncio.sleep(pace)
    writer.close()
    return took


def _send_when_told(port: int, table: bytes, control: Connection) -> None:
    """Runs the bulk client, with a low priority so that it does not slow the client that measures."""
    os.nice(10)
    control.send("ready")
    control.recv()
    control.send(asyncio.run(_send_table(port, table)))


async def _send_table(port: int, table: bytes) -> float:
    """Send a table, reading the answer at the same time; returns the seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    began = time.perf_counter()
    sending = asyncio.create_task(_send(writer, table))
    pieces = [b""]
    while not (pieces[-1] if len(pieces[-1]) > len(END) else b"".join(pieces[-3:])).endswith(END):
        pieces.append(await reader.read(1 << 20))
        if not pieces[-1]:
            sys.exit("The answer broke off.")
    took = time.perf_counter() - began
    await sending
    writer.close()
    answered = len(re.findall(rb"(?m)^\d+,[^,\r\n]+,[a-z]", b"".join(pieces)))
    if answered != table.count(NEWLINE) - 1:
        sys.exit(f"{answered:,} rows were answered, and {table.count(NEWLINE) - 1:,} were sent.")
    return took


async def _send(writer: asyncio.StreamWriter, table: bytes) -> None:
    writer.write(LOOKUPS % len(table))
    for start in range(0, len(table), 65_536):
        writer.write(table[start : start + 65_536])
        await writer.drain()


def _report(measured: Measured) -> None:
    for what, rates, cpu in (
        ("bulk", measured.bulk, measured.bulk_cpu),
        ("one by one", measured.one_by_one, measured.one_by_one_cpu),
    ):
        print(f"{what}: {statistics.median(rates):,.0f} postcodes/s, {statistics.median(cpu):.1f} us of CPU each")
    ratios = [bulk / single for bulk, single in zip(measured.bulk, measured.one_by_one, strict=True)]
    print(f"ratio {statistics.median(ratios):.1f} (from {min(ratios):.1f} to {max(ratios):.1f})")
    for what, took in (("quiet", measured.quiet), ("during the bulk", measured.during_bulk)):
        cuts = statistics.quantiles([each * 1000 for each in took], n=100)
        print(f"a single lookup {what}: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms ({len(took)} lookups)")


if __name__ == "__main__":
    main()
