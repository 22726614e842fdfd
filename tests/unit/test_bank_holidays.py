"""Bank holidays of England and Wales, against those that gov.uk has published."""

from datetime import date

import pytest

from finder.domain.bank_holidays import bank_holidays

SUBSTITUTE = "the substitute day for"


@pytest.mark.parametrize(
    ("year", "published"),
    [
        (
            2021,
            "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28",
        ),
        (2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
        (2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28"),
        (
            2027,
            "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28",
        ),
    ],
)
def test_a_year_has_the_published_days_and_christmas_itself(year: int, published: str) -> None:
    found = bank_holidays(date(year, 1, 1), date(year + 1, 1, 1))

    assert [f"{day:%m-%d}" for day in found] == published.split()


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
def test_a_holiday_on_a_weekend_has_the_next_free_weekday_in_its_place(year: int, named: dict[str, str]) -> None:
    found = bank_holidays(date(year, 1, 1), date(year + 1, 1, 1))

    assert {day.isoformat(): name for day, name in found.items() if SUBSTITUTE in name} == named


def test_only_days_between_the_ends_are_given_the_last_left_out() -> None:
    found = bank_holidays(date(2026, 12, 25), date(2027, 1, 1))

    assert [day.isoformat() for day in found] == ["2026-12-25", "2026-12-26", "2026-12-28"]
