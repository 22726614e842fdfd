"""Bank holidays of England and Wales, compared with those that gov.uk has published."""

import subprocess
import sys
from datetime import date

import pytest

from finder.domain.bank_holidays import bank_holidays

SUBSTITUTE = "the substitute day for"


@pytest.mark.parametrize(
    ("year", "published"),
    [
        (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28"),
        (2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
        (2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28"),
        (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28"),
        (2028, "01-01 01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"),
    ],
)
def test_a_year_has_the_published_days_and_christmas_itself(year: int, published: str) -> None:
    found = bank_holidays(date(year, 1, 1), date(year + 1, 1, 1))

    assert [f"{day:%m-%d}" for day in found] == published.split()


@pytest.mark.parametrize(
    ("year", "published"),
    [
        (2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26 12-28"),  # early May moved to VE Day
        (2022, "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27"),  # jubilee, funeral
        (2023, "01-01 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),  # coronation
    ],
)
def test_days_that_were_proclaimed_or_moved_for_one_occasion_are_known(year: int, published: str) -> None:
    found = bank_holidays(date(year, 1, 1), date(year + 1, 1, 1))

    assert [f"{day:%m-%d}" for day in found] == published.split()


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2022, 6, 3), "Platinum Jubilee of Elizabeth II"),
        (date(2022, 9, 19), "State Funeral of Queen Elizabeth II"),
        (date(2023, 5, 8), "Coronation of Charles III"),
        (date(2027, 3, 26), "Good Friday"),
        (date(2027, 5, 3), "May Day"),
    ],
)
def test_a_day_is_named_after_its_occasion(day: date, name: str) -> None:
    assert bank_holidays(date(day.year, 1, 1), date(day.year + 1, 1, 1))[day] == name


@pytest.mark.parametrize(
    ("year", "named"),
    [
        (2020, {"2020-12-28": f"{SUBSTITUTE} Boxing Day"}),
        (2021, {"2021-12-27": f"{SUBSTITUTE} Christmas Day", "2021-12-28": f"{SUBSTITUTE} Boxing Day"}),
        (2022, {"2022-01-03": f"{SUBSTITUTE} New Year's Day", "2022-12-27": f"{SUBSTITUTE} Christmas Day"}),
        (2023, {"2023-01-02": f"{SUBSTITUTE} New Year's Day"}),
        (2024, {}),
    ],
)
def test_a_holiday_on_a_weekend_has_the_next_free_weekday_as_its_substitute(year: int, named: dict[str, str]) -> None:
    found = bank_holidays(date(year, 1, 1), date(year + 1, 1, 1))

    assert {day.isoformat(): name for day, name in found.items() if SUBSTITUTE in name} == named


def test_only_days_between_the_ends_are_given_the_last_left_out() -> None:
    found = bank_holidays(date(2026, 12, 25), date(2027, 1, 1))

    assert [day.isoformat() for day in found] == ["2026-12-25", "2026-12-26", "2026-12-28"]


def test_years_that_no_list_reaches_are_computed() -> None:
    found = bank_holidays(date(2040, 1, 1), date(2041, 1, 1))

    assert " ".join(f"{day:%m-%d}" for day in found) == "01-01 01-02 03-30 04-02 05-07 05-28 08-27 12-25 12-26"


def test_a_command_that_does_not_need_them_does_not_import_the_library() -> None:
    code = "import sys, finder.services.loading.load; sys.exit('holidays' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
