"""The dates of a series, compared with a search day by day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hypothesis import example, given, settings
from hypothesis import strategies as st

from finder.domain.surgery import LONDON, Change, Series, Status, Surgery
from tests.support.builders import make_surgery, wall

_DAY: Final = timedelta(days=1)
_LENGTH: Final = timedelta(hours=1, minutes=30)
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Rule:
    """A recurrence in words of its own: every so many days, weeks or years, or the nth (or last) weekday of a month."""

    first: datetime
    frequency: str
    interval: int

    @property
    def nth(self) -> int:
        return -1 if self.first.day > 28 else (self.first.day + 6) // 7

    @property
    def spelled(self) -> str:
        if self.frequency == "MONTHLY":
            day = f"{self.nth}{_DAYS[self.first.weekday()]}"
            return f"FREQ=MONTHLY;INTERVAL={self.interval};BYDAY={day}"
        return f"FREQ={self.frequency};INTERVAL={self.interval}"

    def holds(self, day: date) -> bool:
        """Whether the rule names a day, computed from the calendar alone."""
        first = self.first.date()
        if day < first:
            return False
        months = (day.year - first.year) * 12 + day.month - first.month
        match self.frequency:
            case "DAILY":
                return (day - first).days % self.interval == 0
            case "WEEKLY":
                return (day - first).days % (7 * self.interval) == 0
            case "YEARLY":
                return (day.month, day.day) == (first.month, first.day) and months % (12 * self.interval) == 0
        return months % self.interval == 0 and day.weekday() == first.weekday() and self._is_nth(day)

    def _is_nth(self, day: date) -> bool:
        if self.nth > 0:
            return (day.day + 6) // 7 == self.nth
        return day.day + 7 > monthrange(day.year, day.month)[1]

    @property
    def surgery(self) -> Surgery:
        return make_surgery(starts_at=f"{self.first}", ends_at=f"{self.first + _LENGTH}", recurrence=self.spelled)


# Surgeries are held by day; the hour that the clocks skip or repeat has tests of its own.
rules = st.builds(
    Rule,
    st.builds(
        datetime.combine,
        st.dates(date(2023, 11, 1), date(2026, 12, 31)),
        st.builds(time, st.integers(6, 21), st.sampled_from([0, 15, 30])),
    ),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 4),
)
moments = st.datetimes(wall("2023-10-01"), wall("2028-04-01"), timezones=st.sampled_from([UTC, LONDON]))
spans = st.timedeltas(timedelta(0), timedelta(days=200))


def walked(rule: Rule, start: datetime, end: datetime) -> list[datetime]:
    """The starts of a rule, found by asking every day whether it is one."""
    found = []
    day = start.date() - 2 * _DAY
    while day <= end.date() + 2 * _DAY:
        starts_at = datetime.combine(day, rule.first.time(), LONDON)
        ends_at = (starts_at + _LENGTH).astimezone(UTC)
        if rule.holds(day) and ends_at > start and starts_at.astimezone(UTC) < end:
            found.append(starts_at)
        day += _DAY
    return found


@settings(max_examples=200)
@given(rules, moments, spans)
@example(Rule(wall("2026-03-01 18:00"), "DAILY", 1), datetime(2026, 3, 27, tzinfo=LONDON), timedelta(days=5))
@example(Rule(wall("2026-10-01 18:00"), "DAILY", 1), datetime(2026, 10, 23, tzinfo=LONDON), timedelta(days=5))
@example(Rule(wall("2024-02-29 18:00"), "YEARLY", 1), datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=1900))
@example(Rule(wall("2026-12-30 21:00"), "DAILY", 1), datetime(2026, 12, 31, 21, tzinfo=UTC), timedelta(days=2))
@example(Rule(wall("2026-12-31 21:00"), "MONTHLY", 1), datetime(2026, 12, 1, tzinfo=UTC), timedelta(days=200))
def test_a_series_has_the_dates_that_a_walk_through_the_calendar_finds(
    rule: Rule, start: datetime, span: timedelta
) -> None:
    end = start.astimezone(UTC) + span

    found = Series(rule.surgery, ()).between(start, end)

    assert [each.starts_at for each in found] == walked(rule, start, end)


@given(rules, moments, spans)
def test_every_occurrence_starts_and_ends_at_the_hour_of_its_series(
    rule: Rule, start: datetime, span: timedelta
) -> None:
    found = Series(rule.surgery, ()).between(start, start.astimezone(UTC) + span)

    ends = (rule.first + _LENGTH).time()
    assert {(each.starts_at.time(), each.ends_at.time()) for each in found} <= {(rule.first.time(), ends)}


@given(rules, moments, spans, st.data())
def test_cancelling_changes_only_the_status(rule: Rule, start: datetime, span: timedelta, data: st.DataObject) -> None:
    end = start.astimezone(UTC) + span
    before = Series(rule.surgery, ()).between(start, end)
    chosen = data.draw(st.sets(st.sampled_from(before)) if before else st.just(set()))
    changes = tuple(
        Change(rule.surgery.id, each.starts_at.replace(tzinfo=None), Status.CANCELLED)
        for each in sorted(chosen, key=lambda each: each.starts_at)
    )

    after = Series(rule.surgery, changes).between(start, end)

    assert [(each.id, each.status is Status.CANCELLED) for each in after] == [
        (each.id, each in chosen) for each in before
    ]


@given(rules, st.integers(-40, 40))
def test_moving_an_occurrence_keeps_its_id_and_lists_it_once(rule: Rule, days: int) -> None:
    starts_at = rule.first + days * _DAY
    moved = Change(rule.surgery.id, rule.first, Status.MOVED, starts_at=starts_at)
    period = (rule.first.replace(tzinfo=UTC) - 60 * _DAY, rule.first.replace(tzinfo=UTC) + 60 * _DAY)

    found = [
        each
        for each in Series(rule.surgery, (moved,)).between(*period)
        if each.id.endswith(f"{rule.first:%Y%m%dT%H%M}")
    ]

    assert [(each.starts_at, each.moved_from) for each in found] == [
        (starts_at.replace(tzinfo=LONDON), rule.first.replace(tzinfo=LONDON))
    ]


@given(rules, st.dates(date(2023, 11, 1), date(2028, 1, 1)))
def test_a_series_has_an_occurrence_on_the_days_that_its_rule_names(rule: Rule, day: date) -> None:
    series = Series(rule.surgery, ())

    has = series.has(datetime.combine(day, rule.first.time()))

    assert has is rule.holds(day)
