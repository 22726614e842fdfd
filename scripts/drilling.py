"""What drills share: a service in a process of its own, and clients that ask it without a break."""

import asyncio
import csv
import json
import math
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg
import numpy as np

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from finder.embedded import EmbeddedPostgres  # noqa: E402 - the checkout must be on the path first
from geodata.projection import to_lonlat_many  # noqa: E402

PATIENCE: Final = 60.0
_SHIPPED: Final = ROOT / "geodata" / "west_midlands"
_AT_ONCE: Final = 50


class Broken(Exception):  # noqa: N818 - what it says is what happened
    """A promise that did not hold."""


def environment(dsn: str, **settings: str) -> dict[str, str]:
    """The environment of a command: this database, this checkout, and no settings of the operator's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("FINDER_", "PG"))}
    return own | {"FINDER_DATABASE_URL": dsn, "PYTHONPATH": str(ROOT), "COLUMNS": "200"} | settings


def run_finder(dsn: str, *arguments: str | Path) -> str:
    """Run a command to its good end and give what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "finder", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=environment(dsn),
    )
    if done.returncode:
        raise Broken(f"finder {arguments[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def wait_until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """Look again and again, up to a deadline; gives how long it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() > began + patience:
            raise Broken(f"in vain waited {patience:.0f} s for {what}")
        time.sleep(0.01)
    return time.monotonic() - began


@dataclass(slots=True)
class Serving:
    """A running `finder serve` and the file that takes its log."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        """Where it listens, without the slash at the end."""
        return str(re.findall(r"http://127\.0\.0\.1:\d+", self.log.read_text(encoding="utf-8"))[0])

    def said(self, event: str) -> int:
        """How often it has logged an event."""
        return self.log.read_text(encoding="utf-8").count(f'"event": "{event}"')

    def is_there(self, workers: int) -> bool:
        """Whether so many workers serve, and at least one accepts."""
        return self.said("serving") >= workers and b"http://" in self.log.read_bytes()

    def workers(self) -> list[int]:
        """The process ids of those that said that they serve, in the order in which they said so."""
        lines = [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return [event["pid"] for event in map(json.loads, lines) if event.get("event") == "serving"]

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@asynccontextmanager
async def serving(
    dsn: str, folder: Path, *, workers: int = 1, awaited: bool = True, **settings: str
) -> AsyncIterator[Serving]:
    """The service on a free port of the loopback interface; ended again.

    It is `awaited` until all its workers serve, or else until it accepts.
    """
    log = folder / f"serve-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "finder", "serve", "--port", "0", "--workers", str(workers)]
    own = environment(dsn, FINDER_LOG_FORMAT="json", **settings)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - whoever waits for it does so in a thread
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=own
        )
    running = Serving(process, log)
    try:
        await until(
            lambda: running.is_there(workers if awaited else 0) or process.poll() is not None, "the service to serve"
        )
        if process.poll() is not None:
            raise Broken(f"the service ended: {log.read_text(encoding='utf-8')[-500:]}")
        yield running
    finally:
        await asyncio.to_thread(end, process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, with patience first."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    process.kill()
    process.wait()


async def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """Look again and again, up to a deadline; gives how long it took."""
    return await asyncio.to_thread(wait_until, condition, what, patience)


@dataclass(frozen=True, slots=True)
class Place:
    """A postcode of the force, and the point that stands for it."""

    postcode: str
    longitude: str
    latitude: str


def some_places(count: int) -> list[Place]:
    """Postcodes of the force, any, the same in each run."""
    with (_SHIPPED / "postcodes.csv").open(encoding="utf-8", newline="") as stream:
        own = [row for row in csv.DictReader(stream) if row["ward"]]
    chosen = random.Random(7).sample(own, count)  # noqa: S311 - a sample, not a secret
    points = to_lonlat_many(np.array([[float(row["easting"]), float(row["northing"])] for row in chosen]))
    return [
        Place(row["postcode"].replace(" ", ""), f"{longitude:.6f}", f"{latitude:.6f}")
        for row, (longitude, latitude) in zip(chosen, points.tolist(), strict=True)
    ]


@dataclass(slots=True)
class Tally:
    """What became of requests."""

    sent: int = 0
    failed: int = 0
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        said = f"{self.sent:,} sent, {self.failed} failed, {self.wrong} wrong"
        return said + (
            f" ({', '.join(f'{n} x {what}' for what, n in self.faults.most_common(3))})" if self.faults else ""
        )

    def p99_ms(self) -> float:
        """Of a hundred requests one took longer."""
        ordered = sorted(self.seconds)
        return ordered[math.ceil(len(ordered) * 0.99) - 1] * 1000 if ordered else 0.0

    def require_clean(self) -> None:
        """Raise Broken unless every request was answered, and rightly."""
        if self.failed or self.wrong or not self.sent:
            raise Broken(str(self))


class WrongAnswerError(Exception):
    """An answer that is not what it was before the fault."""


Ask = Callable[[aiohttp.ClientSession], Awaitable[None]]


class Residents:
    """What people ask: each method is a kind of request that knows its right answer."""

    def __init__(self, places: Sequence[Place], teams: Mapping[str, str]) -> None:
        self._places = places
        self._teams = teams
        self._tags: dict[str, str] = {}

    @classmethod
    async def of(cls, address: str, count: int = 300) -> Self:
        """Residents of some places; what they are told now is what they must be told later."""
        places, teams = some_places(count), {}
        async with aiohttp.ClientSession(address) as session:
            for each in places:
                async with session.get(f"/api/v1/postcodes/{each.postcode}") as response:
                    teams[each.postcode] = (await response.json())["team"]["id"]
        return cls(places, teams)

    def asks(self) -> list[Ask]:
        """Every kind, the ones that are asked most more than once."""
        return [*[self.postcode] * 3, self.point, self.unchanged, self.page, self.sector, self.many]

    async def postcode(self, session: aiohttp.ClientSession) -> None:
        """A lookup, as the API answers it."""
        key = self._any().postcode
        async with session.get(f"/api/v1/postcodes/{key}") as response:
            _require((await _json(response))["team"]["id"], self._teams[key])

    async def point(self, session: aiohttp.ClientSession) -> None:
        """The same for the point at which the postcode lies."""
        place = self._any()
        async with session.get("/api/v1/points", params={"lat": place.latitude, "lon": place.longitude}) as response:
            _require((await _json(response))["team"]["id"], self._teams[place.postcode])

    async def unchanged(self, session: aiohttp.ClientSession) -> None:
        """The same again with If-None-Match."""
        path = f"/api/v1/postcodes/{self._places[0].postcode}"
        async with session.get(path, headers={"If-None-Match": self._tags.get(path, '"none"')}) as response:
            if response.status != 304:  # noqa: PLR2004 - not modified
                _require((await _json(response))["team"]["id"], self._teams[self._places[0].postcode])
            self._tags[path] = response.headers["ETag"]

    async def page(self, session: aiohttp.ClientSession) -> None:
        """The page of a team."""
        async with session.get(f"/teams/{self._teams[self._any().postcode]}") as response:
            text = await response.text()
            _require((response.status, "0800 555 111" in text), (200, True))

    async def sector(self, session: aiohttp.ClientSession) -> None:
        """A whole sector, for an app that looks up by itself."""
        key = self._any().postcode
        async with session.get(f"/api/v1/sectors/{key[:-3]}-{key[-3]}") as response:
            rows = {row[0].replace(" ", ""): row[2] for row in (await _json(response))["postcodes"]}
            _require(rows[key], self._teams[key])

    async def many(self, session: aiohttp.ClientSession) -> None:
        """Fifty at once."""
        keys = [self._any().postcode for _ in range(_AT_ONCE)]
        async with session.post("/api/v1/lookups", json={"postcodes": keys}) as response:
            found = [each["answer"]["team"]["id"] for each in (await _json(response))["results"]]
            _require(found, [self._teams[key] for key in keys])

    def _any(self) -> Place:
        return random.choice(self._places)  # noqa: S311 - any will do


async def _json(response: aiohttp.ClientResponse) -> Any:
    if response.status != 200:  # noqa: PLR2004 - all is well
        raise aiohttp.ClientError(f"status {response.status}")
    return await response.json()


def _require(found: object, expected: object) -> None:
    if found != expected:
        raise WrongAnswerError


@dataclass(slots=True)
class Load:
    """Clients that ask until the block ends, each with a pause between its requests."""

    address: str
    asks: Sequence[Ask]
    clients: int = 4
    pause: float = 0.005
    tally: Tally = field(default_factory=Tally)
    keeps: bool = True  # connections are kept and used again
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._client()) for _ in range(self.clients)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping = True
        await asyncio.gather(*self._tasks)

    async def _client(self) -> None:
        connector = aiohttp.TCPConnector(force_close=not self.keeps)
        async with aiohttp.ClientSession(
            self.address, connector=connector, timeout=aiohttp.ClientTimeout(total=20)
        ) as session:
            while not self._stopping:
                await self._ask(session)
                await asyncio.sleep(self.pause)

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        ask = random.choice(self.asks)  # noqa: S311 - any will do
        began = time.perf_counter()
        try:
            await ask(session)
        except (WrongAnswerError, KeyError):
            self.tally.wrong += 1
            self.tally.faults[f"wrong {ask.__name__}"] += 1
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.tally.failed += 1
            self.tally.faults[f"{ask.__name__}: {type(error).__name__} {error}"[:80]] += 1
        self.tally.sent += 1
        self.tally.seconds.append(time.perf_counter() - began)


@dataclass(slots=True)
class Stage:
    """Where drills of the service take place: a PostgreSQL of their own with the data that ships."""

    dsn: str
    folder: Path
    short: bool = False
    _surgery: str = ""
    _turn: int = 0

    def kill_postgres(self) -> None:
        """End PostgreSQL with all its processes as kill -9 and a power cut do."""
        os.kill(postmaster(self.dsn), signal.SIGKILL)

    def start_postgres(self) -> None:
        """Start it again; it stays until the drills are over."""
        with EmbeddedPostgres(self.folder):
            pass

    def publish(self) -> int:
        """Cancel a surgery, or restore it, and give the number of the publication that says so."""
        self._surgery = self._surgery or run_finder(self.dsn, "surgery", "list", "edgbaston").split()[0]
        run_finder(self.dsn, "surgery", "restore" if self._turn % 2 else "cancel", self._surgery)
        self._turn += 1
        return asyncio.run(self._live_number())

    async def execute(self, statement: str) -> Any:
        """Run a statement, past the triggers that guard what is staged, and give its first value."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute("SET session_replication_role = replica")
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def _live_number(self) -> int:
        return int(await self.execute("SELECT max(number) FROM publication WHERE live_from <= now()"))


def postmaster(dsn: str) -> int:
    """The process id of an embedded PostgreSQL."""
    data = Path(parse_qs(urlsplit(dsn).query)["host"][0]).parent / "data" / "postmaster.pid"
    return int(data.read_text(encoding="ascii").split()[0])


async def ask_json(address: str, path: str) -> dict[str, Any]:
    """What the service says of itself, ready or not."""
    async with aiohttp.ClientSession(address) as session, session.get(path) as response:
        found: dict[str, Any] = await response.json()
    return found


async def ask_metrics(address: str, name: str) -> list[float]:
    """The samples of a metric, one a worker."""
    async with aiohttp.ClientSession(address) as session, session.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{name}[ {{]", line)]


async def seen(address: str, number: int, patience: float = PATIENCE) -> float:
    """Wait until every worker answers from a publication; gives how long that took."""
    began = time.monotonic()
    found: list[float] = []
    while time.monotonic() < began + patience:
        found = await ask_metrics(address, "finder_publication_number")
        if set(found) == {number}:
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    raise Broken(f"after {patience:.0f} s publication {number} is not served: {found}")


ServingDrill = Callable[[Stage], Coroutine[Any, Any, str]]
SERVING_DRILLS: Final[dict[str, ServingDrill]] = {}


def serving_drill(function: ServingDrill) -> ServingDrill:
    """Put a drill on the list, under its name with dashes."""
    SERVING_DRILLS[getattr(function, "__name__", "").replace("_", "-")] = function
    return function
