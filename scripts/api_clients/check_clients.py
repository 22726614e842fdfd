"""The command of `scripts/check-clients`: lints the API's description, and generates, compiles and uses its clients.

It says of each linter and each client whether it passed, and in the tool's own words why not.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from finder.api.openapi import document
from finder.api.operation_table import DOCUMENTED
from scripts.api_clients.clients import CLIENTS, LINTERS, Client, write_document
from scripts.api_clients.tools import ToolError, install, run
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.servers import RunningServer, running_service

_PROCESSORS: Final = 2
_OPERATIONS: Final = {(each.method.upper(), each.path): each.id for each in DOCUMENTED}


class Outcome(NamedTuple):
    """What a tool did; `words` is empty if it succeeded."""

    name: str
    done: str
    words: str
    seconds: float


def main() -> int:
    """Check the named linters and clients, or all; returns 1 if any failed."""
    known = (*LINTERS, *(client.name for client in CLIENTS))
    parser = argparse.ArgumentParser(prog="scripts/check-clients", description="Try other people's tools on the API.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; default: all")
    names = parser.parse_args().names or known
    if unknown := set(names) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    install()
    write_document(msgspec.json.encode(document()))
    outcomes = [*_lint([name for name in LINTERS if name in names])]
    outcomes += _try_clients([each for each in CLIENTS if each.name in names])
    failed = [each.name for each in outcomes if each.words]
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed: {', '.join(failed) or 'none'}")
    return min(len(failed), 1)


def _lint(linters: Sequence[str]) -> Iterator[Outcome]:
    return (_report(name, "linted", partial(run, LINTERS[name])) for name in linters)


def _try_clients(clients: Sequence[Client]) -> Iterator[Outcome]:
    """Build while the service starts, one client on each processor; then use them one after the other."""
    if not clients:
        return
    with ThreadPoolExecutor(max_workers=_PROCESSORS) as pool:
        built = [pool.submit(_report, each.name, "compiled", partial(_build, each)) for each in clients]
        with _service() as service:
            for client, building in zip(clients, built, strict=True):
                outcome = building.result()
                yield outcome if outcome.words else _report(client.name, "used", partial(_use, client, service))


def _build(client: Client) -> None:
    client.generate()
    client.compile()


@contextmanager
def _service() -> Iterator[RunningServer]:
    """The service on the data that ships. It logs every request."""
    with (
        tempfile.TemporaryDirectory(prefix="finder-clients-") as folder,
        new_demo_postgres(Path(folder), quiet=True) as postgres,
        running_service(postgres.dsn, Path(folder), FINDER_LOG_SAMPLE="1") as service,
    ):
        yield service


def _use(client: Client, service: RunningServer) -> None:
    """Use a client. Raises ToolError unless each operation was called and answered with 200."""
    before = len(service.events("request"))
    client.use(service.address)
    answered = {
        _OPERATIONS.get((str(event["method"]), str(event["route"])))
        for event in service.events("request")[before:]
        if event["status"] == HTTPStatus.OK
    }
    if missing := set(_OPERATIONS.values()) - answered:
        raise ToolError(f"not called, or not answered with 200: {', '.join(sorted(missing))}")


def _report(name: str, done: str, check: Callable[[], object]) -> Outcome:
    """Run a check and print how it went."""
    started, words = time.monotonic(), ""
    try:
        check()
    except ToolError as error:
        words = str(error)
    outcome = Outcome(name, done, words, time.monotonic() - started)
    result = "FAILED" if words else done
    print(f"{name}: {result}, {outcome.seconds:.0f} s", *words.splitlines(), sep="\n    ", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
