"""A list of next surgeries is correct until exactly the moment that it names."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import event, given, settings
from hypothesis import strategies as st

from finder.domain.surgery import LONDON, Change, Occurrence, Status, Surgery
from finder.domain.upcoming_surgeries import SOON, next_surgeries
from finder.snapshot.model import Snapshot
from tests.support.builders import make_directory, make_snapshot, make_surgery, wall

_MOMENT: Final = timedelta(microseconds=1)
_QUARTER: Final = timedelta(minutes=15)

recurrences = st.sampled_from(
    ["", "", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=6", "FREQ=MONTHLY;INTERVAL=4", "FREQ=DAILY"]
)
starts = st.builds(
    lambda days, quarters: wall("2026-01-01 06:00") + timedelta(days=days) + quarters * _QUARTER,
    st.integers(0, 500),
    st.integers(0, 60),
)


@st.composite
def surgeries(draw: st.DrawFn) -> list[Surgery]:
    count = draw(st.integers(0, 7))
    return [
        make_surgery(
            f"{start}",
            f"{start + draw(st.integers(1, 40)) * _QUARTER}",
            id=f"surgery-{number}",
            recurrence=draw(recurrences),
        )
        for number, start in enumerate(draw(st.lists(starts, min_size=count, max_size=count)))
    ]


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    held = draw(surgeries())
    touched = draw(st.sets(st.sampled_from(held))) if held else set()
    changes = tuple(
        Change(each.id, each.starts_at, draw(st.sampled_from([Status.CANCELLED, Status.MOVED])), draw(starts))
        for each in sorted(touched, key=lambda each: each.id)
    )
    return make_snapshot(directory=make_directory(surgeries=tuple(held), changes=changes))


moments = st.datetimes(wall("2026-01-01"), wall("2027-08-01"), timezones=st.sampled_from([UTC, LONDON]))


def listed(snapshot: Snapshot, now: datetime) -> tuple[Occurrence, ...]:
    return next_surgeries(snapshot.series_of("ladywood"), now).occurrences


@settings(max_examples=150)
@given(snapshots(), moments, st.floats(0, 1))
def test_before_its_end_the_list_is_unchanged(snapshot: Snapshot, now: datetime, share: float) -> None:
    upcoming = next_surgeries(snapshot.series_of("ladywood"), now)
    left = upcoming.until - now.astimezone(UTC)
    event(f"{len(upcoming.occurrences)} surgeries listed")

    between, last = now.astimezone(UTC) + left * share * 0.999, upcoming.until.astimezone(UTC) - _MOMENT

    assert left > timedelta(0)
    assert [listed(snapshot, moment) for moment in (between, last)] == [upcoming.occurrences] * 2


@settings(max_examples=150)
@given(snapshots(), moments)
def test_at_its_end_the_list_changes_unless_no_change_was_known(snapshot: Snapshot, now: datetime) -> None:
    upcoming = next_surgeries(snapshot.series_of("ladywood"), now)
    looked_at_again = upcoming.until.astimezone(UTC) > now.astimezone(UTC) + SOON - timedelta(days=1)
    event("nothing known to change" if looked_at_again else "a change known")

    after = listed(snapshot, upcoming.until)

    assert looked_at_again or after != upcoming.occurrences


@given(snapshots(), moments)
def test_nothing_listed_has_ended_and_nothing_starts_beyond_90_days(snapshot: Snapshot, now: datetime) -> None:
    found = listed(snapshot, now)

    horizon = now.astimezone(UTC) + SOON
    assert [each.id for each in found if each.ends_at <= now.astimezone(UTC) or each.starts_at > horizon] == []
