"""How long caches may keep an answer, computed from the moment it is outdated."""

from datetime import UTC, datetime, timedelta

import pytest

from finder.http.cache_control import MAX_LIFETIME, cache_control

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_WHOLE = "public, max-age=60, stale-while-revalidate=240, stale-if-error=86400"


def test_an_answer_that_is_never_outdated_is_cached_for_five_minutes() -> None:
    assert cache_control(None, _NOW) == _WHOLE


def test_beyond_the_longest_lifetime_the_moment_makes_no_difference() -> None:
    assert cache_control(_NOW + MAX_LIFETIME, _NOW) == _WHOLE
    assert cache_control(_NOW + MAX_LIFETIME - timedelta(seconds=1), _NOW) != _WHOLE


@pytest.mark.parametrize(
    ("left", "fresh", "stale"), [(200.9, 60, 139), (61, 60, 0), (30, 29, 0), (1.5, 0, 0), (0, 0, 0), (-5, 0, 0)]
)
def test_a_lifetime_ends_before_the_moment_even_in_whole_seconds(left: float, fresh: int, stale: int) -> None:
    header = cache_control(_NOW + timedelta(seconds=left), _NOW)

    assert header == f"public, max-age={fresh}, stale-while-revalidate={stale}, stale-if-error=86400"
