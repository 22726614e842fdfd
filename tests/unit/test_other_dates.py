"""The runs of the tests at other dates: which moment it is then, whose clock shows it, and what the table says."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from scripts.other_dates.environment import environment_at
from scripts.other_dates.moments import MOMENTS, SHORT_MOMENTS, Moment
from scripts.other_dates.pytest_run import Outcome, read_outcome
from scripts.other_dates.run_tests import table_line

_RESULTS: Final = """\
<testsuites><testsuite tests="4" failures="1" errors="1" skipped="1">
<testcase classname="tests.unit.test_a" name="test_one"/>
<testcase classname="tests.unit.test_a" name="test_two"><failure message="no"/></testcase>
<testcase classname="tests.unit.test_b" name="test_three"><error message="no"/></testcase>
<testcase classname="tests.unit.test_b" name="test_four"><skipped/></testcase>
</testsuite></testsuites>
"""


@pytest.mark.parametrize(
    ("local_time", "utc"),
    [
        ("2026-10-25 01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2027-07-15 00:30", datetime(2027, 7, 14, 23, 30, tzinfo=UTC)),
        ("2028-02-29 12:00", datetime(2028, 2, 29, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_is_one_on_the_clocks_of_london(local_time: str, utc: datetime) -> None:
    assert Moment(local_time, "a test").instant == utc


def test_the_short_form_takes_moments_from_the_list() -> None:
    assert len(MOMENTS) == 12
    assert len(SHORT_MOMENTS) == 1
    assert set(SHORT_MOMENTS) < set(MOMENTS)


@pytest.mark.skipif("FAKETIME" in os.environ, reason="the clock is another already")
@pytest.mark.skipif(shutil.which("faketime") is None, reason="no faketime here: apt-get install faketime")
def test_a_process_sees_the_moment_and_can_sleep() -> None:
    program = "import time, datetime; time.sleep(0.01); print(datetime.date.today())"

    environment = environment_at(datetime(2028, 2, 29, 12, tzinfo=UTC))
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout == "2028-02-29\n"


def test_the_outcome_is_what_pytest_wrote(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(_RESULTS)

    outcome = read_outcome(results, 1)

    failed = ["tests/unit/test_a.py::test_two", "tests/unit/test_b.py::test_three"]
    assert outcome == Outcome(passed=1, skipped=1, failed=failed, code=1)


def test_a_run_that_ends_early_is_not_taken_for_one_that_passed(tmp_path: Path) -> None:
    outcome = read_outcome(tmp_path / "missing.xml", 4)

    line = table_line(Moment("2028-02-29 12:00", "29 February"), outcome, 3.0)

    assert line == "2028-02-29 12:00      0 passed    0 failed    0 skipped     3 s  29 February  pytest ended with 4"
