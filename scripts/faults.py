"""Drills: something is killed, refused or flooded, and what residents are told must not change.

Those of loads stand here, of the service in faults_database and faults_clients, of several instances in faults_cluster.
A drill of loads, a function with `@drill`, says what it saw, and raises Broken where a promise does not hold.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import asyncpg

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from finder.demo import prepare  # noqa: E402 - the checkout must be on the path first
from finder.embedded import EmbeddedPostgres  # noqa: E402
from geodata.places import SHIPPED  # noqa: E402
from scripts import faults_clients, faults_cluster, faults_database  # noqa: E402, F401 - they bring their drills
from scripts.drilling import (  # noqa: E402
    PATIENCE,
    SERVING_DRILLS,
    Broken,
    ServingDrill,
    Stage,
    environment,
    postmaster,
    wait_until,
)

_SAMPLE: Final = 25
_SESSIONS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'finder'"  # that of the server is one
)
_TABLES: Final = (  # all but the journal, which has its line for a load that is refused too
    "release", "release_report", "release_source", "publication", "postcode", "ward", "team", "coverage", "officer",
    "priority", "surgery", "surgery_change", "calendar_sequence", "publication_withdrawal", "release_pruning", "ground",
    "ground_piece",
)  # fmt: skip


class Site:
    """A database with the data that ships, a server that answers from it, and files to load."""

    def __init__(self, dsn: str, folder: Path, address: str) -> None:
        self.dsn = dsn
        self.folder = folder
        self._address = address
        keys = [line.split(",")[0].strip('"').replace(" ", "") for line in _lines() if ",E05" in line]
        self._sample = random.Random(4).sample(keys, _SAMPLE)  # noqa: S311 - any postcodes will do, the same each run
        self.file = folder / "postcodes.csv"
        self._rows = _lines()
        self.shorten()

    def shorten(self) -> None:
        """Take a row off the file of postcodes, so that it is not taken for one that is known."""
        self._rows.pop()
        self.file.write_text("".join(self._rows), encoding="utf-8")

    @property
    def whole_release(self) -> list[int]:
        """What loading the file adds to the record if it is done: a release, its report, its source and its rows."""
        rows = len(self._rows) - 1  # the heading
        return [1, 1, 1, 0, rows, *(0 for _ in _TABLES[5:])]

    def answers(self) -> Mapping[str, object]:
        """What residents of some postcodes are told."""
        return {key: self._ask(key) for key in self._sample}

    def record(self) -> list[int]:
        """How many rows each table has: a load that left anything behind would show."""
        return self.count(*(f"SELECT count(*) FROM {table}" for table in _TABLES))  # noqa: S608 - names from above

    def execute(self, statement: str) -> None:
        """Run a statement as the owner of the database."""
        asyncio.run(self._execute(statement))

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "finder", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(self.dsn),
        )

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        """Run a command to its end: exit code and what it said."""
        with self.start(*arguments) as process:
            said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def surgery(self) -> str:
        """The id of a surgery to come."""
        _, said = self.run("surgery", "list", "edgbaston")
        return said.split()[0]

    def _ask(self, key: str) -> object:
        with urllib.request.urlopen(f"{self._address}api/v1/postcodes/{key}", timeout=PATIENCE) as response:  # noqa: S310 - our own server
            return json.load(response)

    def count(self, *questions: str) -> list[int]:
        """The numbers that PostgreSQL answers questions with."""
        return asyncio.run(self._count(questions))

    async def _count(self, questions: Iterable[str]) -> list[int]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return [int(await connection.fetchval(question)) for question in questions]
        finally:
            await connection.close()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


Drill = Callable[[Site, int], Iterator[str]]
DRILLS: Final[dict[str, Drill]] = {}


def drill(function: Drill) -> Drill:
    """Put a drill on the list, under its name with dashes."""
    DRILLS[function.__name__.replace("_", "-")] = function
    return function


@contextmanager
def unchanged(site: Site) -> Iterator[None]:
    """Raise Broken unless answers and record are afterwards what they were."""
    answers, record = site.answers(), site.record()
    yield
    if site.answers() != answers:
        raise Broken("residents are told something else than before")
    if site.record() != record:
        raise Broken("the load left rows behind")


@drill
def kill_loader(site: Site, times: int) -> Iterator[str]:
    """The loader is killed (SIGKILL) at random moments: its release is whole or not there; the next load is clean."""
    began = time.monotonic()
    require_done(site.run("load", "postcodes", site.file, "--check"))
    seconds = time.monotonic() - began
    outcomes = [kill_one(site, random.uniform(0.0, seconds)) for _ in range(times)]  # noqa: S311 - any moment will do
    if not any(outcomes):
        raise Broken("no load was killed before it was done")
    require_done(site.run("load", "postcodes", site.file, "--check"))
    yield f"{sum(outcomes)} of {times} loads killed before they were done, within {seconds:.1f} s; nothing was left"


def kill_one(site: Site, after: float) -> bool:
    """Kill a load after so many seconds; whether that was before it was done."""
    answers, before = site.answers(), site.record()
    kill(site, ("load", "postcodes", site.file), after)
    if site.answers() != answers:
        raise Broken("residents are told something else than before")
    added = [now - then for now, then in zip(site.record(), before, strict=True)]
    if any(added) and added != site.whole_release:
        raise Broken(f"the load left half of itself behind: {added}")
    site.shorten()
    return not any(added)


@drill
def kill_publisher(site: Site, times: int) -> Iterator[str]:
    """Who publishes is killed (SIGKILL) at random moments: a publication has all of its ground or is not there."""
    began = time.monotonic()
    require_done(site.run(*publishing(site)))
    seconds = time.monotonic() - began
    made = sum(publish_and_kill(site, random.uniform(0.0, seconds)) for _ in range(times))  # noqa: S311 - any will do
    if made == times:
        raise Broken("nobody was killed before the publication was made")
    require_done(site.run(*publishing(site)))
    site.shorten()
    yield f"{times - made} of {times} killed before the publication was made, within {seconds:.1f} s; none is half made"


def publish_and_kill(site: Site, after: float) -> bool:
    """Kill who publishes after so many seconds; whether the publication was made."""
    site.shorten()
    answers, before = told(site), site.record()
    kill(site, publishing(site), after)
    if told(site) != answers:
        raise Broken("residents are told something else than before")
    added = dict(zip(_TABLES, (now - then for now, then in zip(site.record(), before, strict=True)), strict=True))
    pieces, made = added.pop("ground_piece"), added["publication"]
    staged = dict(zip(_TABLES, site.whole_release, strict=True)) if added["release"] else {}
    expected = {name: staged.get(name, 0) for name in added} | {"publication": made, "ground": made}
    if added != expected or bool(pieces) != bool(made):
        raise Broken(f"half of it was left behind: {added}, {pieces} pieces of ground")
    return bool(made)


def publishing(site: Site) -> tuple[str | Path, ...]:
    """The command that loads the file of postcodes and publishes it."""
    return ("load", "postcodes", site.file, "--publish", "--accept-warnings")


def told(site: Site) -> Mapping[str, object]:
    """What residents are told, but for the releases that it came from."""
    return {key: {**answer, "releases": None} for key, answer in site.answers().items() if isinstance(answer, dict)}


def kill(site: Site, command: Iterable[str | Path], after: float) -> None:
    """Kill a command after so many seconds, and wait until PostgreSQL has cleared up after it."""
    with site.start(*command) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=after)
        process.kill()
        process.communicate()
    wait_until(lambda: site.count(_SESSIONS) <= [1], "PostgreSQL to clear up after what was killed")


@drill
def kill_postgres(site: Site, _times: int) -> Iterator[str]:
    """PostgreSQL is killed (SIGKILL) in the middle of a load; workers go on answering, and it comes back whole."""
    answers, record = site.answers(), site.record()
    with site.start("load", "postcodes", site.file) as process:
        wait_until(lambda: process.poll() is not None or copying(site), "the load to be under way")
        os.kill(postmaster(site.dsn), signal.SIGKILL)
        said, _ = process.communicate(timeout=PATIENCE)
    if process.returncode != 1 or "Traceback" in said:
        raise Broken(f"the loader ended with {process.returncode} and said: {said[-500:]}")
    if site.answers() != answers:
        raise Broken("workers stopped answering as before")
    with EmbeddedPostgres(site.folder):
        if site.record() != record:
            raise Broken("the load left rows behind")
        require_done(site.run("load", "postcodes", site.file, "--check"))
    yield f"the loader said: {said.strip().splitlines()[-1]}"


@drill
def two_loaders(site: Site, _times: int) -> Iterator[str]:
    """Two loads of a kind at once: one waits, says so, and both come to their end; a surgery is changed meanwhile."""
    check = ("load", "postcodes", site.file, "--check")
    with site.start(*check) as first:
        wait_until(lambda: first.poll() is not None or copying(site), "the first load to be under way")
        os.kill(first.pid, signal.SIGSTOP)  # so that it holds the lock for as long as it takes
        with site.start(*check) as second:
            try:
                said = read_until(second, "waiting")
                require_done(site.run("surgery", "cancel", site.surgery()))
            finally:
                os.kill(first.pid, signal.SIGCONT)
            first.communicate(timeout=PATIENCE)
            second.communicate(timeout=PATIENCE)
    if (first.returncode, second.returncode) != (0, 0):
        raise Broken(f"the loads ended with {first.returncode} and {second.returncode}")
    yield f"the second said: {said}"


@drill
def read_only(site: Site, _times: int) -> Iterator[str]:
    """The database takes no writes: a load is refused with a sentence."""
    site.execute("ALTER DATABASE finder SET default_transaction_read_only = on")
    try:
        with unchanged(site):
            yield refused(site)
    finally:
        site.execute("BEGIN READ WRITE; ALTER DATABASE finder RESET default_transaction_read_only; COMMIT")


@drill
def disk_full(site: Site, _times: int) -> Iterator[str]:
    """PostgreSQL reports a full disk while rows come in (here a trigger does, with the same code): a sentence."""
    site.execute(
        "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = "
        "'disk_full', MESSAGE = 'could not extend file: No space left on device'; END $$; "
        "CREATE TRIGGER no_space AFTER INSERT ON postcode FOR EACH STATEMENT EXECUTE FUNCTION no_space()"
    )
    try:
        with unchanged(site):
            yield refused(site)
    finally:
        site.execute("DROP TRIGGER no_space ON postcode; DROP FUNCTION no_space()")


def refused(site: Site) -> str:
    """The sentence with which a load is refused."""
    code, said = site.run("load", "postcodes", site.file)
    if code != 1 or "Traceback" in said:
        raise Broken(f"the loader ended with {code} and said: {said[-500:]}")
    return f"the loader said: {said.strip().splitlines()[-1]}"


def require_done(outcome: tuple[int, str]) -> None:
    """Raise Broken unless a command came to its good end."""
    code, said = outcome
    if code:
        raise Broken(f"a clean load ended with {code}: {said[-500:]}")


def copying(site: Site) -> bool:
    """Whether rows are coming in at this moment."""
    return site.count("SELECT count(*) FROM pg_stat_progress_copy") > [0]


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """The first line of a command's output with a word in it."""
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe; for the type checker
    for line in process.stdout:
        if word in line:
            return line.strip()
    raise Broken(f"nothing was said about {word}")


@contextmanager
def opened(folder: Path) -> Iterator[Site]:
    """A site in a folder, and everything that it started ended again."""
    log = folder / "server.log"
    with EmbeddedPostgres(folder) as server, log.open("wb") as output:
        asyncio.run(prepare(server.dsn))
        with subprocess.Popen(
            [sys.executable, "-m", "finder", "serve", "--port", "0"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(server.dsn) | {"FINDER_LOG_FORMAT": "json"},
        ) as serving:
            try:
                wait_until(lambda: b'"serving"' in log.read_bytes() or serving.poll() is not None, "the server")
                events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
                address = next(event["address"] for event in events if event.get("event") == "serving")
                yield Site(server.dsn, folder, address)
            finally:
                serving.terminate()


def _lines() -> list[str]:
    return (SHIPPED / "postcodes.csv").read_text(encoding="utf-8").splitlines(keepends=True)


def main() -> int:
    """Run the drills that are named, or all; 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(description="Make things go wrong while data is loaded and while residents ask.")
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"of {', '.join(_every_drill())}; default: all")
    parser.add_argument("--times", type=int, default=50, help="how often the loader is killed (default: 50)")
    parser.add_argument("--short", action="store_true", help="shorter faults and fewer clients, as in the tests")
    given = parser.parse_args()
    if unknown := set(given.drills) - set(_every_drill()):
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    wanted = given.drills or _every_drill()
    failed = 0
    if of_loads := [each for each in wanted if each in DRILLS]:
        with tempfile.TemporaryDirectory(prefix="finder-faults-") as name, opened(Path(name)) as site:
            for each in of_loads:
                failed += not report(each, DRILLS[each](site, given.times))
    if of_serving := [each for each in wanted if each in SERVING_DRILLS]:
        with tempfile.TemporaryDirectory(prefix="finder-faults-") as name, EmbeddedPostgres(Path(name)) as server:
            asyncio.run(prepare(server.dsn))
            stage = Stage(server.dsn, Path(name), short=given.short)
            for each in of_serving:
                failed += not report(each, run_serving(SERVING_DRILLS[each], stage))
    for each in wanted:
        if each in faults_cluster.DRILLS:
            with tempfile.TemporaryDirectory(prefix="finder-faults-", ignore_cleanup_errors=True) as name:
                failed += not report(each, faults_cluster.DRILLS[each](Path(name)))
    return min(failed, 1)


def _every_drill() -> list[str]:
    return [*DRILLS, *SERVING_DRILLS, *faults_cluster.DRILLS]


def run_serving(run: ServingDrill, stage: Stage) -> Iterator[str]:
    """What a drill of the service says."""
    yield asyncio.run(run(stage))


def report(name: str, said_by_drill: Iterable[str]) -> bool:
    """Run a drill and print what it says; False where a promise did not hold."""
    began = time.monotonic()
    try:
        for said in said_by_drill:
            print(f"{name}: {said} [{time.monotonic() - began:.0f} s]", flush=True)
    except (*faults_cluster.FAILURES, TimeoutError) as broken:
        print(f"{name}: BROKEN: {broken!r}", file=sys.stderr, flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
