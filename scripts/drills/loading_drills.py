"""Drills of loads: something is killed or refused meanwhile, and nothing is lost, half-loaded or answered otherwise.

A drill is a function with `@drill`. It gets a Site, which is a database of its own with the data that ships and a
server that answers from it, and says what it saw; it raises Broken where a promise does not hold.
"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from finder.embedded import EmbeddedPostgres
from scripts.drills.loading_site import TABLES, LoadingSite
from scripts.drills.stage import find_postmaster
from scripts.harness.client_load import BrokenPromiseError
from scripts.harness.finder_commands import start_finder
from scripts.harness.waiting import TIMEOUT_SECONDS, wait_until

_COUNT_SESSIONS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'finder'"  # that of the server is one
)
_LAST_ROW: Final = ("release_source", "NEW.part = 'postcodes'")
"""The row that comes last in a load of postcodes, after all of theirs: its table and its mark."""

_COUNT_TORN: Final = """
SELECT count(*) FROM ground WHERE sha256 IS DISTINCT FROM (
    SELECT sha256(string_agg(piece, '' ORDER BY position)) FROM ground_piece WHERE ground = number)
"""

Drill = Callable[[LoadingSite, int], Iterator[str]]
LOADING_DRILLS: Final[dict[str, Drill]] = {}


def drill(function: Drill) -> Drill:
    """Put a drill on the list, under its name with dashes."""
    LOADING_DRILLS[function.__name__.replace("_", "-")] = function
    return function


@contextmanager
def unchanged(site: LoadingSite) -> Iterator[None]:
    """Raise Broken unless answers and record are afterwards what they were."""
    answers, record = site.answers(), site.count_rows()
    yield
    if site.answers() != answers:
        raise BrokenPromiseError("residents are told something else than before")
    if site.count_rows() != record:
        raise BrokenPromiseError("the load left rows behind")


@drill
def kill_loader(site: LoadingSite, times: int) -> Iterator[str]:
    """The loader is killed (SIGKILL) at random moments: its release is whole or not there; the next load is clean."""
    began = time.monotonic()
    require_success(site.run("load", "postcodes", site.file, "--check"))
    seconds = time.monotonic() - began
    outcomes = [kill_one(site, random.uniform(0.0, seconds)) for _ in range(times)]  # noqa: S311 - any moment will do
    if not any(outcomes):
        raise BrokenPromiseError("no load was killed before it was done")
    require_success(site.run("load", "postcodes", site.file, "--check"))
    yield f"{sum(outcomes)} of {times} loads killed before they were done, within {seconds:.1f} s; nothing was left"


def kill_one(site: LoadingSite, after: float) -> bool:
    """Kill a load after so many seconds; whether that was before it was done."""
    answers, before = site.answers(), site.count_rows()
    kill(site, ("load", "postcodes", site.file), after)
    if site.answers() != answers:
        raise BrokenPromiseError("residents are told something else than before")
    added = [now - then for now, then in zip(site.count_rows(), before, strict=True)]
    if any(added) and added != site.rows_of_a_release:
        raise BrokenPromiseError(f"the load left half of itself behind: {added}")
    site.shorten()
    return not any(added)


@drill
def kill_publisher(site: LoadingSite, times: int) -> Iterator[str]:
    """Who publishes is killed (SIGKILL) at random moments: a publication has all of its ground or is not there."""
    began = time.monotonic()
    require_success(site.run(*publishing(site)))
    seconds = time.monotonic() - began
    made = sum(publish_and_kill(site, random.uniform(0.0, seconds)) for _ in range(times))  # noqa: S311 - any will do
    if made == times:
        raise BrokenPromiseError("nobody was killed before the publication was made")
    times, made = times + 1, made + publish_and_kill(site)  # and at the one moment that chance hits seldom
    require_success(site.run(*publishing(site)))
    site.shorten()
    yield f"{times - made} of {times} killed before the publication was made, within {seconds:.1f} s; none is half made"


def publish_and_kill(site: LoadingSite, after: float | None = None) -> bool:
    """Kill who publishes after so many seconds, or with the publication in and not committed; whether it was made."""
    site.shorten()
    answers, before = answers_without_releases(site), site.count_rows()
    if after is None:
        kill_paused(site, publishing(site), "publication")
    else:
        kill(site, publishing(site), after)
    if answers_without_releases(site) != answers:
        raise BrokenPromiseError("residents are told something else than before")
    added = dict(zip(TABLES, (now - then for now, then in zip(site.count_rows(), before, strict=True)), strict=True))
    pieces, made = added.pop("ground_piece"), added["publication"]
    staged = dict(zip(TABLES, site.rows_of_a_release, strict=True)) if added["release"] else {}
    # The ground of two releases is kept before the publication that uses it, in a transaction of its own.
    ground = added["ground"] if added["release"] and not made else made
    expected = {name: staged.get(name, 0) for name in added} | {"publication": made, "ground": ground}
    if added != expected or bool(pieces) != bool(ground) or site.query_numbers(_COUNT_TORN) != [0]:
        raise BrokenPromiseError(f"half of it was left behind: {added}, {pieces} pieces of ground")
    return bool(made)


def publishing(site: LoadingSite) -> tuple[str | Path, ...]:
    """The command that loads the file of postcodes and publishes it."""
    return ("load", "postcodes", site.file, "--publish", "--accept-warnings")


def answers_without_releases(site: LoadingSite) -> Mapping[str, object]:
    """What residents are told, but for the releases that it came from."""
    return {key: {**answer, "releases": None} for key, answer in site.answers().items() if isinstance(answer, dict)}


def kill(site: LoadingSite, command: Iterable[str | Path], after: float) -> None:
    """Kill a command after so many seconds, and wait until PostgreSQL has cleared up after it."""
    with start_finder(site.dsn, *command) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=after)
        process.kill()
        process.communicate()
    wait_until_rolled_back(site)


def kill_paused(site: LoadingSite, command: Iterable[str | Path], table: str) -> None:
    """Kill a command once its rows of a table are in, before they are committed."""
    with ExitStack() as stack, site.paused(table) as held:
        process = stack.enter_context(start_finder(site.dsn, *command))
        wait_until_paused(process, held)
        process.kill()
        process.communicate()
    wait_until_rolled_back(site)
    site.remove_pause()


def wait_until_rolled_back(site: LoadingSite) -> None:
    """Wait until PostgreSQL has taken back what a killed command had begun."""
    wait_until(lambda: site.query_numbers(_COUNT_SESSIONS) <= [1], "PostgreSQL to clear up after what was killed")


@drill
def kill_postgres(site: LoadingSite, _times: int) -> Iterator[str]:
    """PostgreSQL is killed (SIGKILL) in the middle of a load; workers go on answering, and it comes back whole."""
    answers, record = site.answers(), site.count_rows()
    with ExitStack() as stack, site.paused(*_LAST_ROW) as held:  # what is held is let go before its end is awaited
        process = stack.enter_context(start_finder(site.dsn, "load", "postcodes", site.file))
        wait_until_paused(process, held)
        os.kill(find_postmaster(site.dsn), signal.SIGKILL)
        said, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        answers_meanwhile = site.answers()
    with EmbeddedPostgres(site.folder):
        site.remove_pause()
        if process.returncode != 1 or "Traceback" in said:
            raise BrokenPromiseError(f"the loader ended with {process.returncode} and said: {said[-500:]}")
        if answers_meanwhile != answers:
            raise BrokenPromiseError("workers stopped answering as before")
        if site.count_rows() != record:
            raise BrokenPromiseError("the load left rows behind")
        require_success(site.run("load", "postcodes", site.file, "--check"))
    yield f"the loader said: {said.strip().splitlines()[-1]}"


@drill
def two_loaders(site: LoadingSite, _times: int) -> Iterator[str]:
    """Two loads of a kind at once: one waits, says so, and both come to their end; a surgery is changed meanwhile."""
    load = ("load", "postcodes", site.file)
    with ExitStack() as stack:
        with site.paused(*_LAST_ROW) as held:
            first = stack.enter_context(start_finder(site.dsn, *load))
            wait_until_paused(first, held)
            second = stack.enter_context(start_finder(site.dsn, *load))
            said = read_until(second, "waiting")
            require_success(site.run("surgery", "cancel", site.find_surgery()))
        first.communicate(timeout=TIMEOUT_SECONDS)
        second.communicate(timeout=TIMEOUT_SECONDS)
    site.remove_pause()
    if (first.returncode, second.returncode) != (0, 0):
        raise BrokenPromiseError(f"the loads ended with {first.returncode} and {second.returncode}")
    yield f"the second said: {said}"


@drill
def read_only(site: LoadingSite, _times: int) -> Iterator[str]:
    """The database takes no writes: a load is refused with a sentence."""
    site.execute("ALTER DATABASE finder SET default_transaction_read_only = on")
    try:
        with unchanged(site):
            yield load_refused(site)
    finally:
        site.execute("BEGIN READ WRITE; ALTER DATABASE finder RESET default_transaction_read_only; COMMIT")


@drill
def disk_full(site: LoadingSite, _times: int) -> Iterator[str]:
    """PostgreSQL reports a full disk with all but the last rows in (a trigger does, with the same code): a sentence."""
    site.execute(
        "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = "
        "'disk_full', MESSAGE = 'could not extend file: No space left on device'; END $$; "
        f"CREATE TRIGGER no_space AFTER INSERT ON {_LAST_ROW[0]} FOR EACH STATEMENT EXECUTE FUNCTION no_space()"
    )
    try:
        with unchanged(site):
            yield load_refused(site)
    finally:
        site.execute("DROP FUNCTION no_space() CASCADE")


def load_refused(site: LoadingSite) -> str:
    """The sentence with which a load is refused."""
    code, said = site.run("load", "postcodes", site.file)
    if code != 1 or "Traceback" in said:
        raise BrokenPromiseError(f"the loader ended with {code} and said: {said[-500:]}")
    return f"the loader said: {said.strip().splitlines()[-1]}"


def require_success(outcome: tuple[int, str]) -> None:
    """Raise Broken unless a command came to its good end."""
    code, said = outcome
    if code:
        raise BrokenPromiseError(f"a clean load ended with {code}: {said[-500:]}")


def wait_until_paused(process: subprocess.Popen[str], held: Callable[[], bool]) -> None:
    """Wait until a load is held in its middle; one that ended before is a drill that would prove nothing."""
    wait_until(lambda: process.poll() is not None or held(), "the load to be under way")
    if process.poll() is not None:
        said, _ = process.communicate()
        raise BrokenPromiseError(
            f"the load ended with {process.returncode} before anything could happen to it: {said[-500:]}"
        )


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """The first line of a command's output with a word in it."""
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe; for the type checker
    for line in process.stdout:
        if word in line:
            return line.strip()
    raise BrokenPromiseError(f"nothing was said about {word}")
