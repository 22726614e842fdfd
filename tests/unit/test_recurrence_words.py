"""Recurrences as people write them in a cell of a spreadsheet."""

from datetime import date

import pytest

from finder.directory_files.british_dates import UnreadableError
from finder.directory_files.recurrence_words import Recurrence, parse_recurrence_words


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("first Tuesday monthly", "FREQ=MONTHLY;BYDAY=1TU"),
        ("First Tuesday of the month", "FREQ=MONTHLY;BYDAY=1TU"),
        ("every first Tuesday", "FREQ=MONTHLY;BYDAY=1TU"),
        ("Monthly, on the first Tuesday of the month", "FREQ=MONTHLY;BYDAY=1TU"),
        ("every month on the 1st Tues", "FREQ=MONTHLY;BYDAY=1TU"),
        ("last Friday monthly", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("2nd and 4th Wednesday of the month", "FREQ=MONTHLY;BYDAY=2WE,4WE"),
        ("first Monday and third Thursday of each month", "FREQ=MONTHLY;BYDAY=1MO,3TH"),
        ("every second Thursday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        ("every other Thursday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        ("alternate Thursdays", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        ("fortnightly on Thursday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        ("every second Thursday of the month", "FREQ=MONTHLY;BYDAY=2TH"),
        ("second Thursday", "FREQ=MONTHLY;BYDAY=2TH"),
        ("every third Thursday of the month", "FREQ=MONTHLY;BYDAY=3TH"),
        ("first Tuesday of every other month", "FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU"),
        ("first Tuesday quarterly", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU"),
        ("weekly on Monday", "FREQ=WEEKLY;BYDAY=MO"),
        ("weekly", "FREQ=WEEKLY"),
        ("Mondays", "FREQ=WEEKLY;BYDAY=MO"),
        ("every Monday and Thursday", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("every 2 weeks", "FREQ=WEEKLY;INTERVAL=2"),
        ("every three weeks on Sat", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SA"),
        ("every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("daily", "FREQ=DAILY"),
        ("monthly", "FREQ=MONTHLY"),
        ("monthly on the 15th", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("last day of the month", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("every year", "FREQ=YEARLY"),
        ("once", ""),
        ("", ""),
        ("freq=weekly;byday=mo", "FREQ=WEEKLY;BYDAY=MO"),
        ("RRULE:FREQ=WEEKLY;UNTIL=20261231T000000", "FREQ=WEEKLY;UNTIL=20261231T000000"),
    ],
)
def test_words_become_a_rule(words: str, rule: str) -> None:
    assert parse_recurrence_words(words) == Recurrence(rule)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("weekly; until 31 March 2027", Recurrence("FREQ=WEEKLY;UNTIL=20270331T235959")),
        ("weekly until 31/3/27", Recurrence("FREQ=WEEKLY;UNTIL=20270331T235959")),
        (
            "first Tuesday monthly; except 2026-12-01, 5 Jan 2027",
            Recurrence("FREQ=MONTHLY;BYDAY=1TU", (date(2026, 12, 1), date(2027, 1, 5))),
        ),
        (
            "Mondays, except for 4 Jan 2027 and 11 Jan 2027, until 1 May 2027.",
            Recurrence("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270501T235959", (date(2027, 1, 4), date(2027, 1, 11))),
        ),
        ("FREQ=DAILY; except 1/2/27", Recurrence("FREQ=DAILY", (date(2027, 2, 1),))),
    ],
)
def test_an_end_and_exceptions_are_read(words: str, found: Recurrence) -> None:
    assert parse_recurrence_words(words) == found


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("every third Thursday", "so many weeks or a week of the month"),
        ("now and then", "'now' is not understood"),
        ("Tuesdays monthly", "which week of the month"),
        ("first Tuesday weekly", "needs a month"),
        ("first Tuesday and Thursday of the month", "mixes days"),
        ("6th Tuesday of the month", "no month has 6"),
        ("weekly and monthly on Monday", "two different things"),
        ("Tuesday of the second week", "'week' is not understood"),
        ("except 2026-12-01", "a single date has no exceptions"),
        ("weekly until 1/1/27 until 1/2/27", "ends in two ways"),
        ("FREQ=WEEKLY;COUNT=3; until 1/2/27", "ends in two ways"),
        ("weekly; except Christmas", "not a date"),
        ("weekly; until Easter", "not a date"),
        ("Mondays; except Tuesday 4 January 2027", "is a Monday"),
        ("the", "how often"),
    ],
)
def test_unclear_words_are_refused_with_the_reason(words: str, why: str) -> None:
    with pytest.raises(UnreadableError) as refusal:
        parse_recurrence_words(words)

    assert why in str(refusal.value)
