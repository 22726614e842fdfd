"""Whether two areas lie next to each other."""

from typing import Final

import pytest
from shapely import box

from geodata.adjoining_wards import adjoin
from geodata.ward import Ward
from tests.support.builders import make_ward

_WEST: Final = make_ward(polygon=box(0, 0, 1000, 1000))
_BESIDE: Final = make_ward(polygon=box(1000, 0, 2000, 1000))
_NEAR: Final = make_ward(polygon=box(1099, 0, 2000, 1000))
_FAR: Final = make_ward(polygon=box(1101, 0, 2000, 1000))


@pytest.mark.parametrize("other", [_BESIDE, _NEAR])
def test_an_area_adjoins_what_is_near(other: Ward) -> None:
    assert adjoin([_WEST], [other], 100)


def test_an_area_does_not_adjoin_what_is_farther() -> None:
    assert not adjoin([_WEST], [_FAR], 100)


def test_one_ward_that_is_near_suffices() -> None:
    assert adjoin([_WEST], [_FAR, _BESIDE], 100)


def test_an_area_without_wards_adjoins_nothing() -> None:
    assert not adjoin([], [_WEST], 100)
    assert not adjoin([_WEST], [], 100)
