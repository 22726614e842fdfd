"""Drills of loads while PostgreSQL dies, takes no writes or has a full disk, and of two loads at once.

A drill gets a LoadingSite, yields what it observed, and raises BrokenPromiseError if a promise does not hold.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from finder.embedded import EmbeddedPostgres
from scripts.drills.drill_database import find_postmaster
from scripts.drills.loading_site import LoadingSite
from scripts.harness.client_load import BrokenPromiseError
from scripts.harness.finder_commands import start_finder
from scripts.harness.waiting import TIMEOUT_SECONDS, wait_until

_LAST_ROW: Final = ("release_source", "NEW.part = 'postcodes'")
"""The last row that a load of postcodes inserts: its table, and the condition that recognises it."""


@contextmanager
def _unchanged(site: LoadingSite) -> Iterator[None]:
    """Raise BrokenPromiseError unless answers and row counts are the same after the block."""
    answers, rows = site.answers(), site.count_rows()
    yield
    if site.answers() != answers:
        raise BrokenPromiseError("the answers to residents changed")
    if site.count_rows() != rows:
        raise BrokenPromiseError("the load left rows behind")


def kill_postgres(site: LoadingSite, _times: int) -> Iterator[str]:
    """PostgreSQL is killed (SIGKILL) in the middle of a load; workers continue to answer, and no row is left behind."""
    answers, rows = site.answers(), site.count_rows()
    with ExitStack() as stack, site.paused(*_LAST_ROW) as is_paused:  # released before the stack waits for the process
        process = stack.enter_context(start_finder(site.dsn, "load", "postcodes", site.file))
        wait_until_paused(process, is_paused)
        os.kill(find_postmaster(site.dsn), signal.SIGKILL)
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        answers_meanwhile = site.answers()
    with EmbeddedPostgres(site.folder):
        site.remove_pause()
        if process.returncode != 1 or "Traceback" in output:
            raise BrokenPromiseError(f"the loader ended with {process.returncode} and printed: {output[-500:]}")
        if answers_meanwhile != answers:
            raise BrokenPromiseError("workers stopped answering as before")
        if site.count_rows() != rows:
            raise BrokenPromiseError("the load left rows behind")
        require_success(site.run("load", "postcodes", site.file, "--check"))
    yield f"the loader said: {output.strip().splitlines()[-1]}"


def two_loaders(site: LoadingSite, _times: int) -> Iterator[str]:
    """Two loads of a kind at once: the second waits, says so, and both succeed; a surgery can be changed meanwhile."""
    load = ("load", "postcodes", site.file)
    with ExitStack() as stack:
        with site.paused(*_LAST_ROW) as is_paused:
            first = stack.enter_context(start_finder(site.dsn, *load))
            wait_until_paused(first, is_paused)
            second = stack.enter_context(start_finder(site.dsn, *load))
            line = _find_line(second, "waiting")
            require_success(site.run("surgery", "cancel", site.find_surgery()))
        first.communicate(timeout=TIMEOUT_SECONDS)
        second.communicate(timeout=TIMEOUT_SECONDS)
    site.remove_pause()
    if (first.returncode, second.returncode) != (0, 0):
        raise BrokenPromiseError(f"the loads ended with {first.returncode} and {second.returncode}")
    yield f"the second said: {line}"


def read_only(site: LoadingSite, _times: int) -> Iterator[str]:
    """The database accepts no writes: the load is refused with a sentence."""
    site.execute("ALTER DATABASE finder SET default_transaction_read_only = on")
    try:
        with _unchanged(site):
            yield _require_refused_load(site)
    finally:
        site.execute("BEGIN READ WRITE; ALTER DATABASE finder RESET default_transaction_read_only; COMMIT")


def disk_full(site: LoadingSite, _times: int) -> Iterator[str]:
    """The disk is full at the last row (a trigger raises the same error code): the load is refused with a sentence."""
    site.execute(
        "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = "
        "'disk_full', MESSAGE = 'could not extend file: No space left on device'; END $$; "
        f"CREATE TRIGGER no_space AFTER INSERT ON {_LAST_ROW[0]} FOR EACH STATEMENT EXECUTE FUNCTION no_space()"
    )
    try:
        with _unchanged(site):
            yield _require_refused_load(site)
    finally:
        site.execute("DROP FUNCTION no_space() CASCADE")


def _require_refused_load(site: LoadingSite) -> str:
    """Load the file, which must be refused; returns the sentence."""
    code, output = site.run("load", "postcodes", site.file)
    if code != 1 or "Traceback" in output:
        raise BrokenPromiseError(f"the loader ended with {code} and printed: {output[-500:]}")
    return f"the loader said: {output.strip().splitlines()[-1]}"


def require_success(outcome: tuple[int, str]) -> None:
    """Raise BrokenPromiseError unless a command ended with 0."""
    code, output = outcome
    if code:
        raise BrokenPromiseError(f"a load ended with {code}: {output[-500:]}")


def wait_until_paused(process: subprocess.Popen[str], is_paused: Callable[[], bool]) -> None:
    """Wait until a command is paused; raises BrokenPromiseError if it ends first, as the drill would prove nothing."""
    wait_until(lambda: process.poll() is not None or is_paused(), "the load to be under way")
    if process.poll() is not None:
        output, _ = process.communicate()
        raise BrokenPromiseError(
            f"the load ended with {process.returncode} before anything could happen to it: {output[-500:]}"
        )


def _find_line(process: subprocess.Popen[str], word: str) -> str:
    """The first line with a word in a command's output."""
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe; for the type checker
    for line in process.stdout:
        if word in line:
            return line.strip()
    raise BrokenPromiseError(f"the command printed no line with {word!r}")


LOADING_DRILLS: Final = {
    "kill-postgres": kill_postgres,
    "two-loaders": two_loaders,
    "read-only": read_only,
    "disk-full": disk_full,
}
