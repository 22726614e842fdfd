"""First dates of rules: the limited search finds the dates of dateutil's unlimited one and refuses no other rule."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.directory_files.british_dates import UnreadableError
from finder.directory_files.recurrence_first_dates import first_two
from finder.domain.recurrence_rule import RecurrenceRule

_EIGHT_YEARS: Final = timedelta(days=8 * 366)
_WEEKDAYS: Final = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
_PLACED: Final = st.builds("{}{}".format, st.sampled_from([1, 2, 4, 5, -1, -5]), _WEEKDAYS)
_MONTHS: Final = st.lists(st.integers(1, 12), min_size=1, max_size=3).map(lambda months: part("BYMONTH", months))
_MONTH_DAYS: Final = st.lists(st.sampled_from([1, 15, 28, 29, 30, 31, -1, -31]), min_size=1, max_size=2).map(
    lambda days: part("BYMONTHDAY", days)
)


def part(name: str, values: object) -> str:
    """Generates one part of a rule."""
    return f";{name}={','.join(map(str, values if isinstance(values, list) else [values]))}"


def by_days(days: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Generates a part that names days of the week."""
    return st.lists(days, min_size=1, max_size=3).map(lambda named: part("BYDAY", named))


_WEEKLY: Final = st.tuples(st.just("FREQ=WEEKLY"), st.just("") | by_days(_WEEKDAYS), st.just(""))
_OTHERS: Final = st.tuples(
    st.sampled_from(["FREQ=MONTHLY", "FREQ=YEARLY"]),
    st.just("") | by_days(_WEEKDAYS) | by_days(_PLACED) | _MONTH_DAYS,
    st.just("") | _MONTHS,
)
_DAILY: Final = st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 60))
_RULES: Final = st.builds(
    lambda parts, interval: "".join((*parts, part("INTERVAL", interval))),
    _WEEKLY | _OTHERS,
    st.sampled_from([1, 2, 3, 6, 12]),
)
_STARTS: Final = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)).map(  # noqa: DTZ001 - wall-clock
    lambda moment: moment.replace(minute=0, second=0, microsecond=0)
)


@given(rule=_RULES, starts_at=_STARTS)
@settings(max_examples=150, deadline=None)
def test_the_first_two_dates_are_those_that_dateutil_finds(rule: str, starts_at: datetime) -> None:
    try:
        found = first_two(rule, starts_at)
    except UnreadableError:
        found = None

    expected = [each for each in islice(rrulestr(rule, dtstart=starts_at), 2) if each <= starts_at + _EIGHT_YEARS]

    refused = not expected or expected == [starts_at]
    assert found == (None if refused else expected)


@given(rule=_RULES | _DAILY, starts_at=_STARTS, after=st.timedeltas(timedelta(0), timedelta(days=9_000)))
@settings(max_examples=300, deadline=None)
def test_dates_of_a_later_period_are_those_that_dateutil_finds(
    rule: str, starts_at: datetime, after: timedelta
) -> None:
    first = starts_at + after
    last = first + timedelta(days=400)

    found = RecurrenceRule(rule, starts_at).between(first, last)

    # dateutil searches until the year 9999 for a date after the last one
    limited = f"{rule};UNTIL={last:%Y%m%dT%H%M%S}"
    assert found == rrulestr(limited, dtstart=starts_at).between(first, last, inc=True)
