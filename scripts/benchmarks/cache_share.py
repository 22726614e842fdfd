"""Measures the share of a day's lookups that nginx answers from its cache, with the configuration that ships.

People look up postcodes, and apps look up sectors, both by Zipf's law over the postcodes that ship: the n-th most
popular is requested 1/n as often as the first. A day is simulated as four quarters, each with its own rate, some
minutes of each, 24.2 times as fast: answers may be kept 2 s in place of 60, and 8 in place of 240. nginx counts whole
seconds, so an answer lives half a second longer than that: 2.5 s stand for 60.5, hence 24.2. Each kind of lookup is
counted at both ends, by the clients and by the metrics of the service.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

import aiohttp

from finder.embedded import EmbeddedPostgresError
from geodata.postcode import Postcode
from geodata.sector import Sector
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.finder_commands import isolated_environment
from scripts.harness.processes import accepts_connections, child_process, find_program, free_port, wait_until_up
from scripts.harness.sample_postcodes import read_force_postcodes
from scripts.harness.shipped_proxies import nginx
from scripts.harness.waiting import HarnessError

_PACE: Final = 24.2  # times as fast as a day
_SERVE: Final = (
    "import finder.http.cache_control as each; each._FRESH, each._WHILE_RENEWED = 2, 8; "
    "import finder.__main__ as finder; finder.main()"
)
_QUARTERS: Final = {"night": 0.04, "morning": 0.24, "afternoon": 0.36, "evening": 0.36}
"""The share of a day's lookups in each six hours of it."""
_SECONDS_OF_A_QUARTER: Final = 6 * 3600
_ROUTES: Final = {"postcodes": "/api/v1/postcodes/{postcode}", "sectors": "/api/v1/sectors/{sector}"}
_BROWSERS: Final = ("gzip, deflate, br", "gzip, deflate, br, zstd", "gzip, deflate")
_APPS: Final = ("gzip",)
_MOST_CONNECTIONS: Final = 64
_WARM_UP: Final = 10.0  # seconds: two and eight


@dataclass(frozen=True, slots=True)
class Counted:
    """Lookups of a kind: how many were sent, and how many reached the service."""

    sent: int
    reached: int

    @property
    def share(self) -> float:
        """The share that never reached the service."""
        return 1 - self.reached / self.sent if self.sent else 0.0


class Popularity:
    """Random postcodes by Zipf's law; how popular one is does not depend on its location."""

    def __init__(self, dice: random.Random) -> None:
        self._postcodes = [Postcode.parse(row["postcode"]) for row in read_force_postcodes()]
        self._dice = dice
        dice.shuffle(self._postcodes)
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._postcodes) + 1)))

    def paths(self, kind: str, count: int) -> list[str]:
        """Paths of so many random lookups of a kind."""
        chosen = self._dice.choices(self._postcodes, cum_weights=self._weights, k=count)
        if kind == "postcodes":
            return [f"/api/v1/postcodes/{each.compact}" for each in chosen]
        return [f"/api/v1/sectors/{Sector.parse(f'{each.outward_code} {each.inward_code[0]}').path}" for each in chosen]


@dataclass(frozen=True, slots=True)
class CachedService:
    """The service and the cache in front of it."""

    service: str
    cache: str

    def reached(self, kind: str) -> int:
        """Requests of a kind that the service has answered since it started."""
        with urllib.request.urlopen(f"{self.service}metrics", timeout=10) as response:  # noqa: S310 - our own server
            text = response.read().decode()
        counts = re.findall(r'^finder_request_seconds_count\{.*route="(.*?)".*\} ([0-9.e+]+)$', text, re.MULTILINE)
        return round(sum(float(count) for route, count in counts if route == _ROUTES[kind]))


@contextmanager
def _started(folder: Path) -> Iterator[CachedService]:
    find_program("nginx", "nginx-light")
    with new_demo_postgres(folder / "a") as database:
        log, settings = folder / "service.log", isolated_environment(database.dsn, FINDER_LOG_SAMPLE="0")
        port = free_port()
        serve = [sys.executable, "-c", _SERVE, "serve", "--port", str(port)]
        with child_process(serve, log, settings) as process:
            wait_until_up(process, lambda: accepts_connections(port), "the service", log)
            with nginx(folder, port) as proxy:
                yield CachedService(f"http://127.0.0.1:{port}/", f"{proxy.address}/")


async def _ask(site: CachedService, paths: Sequence[tuple[float, str, str]]) -> int:
    """Requests each path at its moment, in seconds from now, with its encodings; returns the number of bad answers."""
    began = time.monotonic()
    failed: list[str] = []
    connector = aiohttp.TCPConnector(limit=_MOST_CONNECTIONS)
    async with aiohttp.ClientSession(site.cache, connector=connector, auto_decompress=False) as session:

        async def ask(path: str, encodings: str) -> None:
            async with session.get(path, headers={"Accept-Encoding": encodings}) as response:
                await response.read()
                if response.status != 200:  # noqa: PLR2004 - that of HTTP
                    failed.append(path)

        async with asyncio.TaskGroup() as asking:
            for moment, path, encodings in paths:
                await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
                asking.create_task(ask(path, encodings))
    return len(failed)


def _schedule(popularity: Popularity, dice: random.Random, rate: float, seconds: float) -> list[tuple[float, str, str]]:
    """Lookups of both kinds at independent random moments, so many of each a second."""
    count = max(1, round(rate * seconds))
    browsers = [(path, dice.choice(_BROWSERS)) for path in popularity.paths("postcodes", count)]
    apps = [(path, dice.choice(_APPS)) for path in popularity.paths("sectors", count)]
    return sorted((dice.uniform(0, seconds), *each) for each in browsers + apps)


def _play(
    site: CachedService, popularity: Popularity, dice: random.Random, rate: float, seconds: float
) -> dict[str, Counted]:
    """Sends lookups at a rate for some seconds, after a warm-up as long as an answer lives, which fills the cache."""
    failed = asyncio.run(_ask(site, _schedule(popularity, dice, rate, _WARM_UP)))
    before = {kind: site.reached(kind) for kind in _ROUTES}
    schedule = _schedule(popularity, dice, rate, seconds)
    failed += asyncio.run(_ask(site, schedule))
    time.sleep(0.5)  # for answers that nginx renews in the background
    if failed:
        raise HarnessError(f"{failed} lookups failed")
    sent = len(schedule) // 2
    return {kind: Counted(sent, site.reached(kind) - before[kind]) for kind in _ROUTES}


def main() -> int:
    """Simulate a day and print the shares; returns 1 if that is not possible."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-day", type=int, default=200_000, help="lookups of each kind in a day (default: 200000)")
    parser.add_argument("--seconds", type=float, default=20.0, help="to play of each quarter (default: 20)")
    given = parser.parse_args()
    dice = random.Random(7)  # noqa: S311 - the same day each time
    popularity = Popularity(dice)
    shares = dict.fromkeys(_ROUTES, 0.0)
    try:
        with tempfile.TemporaryDirectory(prefix="finder-") as folder, _started(Path(folder)) as site:
            for quarter, part in _QUARTERS.items():
                rate = given.per_day * part / _SECONDS_OF_A_QUARTER
                for kind, counted in _play(site, popularity, dice, rate * _PACE, given.seconds).items():
                    shares[kind] += part * counted.share
                    print(
                        f"{quarter:9} {kind:9} {rate:7.2f}/s: {counted.sent:6,} sent, {counted.reached:6,} reached "
                        f"the service, {counted.share:.0%} did not",
                        flush=True,
                    )
    except (HarnessError, EmbeddedPostgresError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for kind, share in shares.items():
        print(f"A day of {given.per_day:,} lookups of {kind}: {share:.0%} never reach the service")
    return 0


if __name__ == "__main__":
    sys.exit(main())
