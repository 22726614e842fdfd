"""Loads of many surgeries take time in proportion to their rows, whatever their rules. CPU time, by a wide margin."""

import csv
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from finder.directory_files.read_directory_file import read_part
from finder.domain.directory import Directory
from finder.domain.release import Part
from finder.services.loading.directory_checks.check_context import CheckContext
from finder.services.loading.directory_checks.check_directory import check_directory
from finder.services.loading.directory_checks.row_locations import RowLocations
from finder.services.loading.merge_directory import Replacement, merge
from geodata.check_report import Report
from geodata.police_forces import PoliceForces
from tests.support.builders import make_record, wall

ROWS: Final = 1_500
LONGEST_S: Final = 3.0
HEADING: Final = ("id", "team_id", "title", "starts_at", "ends_at", "recurrence", "venue_name", "occurrence", "status")


def series(start: str, rule: str) -> list[tuple[str, ...]]:
    return [(f"s{n}", "ladywood", "Tea", f"{start} 18:00", f"{start} 19:00", rule, "Hall", "", "") for n in range(ROWS)]


def changes_of_one_series() -> list[tuple[str, ...]]:
    days = (date(2020, 1, 1) + timedelta(days=n) for n in range(ROWS))
    return [series("2020-01-01", "daily")[0], *(("s0", *[""] * 6, f"{day} 18:00", "cancelled") for day in days)]


def exceptions_of_one_series() -> list[tuple[str, ...]]:
    days = ", ".join(f"{date(2020, 1, 2) + timedelta(days=n)}" for n in range(ROWS))
    return series("2020-01-01", f"daily; except {days}")[:1]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(series("2000-12-01", "FREQ=DAILY")[:300], id="began long ago"),
        pytest.param(series("2026-12-01", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2"), id="never"),
        pytest.param(series("2026-12-01", "FREQ=DAILY;INTERVAL=60;BYMONTH=2;BYMONTHDAY=30"), id="never, by days"),
        pytest.param(series("2026-12-01", "first Tuesday monthly"), id="usual"),
        pytest.param(changes_of_one_series(), id="changes"),
        pytest.param(exceptions_of_one_series(), id="exceptions"),
    ],
)
def test_many_surgeries_are_read_and_checked_in_seconds(tmp_path: Path, rows: Sequence[tuple[str, ...]]) -> None:
    path = tmp_path / "surgeries.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADING, *rows])
    report = Report(path.name)
    base = Directory(teams=(make_record("ladywood"),))
    before = time.process_time()

    read = read_part(Part.SURGERIES, path, report)
    new = merge(base, Replacement(Part.SURGERIES, read, now=wall("2026-12-01 00:00")), PoliceForces.read(), report)
    check_directory(new, base, CheckContext(date(2026, 12, 1)), RowLocations([(path.name, read)]), report)

    assert time.process_time() - before < LONGEST_S
