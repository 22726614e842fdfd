"""Dates and times as people in Britain write them."""

from datetime import date, datetime, time

import pytest

from finder.directory_files.british_dates import (
    UnreadableError,
    parse_date,
    parse_moment,
    parse_start_and_end,
    parse_time,
    weekday_named,
)

THIRD = date(2026, 12, 3)


@pytest.mark.parametrize(
    "text",
    [
        "3/12/2026",
        "03/12/2026",
        "03.12.26",
        "3-12-26",
        "3 Dec 2026",
        "3 Dec. 26",
        "3-Dec-26",
        "3rd December 2026",
        "3rd of December, 2026",
        "Thursday 3rd December 2026",
        "Thurs 3 Dec 2026",
        "THU, 3/12/2026",
        "2026-12-03",
        "2026/12/03",
        "  3   december 2026 ",
    ],
)
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    assert parse_date(text) == THIRD


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1 Sept 2026", date(2026, 9, 1)), ("11th May 2027", date(2027, 5, 11)), ("29/2/28", date(2028, 2, 29))],
)
def test_short_months_and_leap_days_are_read(text: str, meant: date) -> None:
    assert parse_date(text) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Tuesday 3 December 2026", "a Thursday, not a Tuesday"),
        ("12/25/2026", "no month 25; the day stands before the month"),
        ("December 3, 2026", "'december' is no day of the week"),
        ("31 April 2027", "April 2027 has no day 31"),
        ("29/02/2027", "February 2027 has no day 29"),
        ("3st December 2026", "3 is written 3rd"),
        ("3 Decembuary 2026", "'decembuary' is no month"),
        ("3 d 2026", "'d' is no month"),
        ("3/12/1926", "the year 1926 is far from now"),
        ("3 December", "not a date"),
        ("3/12", "not a date"),
        ("3/12-2026", "not a date"),
        ("3/12/026", "not a date"),
        ("next Thursday", "not a date"),
        ("46359", "not a date"),
        ("", "not a date"),
    ],
)
def test_an_invalid_or_unclear_date_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UnreadableError) as refusal:
        parse_date(text)

    assert why in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("6pm", time(18)),
        ("6 pm", time(18)),
        ("6 p.m.", time(18)),
        ("6.30pm", time(18, 30)),
        ("6:30 PM", time(18, 30)),
        ("18:00", time(18)),
        ("18.30", time(18, 30)),
        ("06:30", time(6, 30)),
        ("10:15:00", time(10, 15)),
        ("12pm", time(12)),
        ("12am", time(0)),
        ("noon", time(12)),
        ("1800", time(18)),
        ("0930", time(9, 30)),
        ("1800hrs", time(18)),
        ("18:00hrs", time(18)),
        ("18.30 hrs.", time(18, 30)),
        ("1826 hours", time(18, 26)),
    ],
)
def test_a_time_is_read_however_it_is_written(text: str, meant: time) -> None:
    assert parse_time(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "6",
        "18",
        "6.30",
        "13pm",
        "0am",
        "24:00",
        "18:60",
        "six",
        "6pm-7pm",
        "10:15:30",
        "",
        "2026",
        "900",
        "2500",
        "1860hrs",
        "6.30hrs",
    ],
)
def test_an_invalid_or_unclear_time_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("6-7pm", time(18), time(19)),
        ("6pm-7pm", time(18), time(19)),
        ("6pm to 7.30pm", time(18), time(19, 30)),
        ("6.30 \u2013 7.30 p.m.", time(18, 30), time(19, 30)),
        ("10am until noon", time(10), time(12)),
        ("10-11am", time(10), time(11)),
        ("11-1pm", time(11), time(13)),
        ("9 to 5pm", time(9), time(17)),
        ("10-12pm", time(10), time(12)),
        ("18:00-19:30", time(18), time(19, 30)),
        ("1800-1930", time(18), time(19, 30)),
    ],
)
def test_start_and_end_are_read_from_one_text(text: str, start: time, end: time) -> None:
    assert parse_start_and_end(text) == (start, end)


@pytest.mark.parametrize(
    "text", ["6-7", "6-19:30", "7pm-6pm", "11pm-1am", "6pm", "10-12-2026", "2026-12", "6pm-7pm-8pm", ""]
)
def test_start_and_end_are_not_guessed(text: str) -> None:
    assert parse_start_and_end(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-03 18:00",
        "2026-12-03T18:00",
        "3/12/2026 18:00",
        "03.12.26 18.00",
        "3 December 2026 6pm",
        "3 Dec 2026, 6 pm",
        "Thursday 3rd December 2026 at 6pm",
        "Thursday 3 December 2026, at 18.00",
        "3/12/2026 1800hrs",
        "3 December 2026 18:00 hrs",
    ],
)
def test_a_date_with_a_time_is_read(text: str) -> None:
    assert parse_moment(text) == datetime(2026, 12, 3, 18)  # noqa: DTZ001 - wall-clock by definition


@pytest.mark.parametrize(
    "text", ["3 December 2026", "3 December 2030", "6pm", "3/12/2026", "18:00 noon", "Friday 3/12/2026 6pm"]
)
def test_a_date_without_a_time_a_time_without_a_date_and_a_wrong_weekday_are_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        parse_moment(text)


@pytest.mark.parametrize(
    ("word", "number"),
    [("Mon", 0), ("tues", 1), ("Weds", 2), ("Thursdays", 3), ("sun.", 6), ("mo", None), ("day", None)],
)
def test_weekdays_are_known_by_name_plural_and_abbreviation(word: str, number: int | None) -> None:
    assert weekday_named(word) == number
