"""When a team's page says that its details are old."""

from datetime import timedelta

import pytest

from finder.website.team_pages import details_checked_at, is_stale
from tests.support.builders import NOW, make_snapshot


def test_details_are_as_old_as_the_file_about_the_team() -> None:
    assert details_checked_at(make_snapshot()) == NOW


@pytest.mark.parametrize(("days", "stale"), [(0, False), (92, False), (93, True), (400, True)])
def test_details_older_than_three_months_are_stale(days: int, stale: bool) -> None:  # noqa: FBT001 - a case of a test
    assert is_stale(NOW, NOW + timedelta(days=days)) is stale


def test_details_without_a_known_file_are_not_stale() -> None:
    assert not is_stale(None, NOW)
