"""Measures loading the whole of Great Britain, compared with loading it without checks.

Works on an embedded PostgreSQL of its own. Ratios are medians of alternating runs on the same machine. Memory is the
highest resident set of a command and its children, without PostgreSQL. If others use the machine too, processor time,
PostgreSQL's included, says more than elapsed time.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import psutil

from finder.embedded import EmbeddedPostgres
from finder.embedded.server import find_wheel
from scripts.benchmarks.matching import compare_matching
from scripts.benchmarks.measured_commands import Run, finder, measured
from scripts.benchmarks.national_wards import write_national_wards
from scripts.benchmarks.publishing import measure_comparing, measure_publishing
from scripts.harness.demo_databases import new_demo_postgres
from scripts.harness.finder_commands import ROOT, own_environment

SHARED = ROOT.parent / "shared" / "data" / "postcodes" / "code-point-open-2025.2.zip"
PSQL = Path("pginstall18", "bin", "psql")
_FAREWELL = (
    0.2  # seconds that PostgreSQL's process has to end once the command has: until then it counts twice or never
)

TABLE = """
CREATE TABLE copied (postcode text COLLATE "C" NOT NULL, easting integer NOT NULL, northing integer NOT NULL,
    positional_quality smallint NOT NULL, district text NOT NULL, ward text NOT NULL, retired_on integer NOT NULL)
"""
PREPARE = (
    r"\copy (SELECT postcode, easting, northing, positional_quality, district, ward, retired_on "
    r"FROM postcode ORDER BY postcode) TO '{rows}' WITH (FORMAT csv)"
)
# The newest load stays: the next one is based on it, and it is matched and compared at the end.
CLEAR = (
    "DROP TABLE copied",
    "DELETE FROM postcode WHERE release < (SELECT max(number) FROM release)",
    "VACUUM postcode",
    "CHECKPOINT",
)
COPY = r"\copy copied FROM '{rows}' WITH (FORMAT csv, FORCE_NOT_NULL (district, ward))"


def main() -> None:
    """Measure and print."""
    options = _options()
    options.data_dir.mkdir(parents=True, exist_ok=True)
    wards = _national_wards(options)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(EmbeddedPostgres(folder / "great-britain"))
        environment = _environment(server.dsn)
        rows = _compare_loading(options, environment, folder, server)
        compare_matching(environment, wards, options.runs)
        measure_comparing(environment, wards, folder)
        rows.unlink()
        small = stack.enter_context(new_demo_postgres(folder / "west-midlands"))
        measure_publishing(_environment(small.dsn), folder, options.publications)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: scripts/bench --loading --runs 3")
    parser.add_argument("--zip", type=Path, default=SHARED, help="OS Code-Point Open as it is downloaded")
    parser.add_argument("--runs", type=int, default=5, help="alternating runs of each")
    parser.add_argument("--publications", type=int, default=7, help="publications timed until every worker has them")
    parser.add_argument("--data-dir", type=Path, default=Path(tempfile.gettempdir(), "finder-bench"), help="a cache")
    options = parser.parse_args()
    if not options.zip.is_file():
        sys.exit(f"{options.zip} is absent. Fetch OS Code-Point Open and name it with --zip.")
    return options


def _environment(dsn: str) -> dict[str, str]:
    return own_environment(dsn) | {"FINDER_LOG_FORMAT": "json"}


def _national_wards(options: argparse.Namespace) -> Path:
    """The wards of the country. They are built once, because that takes minutes."""
    path: Path = options.data_dir / "national-wards.geojson"
    if not path.exists():
        print(f"making {path}, once ...", flush=True)
        # In a process of its own, so that this one, whose memory is measured too, has not grown by it.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(write_national_wards, options.zip, path).result()
    return path


def _compare_loading(
    options: argparse.Namespace, environment: Mapping[str, str], folder: Path, server: EmbeddedPostgres
) -> Path:
    """Runs both ways alternately and leaves the last load in the database; returns the file of prepared rows."""
    print("\nCode-Point Open from the zip to staged with every check, and psql \\copy of the rows with ADD PRIMARY KEY")
    finder(environment, "migrate")
    psql = _psql(server)
    rows = folder / "rows.csv"
    loads, copies = [], []
    for number in range(1, options.runs + 1):
        # A file that is loaded already is not read again: each run is of another release.
        supplied = _again(options.zip, folder, number)
        loads.append(_with_server(server, lambda: finder(environment, "load", "postcodes", supplied)))  # noqa: B023
        supplied.unlink()
        if number == 1:
            psql(PREPARE.format(rows=rows))
        psql(TABLE)
        copy = (COPY.format(rows=rows), "ALTER TABLE copied ADD PRIMARY KEY (postcode)")
        copies.append(_with_server(server, lambda: psql(*copy)))  # noqa: B023
        psql(*CLEAR)
        print(f"run {number}: load {_shown(loads[-1])}, psql {_shown(copies[-1])}", flush=True)
    pairs = list(zip(loads, copies, strict=True))
    by_clock = statistics.median(load.seconds / copy.seconds for load, copy in pairs)
    by_processor = statistics.median(load.cpu_seconds / copy.cpu_seconds for load, copy in pairs)
    print(f"median ratio: {by_clock:.2f} by the clock (aim <= 3), {by_processor:.2f} by processor time")
    print(f"peak memory of the loader: {max(load.memory_mb for load in loads):.0f} MB")
    return rows


def _with_server(server: EmbeddedPostgres, work: Callable[[], Run]) -> Run:
    """Time and memory of a command, including the processor time of PostgreSQL for it."""
    before = _server_cpu(server)
    run = work()
    time.sleep(_FAREWELL)
    return replace(run, cpu_seconds=run.cpu_seconds + _server_cpu(server) - before)


def _server_cpu(server: EmbeddedPostgres) -> float:
    """Processor time of all processes of PostgreSQL, including those that have ended."""
    postmaster = psutil.Process(server.postmaster)
    times = [postmaster.cpu_times(), *(child.cpu_times() for child in postmaster.children())]
    ended = times[0].children_user + times[0].children_system
    return float(ended + sum(each.user + each.system for each in times))


def _shown(run: Run) -> str:
    return f"{run.seconds:.2f} s ({run.cpu_seconds:.2f} s of processor time)"


def _psql(server: EmbeddedPostgres) -> Callable[..., Run]:
    program = find_wheel() / PSQL

    def run(*statements: str) -> Run:
        commands = [part for statement in statements for part in ("-c", statement)]
        return measured([program, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", server.dsn, *commands], os.environ)

    return run


def _again(supplied: Path, folder: Path, number: int) -> Path:
    """The same zip with another fingerprint, because of a comment at its end."""
    path = folder / f"run-{number}.zip"
    shutil.copy(supplied, path)
    path.chmod(0o600)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = f"run {number}".encode()
    return path


if __name__ == "__main__":
    main()
