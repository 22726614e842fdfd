"""The British National Grid and degrees."""

import math

import numpy as np
import pytest

from geodata.points_and_extents import GridPoint, LonLat
from geodata.projection.ostn15 import to_grid, to_lonlat, to_lonlat_many

VICTORIA_SQUARE = GridPoint(407_024, 286_642)


def test_a_grid_point_has_the_degrees_that_the_contract_gives() -> None:
    found = to_lonlat(VICTORIA_SQUARE)

    assert found is not None
    assert (round(found.latitude, 6), round(found.longitude, 6)) == (52.477677, -1.898007)


def test_many_points_have_the_degrees_of_each() -> None:
    one = to_lonlat(VICTORIA_SQUARE)

    many = to_lonlat_many(np.array([VICTORIA_SQUARE, VICTORIA_SQUARE]))

    assert many.tolist() == [list(one or ()), list(one or ())]


@pytest.mark.parametrize(
    "point",
    [
        GridPoint(0, 0),
        GridPoint(-5, -5),
        GridPoint(1e12, 1),
        GridPoint(math.nan, 286_642),
        GridPoint(407_024, math.inf),
    ],
)
def test_a_grid_point_beyond_great_britain_has_no_degrees(point: GridPoint) -> None:
    found = to_lonlat(point)

    assert found is None


@pytest.mark.parametrize(
    "point",
    [
        LonLat(10, 52),
        LonLat(-30, 50),
        LonLat(52.48, -1.9),
        LonLat(-1.9, 200),
        LonLat(1e300, 1e300),
        LonLat(math.nan, 52),
        LonLat(-1.9, math.inf),
    ],
)
def test_degrees_beyond_great_britain_have_no_grid_point(point: LonLat) -> None:
    found = to_grid(point)

    assert found is None
