"""What a load shows of new recurrences: what they mean, and their next three dates."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from typing import Final

import pytest
import typer

from finder.cli.options import clock_time
from finder.domain.next_dates import NextDates, next_dates_of_changed
from finder.domain.recurrence_in_words import recurrence_in_words
from finder.domain.surgery import Status
from finder.reports import html_report, json_report
from finder.reports.terminal.data_console import DataConsole
from finder.reports.terminal.show_load import show_recurrences
from finder.services.loading.load_job import LoadResult
from geodata.check_report import Report
from tests.support.builders import make_change, make_directory, make_surgery, wall

TODAY: Final = date(2026, 12, 1)
MONTHLY: Final = make_surgery("2026-12-01 18:00", recurrence="FREQ=MONTHLY")


@pytest.mark.parametrize(
    ("rule", "meaning"),
    [
        ("FREQ=MONTHLY", "every month on day 1 of the month, whatever the weekday"),
        ("FREQ=MONTHLY;BYDAY=1TU", "every month on the first Tuesday"),
        ("FREQ=MONTHLY;BYDAY=2WE,-1WE", "every month on the second Wednesday and the last Wednesday"),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months on day 1 of the month, whatever the weekday"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day of the month, whatever the weekday"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", "every month on the first of these days: Tuesday"),
        ("FREQ=WEEKLY", "every week on Tuesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every 2 weeks on Tuesday and Thursday"),
        ("FREQ=WEEKLY;UNTIL=20270331T235959", "every week on Tuesday until 31 March 2027"),
        ("FREQ=DAILY;COUNT=4", "every day 4 times in all"),
        ("FREQ=YEARLY", "every year on 1 December, whatever the weekday"),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=1TU", "every year on the first Tuesday in December"),
    ],
)
def test_a_rule_is_said_in_words(rule: str, meaning: str) -> None:
    assert recurrence_in_words(rule, wall("2026-12-01 18:00")) == meaning


def dates_of(found: list[NextDates]) -> list[list[str]]:
    return [[f"{each:%Y-%m-%d %H:%M}" for each in one.dates] for one in found]


def test_the_next_three_dates_are_those_from_today_on() -> None:
    began = replace(MONTHLY, starts_at=wall("2020-05-01 18:00"), ends_at=wall("2020-05-01 19:00"))

    found = next_dates_of_changed(make_directory(), make_directory(surgeries=(began,)), TODAY)

    assert dates_of(found) == [["2026-12-01 18:00", "2027-01-01 18:00", "2027-02-01 18:00"]]


def test_cancelled_dates_are_left_out_and_moved_ones_are_where_they_are() -> None:
    changes = (
        make_change("2026-12-01 18:00"),
        make_change("2027-01-01 18:00", Status.MOVED, starts_at=wall("2027-01-05 18:00")),
    )

    found = next_dates_of_changed(make_directory(), make_directory(surgeries=(MONTHLY,), changes=changes), TODAY)

    assert dates_of(found) == [["2027-01-05 18:00", "2027-02-01 18:00", "2027-03-01 18:00"]]


def test_rare_and_ended_and_distant_series_have_the_dates_that_there_are() -> None:
    series = (
        make_surgery("2026-12-01 18:00", id="yearly", recurrence="FREQ=YEARLY"),
        make_surgery("2025-12-02 18:00", id="ended", recurrence="FREQ=WEEKLY;COUNT=2"),
        make_surgery("2029-12-03 18:00", id="distant", recurrence="FREQ=WEEKLY;COUNT=2"),
    )

    found = next_dates_of_changed(make_directory(), make_directory(surgeries=series), TODAY)

    assert dates_of(found) == [
        ["2026-12-01 18:00", "2027-12-01 18:00", "2028-12-01 18:00"],
        [],
        ["2029-12-03 18:00", "2029-12-10 18:00"],
    ]


def test_only_new_and_changed_recurrences_are_shown() -> None:
    same, single = make_surgery(id="same", recurrence="FREQ=WEEKLY"), make_surgery(id="single")
    old = make_directory(surgeries=(same, MONTHLY))
    new = make_directory(surgeries=(replace(same, title="Tea"), replace(MONTHLY, recurrence="FREQ=WEEKLY"), single))

    assert [each.surgery.id for each in next_dates_of_changed(old, new, TODAY)] == [MONTHLY.id]


def test_the_terminal_the_page_and_json_show_them() -> None:
    found = next_dates_of_changed(make_directory(), make_directory(surgeries=(MONTHLY,)), TODAY)
    report = Report("surgeries.csv")
    loaded = LoadResult(report, 1, None, recurrences=found)
    console = DataConsole(file=StringIO(), width=200)

    show_recurrences(console, loaded)

    assert isinstance(console.file, StringIO)
    shown = "Tue 1 Dec 2026 18:00; Fri 1 Jan 2027 18:00; Mon 1 Feb 2027 18:00"
    assert shown in console.file.getvalue()
    assert shown in html_report.load_page(report, loaded, None, datetime(2026, 12, 1, tzinfo=UTC))
    assert json_report.load(report, loaded)["recurrences"] == [
        {
            "surgery": MONTHLY.id,
            "team": "ladywood",
            "recurrence": "FREQ=MONTHLY",
            "meaning": "every month on day 1 of the month, whatever the weekday",
            "next": ["2026-12-01T18:00:00+00:00", "2027-01-01T18:00:00+00:00", "2027-02-01T18:00:00+00:00"],
        }
    ]


@pytest.mark.parametrize("text", ["2027-05-06 00:00", "2027-05-06T00:00", "6 May 2027 at 12am"])
def test_a_command_takes_a_time_as_people_write_it(text: str) -> None:
    assert clock_time(text) == wall("2027-05-06 00:00")


@pytest.mark.parametrize("text", ["tomorrow", "2027-05-06", "5/32/2027 6pm", ""])
def test_a_time_that_cannot_be_read_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"Write it like 2026-12-03 18:00 or 3 December 2026 6pm\.") as raised:
        clock_time(text)

    assert "%" not in str(raised.value)
