"""Drills in which a command is killed at any moment: its work is complete or not there, and nothing is left over."""

import random
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from scripts.drills.loading_drills import require_success, wait_until_paused
from scripts.drills.loading_site import TABLES, LoadingSite
from scripts.harness.client_load import BrokenPromiseError
from scripts.harness.finder_commands import start_finder
from scripts.harness.waiting import wait_until

_COUNT_SESSIONS: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'finder'"
_SERVER_SESSIONS: Final = 1
_COUNT_TORN_INDEXES: Final = """
SELECT count(*) FROM ground WHERE sha256 IS DISTINCT FROM (
    SELECT sha256(string_agg(piece, '' ORDER BY position)) FROM ground_piece WHERE ground = number)
"""

Command = tuple[str | Path, ...]


def kill_loader(site: LoadingSite, times: int) -> Iterator[str]:
    """The loader is killed (SIGKILL) at random moments; the next load is clean."""
    seconds = _time_success(site, ("load", "postcodes", site.file, "--check"))
    killed = sum(_kill_load(site, after) for after in _moments(seconds, times))
    if not killed:
        raise BrokenPromiseError("no load was killed before it was done")
    require_success(site.run("load", "postcodes", site.file, "--check"))
    yield f"{killed} of {times} loads killed before they were done, within {seconds:.1f} s; nothing was left"


def _kill_load(site: LoadingSite, after: float) -> bool:
    """Kill a load after so many seconds; returns whether it was killed before it was done."""
    answers, before = site.answers(), site.count_rows()
    _kill(site, ("load", "postcodes", site.file), after)
    if site.answers() != answers:
        raise BrokenPromiseError("the answers to residents changed")
    added = [now - then for now, then in zip(site.count_rows(), before, strict=True)]
    if any(added) and added != site.rows_of_a_release:
        raise BrokenPromiseError(f"the load left half of itself behind: {added}")
    site.shorten()
    return not any(added)


def kill_publisher(site: LoadingSite, times: int) -> Iterator[str]:
    """`load --publish` is killed (SIGKILL) at random moments: a publication has its whole matched index."""
    seconds = _time_success(site, _publishing_command(site))
    made = sum(_kill_publication(site, after) for after in _moments(seconds, times))
    if made == times:
        raise BrokenPromiseError("no command was killed before the publication was made")
    # And once at the moment that chance seldom hits.
    times, made = times + 1, made + _kill_publication(site)
    require_success(site.run(*_publishing_command(site)))
    site.shorten()
    yield f"{times - made} of {times} killed before the publication was made, within {seconds:.1f} s; none is half made"


def _kill_publication(site: LoadingSite, after: float | None = None) -> bool:
    """Kill `load --publish` after so many seconds, or just before its commit; returns whether it published."""
    site.shorten()
    answers, before = _answers_without_releases(site), site.count_rows()
    if after is None:
        _kill_before_commit(site, _publishing_command(site), "publication")
    else:
        _kill(site, _publishing_command(site), after)
    if _answers_without_releases(site) != answers:
        raise BrokenPromiseError("the answers to residents changed")
    added = dict(zip(TABLES, (now - then for now, then in zip(site.count_rows(), before, strict=True)), strict=True))
    pieces, made = added.pop("ground_piece"), added["publication"]
    staged = dict(zip(TABLES, site.rows_of_a_release, strict=True)) if added["release"] else {}
    # The matched index is stored in a transaction of its own, before the publication that uses it.
    indexes = added["ground"] if added["release"] and not made else made
    expected = {name: staged.get(name, 0) for name in added} | {"publication": made, "ground": indexes}
    if added != expected or bool(pieces) != bool(indexes) or site.query_numbers(_COUNT_TORN_INDEXES) != [0]:
        raise BrokenPromiseError(f"half of it was left behind: {added}, {pieces} pieces of a matched index")
    return bool(made)


def _publishing_command(site: LoadingSite) -> Command:
    return ("load", "postcodes", site.file, "--publish", "--accept-warnings")


def _moments(seconds: float, times: int) -> list[float]:
    """A random moment in each of so many equal parts of a time, so that few of them are early and late too."""
    return [seconds * (part + random.random()) / times for part in range(times)]  # noqa: S311 - not a secret


def _time_success(site: LoadingSite, command: Command) -> float:
    """Run a command that must succeed; returns the seconds that it took."""
    began = time.monotonic()
    require_success(site.run(*command))
    return time.monotonic() - began


def _answers_without_releases(site: LoadingSite) -> Mapping[str, object]:
    return {key: {**answer, "releases": None} for key, answer in site.answers().items() if isinstance(answer, dict)}


def _kill(site: LoadingSite, command: Iterable[str | Path], after: float) -> None:
    """Kill a command after so many seconds, and wait until PostgreSQL has rolled back its transaction."""
    with start_finder(site.dsn, *command) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=after)
        process.kill()
        process.communicate()
    _wait_until_rolled_back(site)


def _kill_before_commit(site: LoadingSite, command: Iterable[str | Path], table: str) -> None:
    """Kill a command when it has inserted its rows of a table and not committed them."""
    with ExitStack() as stack, site.paused(table) as is_paused:
        process = stack.enter_context(start_finder(site.dsn, *command))
        wait_until_paused(process, is_paused)
        process.kill()
        process.communicate()
    _wait_until_rolled_back(site)
    site.remove_pause()


def _wait_until_rolled_back(site: LoadingSite) -> None:
    wait_until(
        lambda: site.query_numbers(_COUNT_SESSIONS) <= [_SERVER_SESSIONS],
        "PostgreSQL to roll back what was killed",
    )


KILLED_COMMAND_DRILLS: Final = {"kill-loader": kill_loader, "kill-publisher": kill_publisher}
