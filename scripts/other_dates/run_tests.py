"""The command of `scripts/test-dates`: runs tests at each moment and prints a line for each."""

import argparse
import sys
import time
from typing import Final

from scripts.other_dates.environment import find_faketime
from scripts.other_dates.moments import MOMENTS, SHORT_MOMENTS, Moment
from scripts.other_dates.pytest_run import Outcome, run_pytest_at

_TESTS: Final = ("tests/unit", "tests/properties", "tests/http", "tests/storage")
_SHORT_TESTS: Final = (
    "tests/unit/test_surgery.py",
    "tests/unit/test_stale_details.py",
    "tests/unit/test_directory_templates.py",
    "tests/unit/test_directory_checks.py",
    "tests/http/test_calendar.py",
    "tests/http/test_pages.py",
    "tests/http/test_teams_api.py",
    "tests/http/test_police_uk.py::test_a_cancelled_surgery_is_marked_as_cancelled",
)


def main() -> int:
    """Run the tests at each moment; 1 where any failed."""
    given, arguments = _parser().parse_known_args()
    find_faketime()
    moments = [Moment(each, "as given") for each in given.date or ()] or (SHORT_MOMENTS if given.short else MOMENTS)
    tests = arguments or (_SHORT_TESTS if given.short else _TESTS)
    bad = 0
    for moment in moments:
        started = time.monotonic()
        outcome = run_pytest_at(moment, tests)
        bad += outcome.code != 0
        print(table_line(moment, outcome, time.monotonic() - started), *outcome.failed, sep="\n    ", flush=True)
    return min(bad, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/test-dates",
        description=f"Run tests with the clock at {len(MOMENTS)} moments, and say how many passed at each.",
        epilog=f"Other arguments go to pytest. Without any it runs {' '.join(_TESTS)}.",
    )
    parser.add_argument("--date", action="append", help="only at this moment, in London's time; may be repeated")
    parser.add_argument("--short", action="store_true", help="what CI runs: one of the moments, the tests of dates")
    return parser


def table_line(moment: Moment, outcome: Outcome, seconds: float) -> str:
    """The line of one moment in the table that the command prints."""
    counts = f"{outcome.passed:5,} passed {len(outcome.failed):4,} failed {outcome.skipped:4,} skipped"
    broken = "" if outcome.code in {0, 1} else f"  pytest ended with {outcome.code}"
    return f"{moment.local_time}  {counts} {seconds:5.0f} s  {moment.why}{broken}"


if __name__ == "__main__":
    sys.exit(main())
