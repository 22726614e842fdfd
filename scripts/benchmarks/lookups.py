"""Measures answers over HTTP as a ratio to a bare aiohttp handler with a body of the same size.

Both servers are pinned to one core, wrk to another; two workers have both cores, and share them with wrk. Rounds
alternate: ours, bare, and bare again as the control that shows how noisy the machine is. Ours has the default
production settings. The p99 is measured at half of the highest rate of ours, for both.
"""

import argparse
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from finder.settings import Settings
from scripts.benchmarks.comparison import Comparison, Requests, beside_bare
from scripts.benchmarks.wrk import require_wrk
from scripts.harness.demo_databases import kept_demo_database
from scripts.harness.finder_commands import own_environment
from scripts.harness.sample_postcodes import sample_postcodes
from scripts.harness.servers import RunningServer

A_LOOKUP = "/api/v1/postcodes/B24QA"
TEAM_PAGE = "/teams/ladywood"


def main() -> None:
    """Measure and print."""
    options = _options()
    require_wrk()
    with tempfile.TemporaryDirectory() as folder, kept_demo_database(options.data_dir) as dsn:
        bench = Bench(Path(folder), dsn, options)
        bench.one_worker()
        bench.two_workers()
        bench.all_logged()
        bench.without_fast_path()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: scripts/bench --pairs 10 --seconds 4")
    parser.add_argument("--pairs", type=int, default=10, help="rounds of ours, bare and control")
    parser.add_argument("--seconds", type=int, default=3, help="length of a round")
    parser.add_argument("--postcodes", type=int, default=5000, help="how many random postcodes are looked up")
    parser.add_argument("--data-dir", type=Path, default=Settings().data_dir, help="folder of the embedded database")
    return parser.parse_args()


class Bench:
    """Runs the comparisons one after the other."""

    def __init__(self, folder: Path, dsn: str, options: argparse.Namespace) -> None:
        self._folder = folder
        self._environment = own_environment(dsn)
        self._options = options

    def one_worker(self) -> None:
        """Every kind of answer, and the time of the slowest at half load."""
        with beside_bare(self._environment, A_LOOKUP, TEAM_PAGE) as (ours, bare):
            print(f"finder serve to /readyz: {ours.ready_seconds:.2f} s; memory then {ours.memory_mb():.0f} MB")
            comparison = self._comparison(ours, bare)
            postcodes, *others = _requests(ours, self._options.postcodes)
            peak = statistics.median(each.per_second for each in comparison.compare(postcodes)["ours"])
            for each in others:
                comparison.compare(each)
            comparison.compare_slowest(postcodes, peak)
            print(f"\nmemory at the end {ours.memory_mb():.0f} MB")

    def two_workers(self) -> None:
        """Postcodes with two workers each, which share the cores with wrk."""
        with beside_bare(self._environment, A_LOOKUP, TEAM_PAGE, workers=2, pinned=False) as (ours, bare):
            postcodes, *_ = _requests(ours, self._options.postcodes)
            self._comparison(ours, bare).compare(replace(postcodes, name=f"{postcodes.name}, two workers"))

    def all_logged(self) -> None:
        """Postcodes with a log line for every request, which the default settings have for one in a thousand."""
        with beside_bare(self._environment | {"FINDER_LOG_SAMPLE": "1"}, A_LOOKUP, TEAM_PAGE) as (ours, bare):
            postcodes, *_ = _requests(ours, self._options.postcodes)
            self._comparison(ours, bare).compare(replace(postcodes, name=f"{postcodes.name}, every request logged"))

    def without_fast_path(self) -> None:
        """Postcodes that all go the usual way through aiohttp."""
        with beside_bare(self._environment | {"FINDER_FAST_PATH": "off"}, A_LOOKUP, TEAM_PAGE) as (ours, bare):
            postcodes, *_ = _requests(ours, self._options.postcodes)
            self._comparison(ours, bare).compare(replace(postcodes, name=f"{postcodes.name}, FINDER_FAST_PATH=off"))

    def _comparison(self, ours: RunningServer, bare: RunningServer) -> Comparison:
        return Comparison(ours, bare, self._folder, self._options.pairs, self._options.seconds)


def _requests(ours: RunningServer, count: int) -> list[Requests]:
    """Random postcodes of the force, in several spellings and as points; a team's page. The same in every run."""
    homes = sample_postcodes(count)
    paths = [f"/api/v1/postcodes/{home.postcode}" for home in homes]
    encoded = [f"{path[:-3]}%20{path[-3:]}" for path in paths]
    lower = [f"/api/v1/postcodes/{home.postcode.lower()}" for home in homes]
    held = [f"{path} {ours.entity_tag(path)}" for path in paths[:500]]
    return [
        Requests("GET /api/v1/postcodes/{postcode}", paths),
        Requests("GET /api/v1/postcodes/{postcode}, spelled B2%204QA", encoded),
        Requests("GET /api/v1/postcodes/{postcode}, spelled b24qa", lower),
        Requests("GET /api/v1/postcodes/{postcode}, 304 to who has it", held),
        Requests("GET /api/v1/points", [f"/api/v1/points?lat={home.latitude}&lon={home.longitude}" for home in homes]),
        Requests("GET /teams/{id}", [TEAM_PAGE]),
    ]


if __name__ == "__main__":
    main()
