"""Wall-clock times of London that are one moment, and those that are none or two."""

from datetime import UTC, datetime

import pytest

from finder.domain.london_time import london_moment
from finder.errors import OperatorError
from tests.support.builders import wall


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("2027-05-06 00:00", datetime(2027, 5, 5, 23, 0, tzinfo=UTC)),
        ("2026-12-01 00:00", datetime(2026, 12, 1, 0, 0, tzinfo=UTC)),
        ("2027-03-28 02:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("2026-10-25 02:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_time_on_the_clocks_of_london_is_one_moment(shown: str, moment: datetime) -> None:
    assert london_moment(wall(shown)) == moment


@pytest.mark.parametrize(
    ("shown", "reason"), [("2027-03-28 01:30", "the clocks skip it"), ("2026-10-25 01:30", "show it twice")]
)
def test_a_time_that_is_no_moment_or_two_is_refused(shown: str, reason: str) -> None:
    with pytest.raises(OperatorError, match=reason):
        london_moment(wall(shown))
