"""Surgeries: their dates, cancellations and moves, and the clocks of Europe/London."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from finder.domain.surgery import LONDON, Series, Status, Venue
from tests.support.builders import TOWN_HALL, london, make_change, make_occurrence, make_surgery, utc, wall

WEEKLY = make_surgery("2026-11-05 18:00", recurrence="FREQ=WEEKLY;BYDAY=TH")
NOVEMBER = (utc("2026-11-01 00:00"), utc("2026-12-01 00:00"))


def starts(series: Series, start: datetime, end: datetime) -> list[str]:
    return [f"{each.starts_at:%Y-%m-%d %H:%M}" for each in series.between(start, end)]


def test_a_surgery_without_a_recurrence_is_held_once() -> None:
    series = Series(make_surgery("2026-11-05 18:00"), ())

    found = starts(series, *NOVEMBER)

    assert found == ["2026-11-05 18:00"]


def test_a_weekly_surgery_is_held_every_week() -> None:
    series = Series(WEEKLY, ())

    found = starts(series, *NOVEMBER)

    assert found == ["2026-11-05 18:00", "2026-11-12 18:00", "2026-11-19 18:00", "2026-11-26 18:00"]


def test_a_surgery_is_not_held_before_its_series_starts() -> None:
    series = Series(WEEKLY, ())

    found = starts(series, utc("2026-01-01 00:00"), utc("2026-11-05 17:00"))

    assert found == []


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2026-11-05 18:30", "2026-11-05 18:31", 1),
        ("2026-11-05 18:59:59", "2026-11-06 00:00", 1),
        ("2026-11-05 19:00", "2026-11-06 00:00", 0),
        ("2026-11-05 00:00", "2026-11-05 18:00", 0),
        ("2026-11-05 00:00", "2026-11-05 18:00:01", 1),
    ],
)
def test_an_occurrence_is_found_until_it_has_ended_and_from_when_it_starts(start: str, end: str, count: int) -> None:
    series = Series(WEEKLY, ())

    found = series.between(utc(start), utc(end))

    assert len(found) == count


def test_an_occurrence_is_named_after_its_series_and_start() -> None:
    series = Series(WEEKLY, ())

    first, *_ = series.between(*NOVEMBER)

    assert first.id == "ladywood-library-20261105T1800"


# Cancelled and moved


def test_a_cancelled_occurrence_stays_listed_with_its_reason() -> None:
    series = Series(WEEKLY, (make_change("2026-11-12 18:00", reason="The hall is flooded."),))

    cancelled = series.between(*NOVEMBER)[1]

    assert (cancelled.id, cancelled.status, cancelled.reason, cancelled.moved_from) == (
        "ladywood-library-20261112T1800",
        Status.CANCELLED,
        "The hall is flooded.",
        None,
    )


def test_a_cancellation_touches_no_other_occurrence() -> None:
    series = Series(WEEKLY, (make_change("2026-11-12 18:00"),))

    found = [each.status for each in series.between(*NOVEMBER)]

    assert found == [Status.CONFIRMED, Status.CANCELLED, Status.CONFIRMED, Status.CONFIRMED]


def test_a_single_surgery_that_is_cancelled_is_listed_once() -> None:
    series = Series(make_surgery("2026-11-05 18:00"), (make_change("2026-11-05 18:00"),))

    found = [each.status for each in series.between(*NOVEMBER)]

    assert found == [Status.CANCELLED]


def test_a_moved_occurrence_keeps_its_id_and_has_its_original_start() -> None:
    moved = make_change("2026-11-12 18:00", Status.MOVED, starts_at=wall("2026-11-13 10:00"))
    series = Series(WEEKLY, (moved,))

    found = series.between(*NOVEMBER)[1]

    assert (found.id, found.status, found.starts_at, found.moved_from) == (
        "ladywood-library-20261112T1800",
        Status.MOVED,
        london("2026-11-13 10:00"),
        london("2026-11-12 18:00"),
    )


def test_a_moved_occurrence_without_an_end_keeps_the_length_of_its_series() -> None:
    moved = make_change("2026-11-12 18:00", Status.MOVED, starts_at=wall("2026-11-13 10:00"))
    series = Series(WEEKLY, (moved,))

    found = series.between(*NOVEMBER)[1]

    assert found.ends_at == london("2026-11-13 11:00")


def test_an_occurrence_moved_to_another_month_is_listed_only_there() -> None:
    moved = make_change("2026-11-12 18:00", Status.MOVED, starts_at=wall("2027-02-01 10:00"))
    series = Series(WEEKLY, (moved,))

    november = starts(series, *NOVEMBER)
    february = starts(series, utc("2027-02-01 00:00"), utc("2027-02-02 00:00"))

    assert (len(november), february) == (3, ["2027-02-01 10:00"])


def test_occurrences_are_listed_by_when_they_are_now_held() -> None:
    moved = make_change("2026-11-05 18:00", Status.MOVED, starts_at=wall("2026-11-20 10:00"))
    series = Series(WEEKLY, (moved,))

    found = starts(series, *NOVEMBER)

    assert found == sorted(found)


@pytest.mark.parametrize(
    ("venue", "online_url", "held"),
    [
        (None, "", (TOWN_HALL, "")),
        (Venue("Library", "", ""), "", (Venue("Library", "", ""), "")),
        (Venue("Library", "", "", "A ramp."), "", (Venue("Library", "", "", "A ramp."), "")),
        (None, "https://example.org/call", (None, "https://example.org/call")),
    ],
)
def test_a_move_changes_the_place_only_if_it_has_one(
    venue: Venue | None, online_url: str, held: tuple[Venue | None, str]
) -> None:
    moved = make_change("2026-11-12 18:00", Status.MOVED, venue=venue, online_url=online_url)
    series = Series(WEEKLY, (moved,))

    found = series.between(*NOVEMBER)[1]

    assert (found.venue, found.online_url) == held


@pytest.mark.parametrize(
    ("venue", "access"),
    [(None, "Step-free."), (Venue("Library", "", ""), ""), (Venue("Library", "", "", "A ramp."), "A ramp.")],
)
def test_a_moved_occurrence_has_the_access_note_of_the_venue_where_it_is_held(venue: Venue | None, access: str) -> None:
    held_at = replace(TOWN_HALL, access="Step-free.")
    moved = make_change("2026-11-05 18:00", Status.MOVED, starts_at=wall("2026-11-06 18:00"), venue=venue)

    found = make_occurrence(make_surgery("2026-11-05 18:00", venue=held_at), moved)

    assert found.venue is not None
    assert found.venue.access == access


# The clocks


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("2026-03-22", timedelta(0)),
        ("2026-03-29", timedelta(hours=1)),
        ("2026-10-18", timedelta(hours=1)),
        ("2026-10-25", timedelta(0)),
    ],
)
def test_a_surgery_stays_at_six_in_the_evening_over_both_clock_changes(date: str, offset: timedelta) -> None:
    sundays = Series(make_surgery("2026-01-04 18:00", recurrence="FREQ=WEEKLY;BYDAY=SU"), ())

    (found,) = sundays.between(utc(f"{date} 12:00"), utc(f"{date} 23:00"))

    assert (found.starts_at.hour, found.ends_at.hour, found.starts_at.utcoffset()) == (18, 19, offset)


def test_times_are_written_with_london_s_offset() -> None:
    series = Series(make_surgery("2026-07-02 18:00"), ())

    (found,) = series.between(utc("2026-07-01 00:00"), utc("2026-08-01 00:00"))

    assert found.starts_at.isoformat() == "2026-07-02T18:00:00+01:00"


def test_a_time_that_the_clocks_skip_is_held_an_hour_later() -> None:
    series = Series(make_surgery("2026-03-29 01:30", "2026-03-29 03:30"), ())

    (found,) = series.between(utc("2026-03-29 00:00"), utc("2026-03-30 00:00"))

    assert found.starts_at.isoformat() == "2026-03-29T02:30:00+01:00"


def test_a_time_that_the_clocks_repeat_is_the_first_of_the_two() -> None:
    series = Series(make_surgery("2026-10-25 01:30", "2026-10-25 03:00"), ())

    (found,) = series.between(utc("2026-10-25 00:00"), utc("2026-10-26 00:00"))

    assert found.starts_at.isoformat() == "2026-10-25T01:30:00+01:00"


# Odd dates


def test_a_surgery_on_29_february_is_held_only_in_leap_years() -> None:
    series = Series(make_surgery("2024-02-29 18:00", recurrence="FREQ=YEARLY"), ())

    found = starts(series, utc("2024-01-01 00:00"), utc("2033-01-01 00:00"))

    assert found == ["2024-02-29 18:00", "2028-02-29 18:00", "2032-02-29 18:00"]


def test_a_monthly_surgery_on_the_31st_skips_shorter_months() -> None:
    series = Series(make_surgery("2026-01-31 18:00", recurrence="FREQ=MONTHLY"), ())

    found = starts(series, utc("2026-01-01 00:00"), utc("2026-06-01 00:00"))

    assert found == ["2026-01-31 18:00", "2026-03-31 18:00", "2026-05-31 18:00"]


def test_a_surgery_over_new_year_is_listed_on_both_sides_of_midnight() -> None:
    series = Series(make_surgery("2026-12-31 23:00", "2027-01-01 01:00"), ())

    before = starts(series, utc("2026-12-31 22:00"), utc("2026-12-31 23:30"))
    after = starts(series, utc("2027-01-01 00:30"), utc("2027-01-02 00:00"))

    assert before == after == ["2026-12-31 23:00"]


# Whether a series has an occurrence


@pytest.mark.parametrize(
    ("occurrence", "has"),
    [
        ("2026-11-05 18:00", True),
        ("2026-11-12 18:00", True),
        ("2026-11-12 18:01", False),
        ("2026-11-13 18:00", False),
        ("2026-10-29 18:00", False),
    ],
)
def test_a_series_knows_its_occurrences_by_their_start(occurrence: str, has: bool) -> None:  # noqa: FBT001 - expected
    series = Series(WEEKLY, ())

    found = series.has(wall(occurrence))

    assert found is has


@pytest.mark.parametrize(("occurrence", "has"), [("2026-11-05 18:00", True), ("2026-11-12 18:00", False)])
def test_a_single_surgery_has_one_occurrence(occurrence: str, has: bool) -> None:  # noqa: FBT001 - expected
    series = Series(replace(WEEKLY, recurrence=""), ())

    found = series.has(wall(occurrence))

    assert found is has


def test_the_time_zone_of_a_question_does_not_matter() -> None:
    series = Series(WEEKLY, ())

    in_utc = series.between(*NOVEMBER)
    in_london = series.between(*(moment.astimezone(LONDON) for moment in NOVEMBER))

    assert in_utc == in_london


def test_only_the_occurrences_of_some_days_may_be_asked_for() -> None:
    moved = make_change("2026-11-19 18:00", Status.MOVED, starts_at=wall("2026-11-13 18:00"))
    series = Series(WEEKLY, (moved,))

    found = series.between(*NOVEMBER, on={date(2026, 11, 5), date(2026, 11, 13), date(2026, 11, 19)})

    assert [f"{each.starts_at:%d}" for each in found] == ["05", "13"]
